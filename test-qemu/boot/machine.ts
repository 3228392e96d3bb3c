// The image in QEMU: an arm64 machine with two cores, slirp's network and a small FAT disk that says who it is.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'

/** What slirp calls this machine: its loopback is reached there. */
export const HOST = '10.0.2.2'

export interface MachineOptions {
  /** With root.squashfs, vmlinuz and initrd.gz. */
  readonly image: string
  /** Must exist; holds the disk and the console's log. */
  readonly folder: string
  /** Put on the FAT volume OFFHOOK: bootstrap.json and what it names. */
  readonly files: Readonly<Record<string, string>>
}

export interface Machine {
  /** What was printed on the serial line is kept there. */
  readonly consoleLog: string
  /** Presses the power button. */
  powerDown(): void
  /** Resolves when the machine is off. */
  readonly ended: Promise<number | null>
  /** Pulls the plug. */
  kill(): void
}

export function powerOn({ image, folder, files }: MachineOptions): Machine {
  const side = join(folder, 'side')
  mkdirSync(side, { recursive: true })
  const disk = join(folder, 'side.fat')
  rmSync(disk, { force: true })
  execFileSync('mkfs.vfat', ['-C', disk, '-n', 'OFFHOOK', '2048'], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(side, name), text)
    execFileSync('mcopy', ['-i', disk, join(side, name), `::/${name}`])
  }
  const consoleLog = join(folder, 'console.log')
  const qmp = join(folder, 'qmp')
  const drive = (id: string, file: string) => [
    ...['-drive', `if=none,id=${id},file=${file},format=raw,readonly=on`],
    ...['-device', `virtio-blk-pci,drive=${id}`],
  ]
  const child: ChildProcess = spawn(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '384', '-accel', 'tcg,thread=multi'],
      ...['-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
      ...['-kernel', join(image, 'vmlinuz'), '-initrd', join(image, 'initrd.gz')],
      ...['-append', 'console=ttyAMA0 root=/dev/vda panic=-1 quiet systemd.journald.forward_to_console=1'],
      ...drive('root', join(image, 'root.squashfs')),
      ...drive('side', disk),
      ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-device', 'virtio-rng-pci', '-qmp', `unix:${qmp},server=on,wait=off`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const log = createWriteStream(consoleLog)
  child.stdout!.pipe(log, { end: false })
  child.stderr!.pipe(log, { end: false })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => log.end(() => resolve(code)))
  })
  return {
    consoleLog,
    ended,
    kill: () => void child.kill('SIGKILL'),
    powerDown() {
      const socket = createConnection(qmp, () => {
        for (const execute of ['qmp_capabilities', 'system_powerdown']) socket.write(JSON.stringify({ execute }) + '\n')
      })
      socket.on('error', () => {})
      socket.resume()
      void ended.then(() => socket.destroy())
    },
  }
}
