// The card that ships, in QEMU: a copy of it, as large as a test wants, in a board that starts from it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DISK_ID } from '../../rootfs-overlay/image/card/layout.ts'
import { packInitrd } from '../../rootfs-overlay/image/initrd.ts'
import { fatFile } from '../image/contents.ts'
import { CARD_WORDS } from '../machine/card-words.ts'

export const project = fileURLToPath(new URL('../..', import.meta.url))
/** Built as it ships. */
export const image = join(project, 'build/image')
/** Stays behind, so that a failing run can be read. */
export const folder = join(project, 'build/hil-sd')
/** QEMU's card slot takes powers of two only; what is more than the image is for the data partition to grow into. */
const CARD_SLOT_BYTES = 1024 * 1024 * 1024

export function buildImage(): void {
  const builder = join(project, 'rootfs-overlay/image/image.ts')
  execFileSync(process.execPath, [builder, `--out=${image}`], { cwd: project, stdio: 'inherit' })
}

/** A fresh copy of the card in a card of 1 GiB; resolves to its file. */
export function freshCard(name: string): string {
  mkdirSync(folder, { recursive: true })
  const card = join(folder, `${name}.img`)
  execFileSync('cp', ['--sparse=always', '--reflink=auto', join(image, 'phone-arm64.img'), card])
  truncateSync(card, CARD_SLOT_BYTES)
  return card
}

export interface Running {
  /** What came over the serial line so far. */
  readonly console: () => string
  /** Resolves when that is on the console; rejects when the machine is off before, or after the time, in seconds. */
  readonly says: (what: string | RegExp, within: number) => Promise<void>
  /** Resolves when the machine is off; rejects after the time, in seconds. */
  readonly off: (within: number) => Promise<void>
  /** Pulls the plug. */
  readonly kill: () => Promise<void>
}

function start(name: string, args: readonly string[]): Running {
  const log = createWriteStream(join(folder, `${name}.log`))
  const child: ChildProcess = spawn('qemu-system-aarch64', ['-display', 'none', '-no-reboot', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let ended = false
  const take = (chunk: Buffer) => {
    said += chunk.toString('latin1')
    log.write(chunk)
  }
  child.stdout!.on('data', take)
  child.stderr!.on('data', take)
  const end = new Promise<void>((resolve) => {
    const over = () => {
      ended = true
      log.end(resolve)
    }
    child.once('error', (error) => {
      said += `${error}`
      over()
    })
    child.once('close', over)
  })
  const tail = () => `; the console, in ${folder}/${name}.log:\n${said.slice(-3000)}`
  const within = async (seconds: number, what: string, done: () => boolean) => {
    const until = performance.now() + seconds * 1000
    while (!done()) {
      if (ended) throw new Error(`off before ${what}${tail()}`)
      if (performance.now() > until) throw new Error(`not within ${seconds} s: ${what}${tail()}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    console: () => said,
    says: (what, seconds) =>
      within(seconds, `${what}`, () => (typeof what === 'string' ? said.includes(what) : what.test(said))),
    async off(seconds) {
      await Promise.race([end, within(seconds, 'power off', () => ended)])
      if (!ended) await end
    },
    async kill() {
      child.kill('SIGKILL')
      await end
    },
  }
}

const KERNEL = ['-kernel', join(image, 'vmlinuz')]

/**
 * Kernel and initrd of the image with the card as a disk of the machine `virt`, which starts in a quarter of a board's
 * time. `script` runs as root as soon as the system's first units do, its output on the console, and the power goes off.
 */
export function bootVirt(
  card: string,
  name: string,
  { slot = 'a', script }: { slot?: 'a' | 'b'; script: string },
): Running {
  const initrd = join(folder, `${name}.initrd.gz`)
  writeFileSync(initrd, Buffer.concat([readFileSync(join(image, 'initrd.gz')), scriptInitrd(name, script)]))
  const partition = slot === 'a' ? '02' : '03'
  const own = ['console=ttyAMA0', 'panic=-1', `root=PARTUUID=${DISK_ID}-${partition}`, `offhook.slot=${slot}`]
  return start(name, [
    ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '384', '-accel', 'tcg,thread=multi', '-nodefaults'],
    ...['-serial', 'stdio', ...KERNEL, '-initrd', initrd, '-append', [...CARD_WORDS, ...own].join(' ')],
    ...['-drive', `if=none,id=card,file=${card},format=raw`, '-device', 'virtio-blk-pci,drive=card'],
  ])
}

/** An initrd whose /extra has a unit that runs the script. */
function scriptInitrd(name: string, script: string): Buffer {
  const tree = join(folder, `${name}.initrd`)
  const units = join(tree, 'extra/etc/systemd/system')
  mkdirSync(join(units, 'sysinit.target.wants'), { recursive: true })
  writeFileSync(join(tree, 'extra/script.sh'), `${script}\nsync\necho o > /proc/sysrq-trigger\nsleep 60\n`)
  const unit = ['[Unit]', 'DefaultDependencies=no', '[Service]', 'StandardOutput=tty', 'StandardError=tty']
  const text = [...unit, 'TTYPath=/dev/console', 'ExecStart=/bin/sh /script.sh', ''].join('\n')
  writeFileSync(join(units, 'script.service'), text)
  symlinkSync('../script.service', join(units, 'sysinit.target.wants/script.service'))
  const packed = join(folder, `${name}.extra.gz`)
  packInitrd(tree, packed, 0)
  return readFileSync(packed)
}

/** A Raspberry Pi 3B with the card in its slot; QEMU does the part of the board's own firmware, and U-Boot all else. */
export function bootPi(card: string, name: string): Running {
  for (const file of ['u-boot.bin', 'bcm2837-rpi-3-b.dtb']) writeFileSync(join(folder, file), fatFile(card, file))
  return start(name, [
    ...['-M', 'raspi3b', '-accel', 'tcg,thread=multi', '-serial', 'null', '-serial', 'stdio'],
    ...['-kernel', join(folder, 'u-boot.bin'), '-dtb', join(folder, 'bcm2837-rpi-3-b.dtb')],
    ...['-drive', `if=sd,format=raw,file=${card}`],
  ])
}

/** Overwrites `bytes` of the card at `start` with `byte`. */
export function spoil(card: string, start: number, bytes: number, byte: number): void {
  execFileSync('dd', [`of=${card}`, 'bs=64K', `seek=${start}B`, 'conv=notrunc', 'status=none'], {
    input: Buffer.alloc(bytes, byte),
  })
}
