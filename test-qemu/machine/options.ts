// What an emulated machine is made of, as plain data, and what QEMU is told of it.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BoardProfile } from '../../hal/linux/profiles.ts'
import { CARD_WORDS } from './card-words.ts'
import { cpio } from './cpio.ts'
import { portArguments } from './ports.ts'

/** What slirp calls this machine: its loopback is reached there. */
export const HOST = '10.0.2.2'

export interface MachineOptions {
  /** With root.squashfs, vmlinuz and initrd.gz. */
  readonly image: string
  /** Must exist; holds the disks and the console's log. */
  readonly folder: string
  /** The emulated board; its lines are those of the chips `9030000.pl061` and `0-0020` (a PCA9555 at 0x20). */
  readonly board: BoardProfile
  /** Put on the FAT volume OFFHOOK: bootstrap.json and what it names. */
  readonly files: Readonly<Record<string, string>>
  /** Further initrds, appended to the image's: what they hold below /extra lies over the root. */
  readonly initrds?: readonly string[]
  /** The network card's part of QEMU's arguments; slirp unless given. */
  readonly network?: readonly string[]
  /** Where an ext4 volume labelled offhook-data is, in the words of `-drive`: what the phone keeps. Without it nothing survives. */
  readonly data?: string
  /** Virtio serial ports: name in the guest → path of a socket QEMU listens at. */
  readonly ports?: Readonly<Record<string, string>>
  readonly memoryMb?: number
  /** The clock at power-on, UTC, `2026-01-31T08:00:00`; this machine's unless given. */
  readonly rtc?: string
  /** Further words of the kernel's command line. */
  readonly kernelWords?: readonly string[]
  /**
   * Continues from what `save` left in this folder, with all the other options as they were then, and the disk as it was.
   * The guest's clock goes on where it stood.
   */
  readonly from?: string
}

/** In a folder of `save`: what QEMU keeps, and the board. */
export const KEPT = { state: 'state', board: 'board-state.json' } as const

const SLIRP = ['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile=']

/** The key matrix needs the line of the power button, so that the driver of the button must not have it; see `powerDown`. */
const KERNEL_WORDS = [
  ...[...CARD_WORDS, 'console=ttyAMA0', 'root=/dev/vda', 'panic=-1'],
  'systemd.journald.forward_to_console=1',
  'modprobe.blacklist=gpio_keys',
]

/** What a device tree would say of the board: an expander on the bus of the adapter. */
const SOLDERED = cpio({
  'extra/usr/lib/udev/rules.d/70-expander.rules': {
    data: 'SUBSYSTEM=="i2c", ACTION=="add", ATTR{name}=="i2c-tiny-usb*", ATTR{new_device}="pca9555 0x20"\n',
  },
})

/** Sockets QEMU connects to. */
export interface Sockets {
  readonly qmp: string
  readonly qtest: string
  readonly usb: string
}

/** Makes the side disk and the initrd in the folder, and says how QEMU is to be started. */
export function prepare(options: MachineOptions, sockets: Sockets): readonly string[] {
  const {
    image,
    folder,
    initrds = [],
    network = SLIRP,
    data,
    ports = {},
    memoryMb = 384,
    rtc,
    kernelWords = [],
    from,
  } = options
  const initrd = join(folder, 'initrd')
  writeFileSync(
    initrd,
    joinInitrds([...[join(image, 'initrd.gz'), ...initrds].map((file) => readFileSync(file)), SOLDERED]),
  )
  const drive = (id: string, file: string, how: string) => [
    ...['-drive', `if=none,id=${id},file=${file},${how}`],
    ...['-device', `virtio-blk-pci,drive=${id}`],
  ]
  return [
    ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', `${memoryMb}`, '-accel', 'tcg,thread=multi'],
    ...['-nodefaults', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-kernel', join(image, 'vmlinuz'), '-initrd', initrd],
    ...['-append', [...KERNEL_WORDS, ...kernelWords].join(' ')],
    ...(rtc === undefined ? [] : ['-rtc', `base=${rtc}`]),
    ...drive('root', join(image, 'root.squashfs'), 'format=raw,readonly=on'),
    ...drive('side', sideDisk(folder, options.files), 'format=raw,readonly=on'),
    ...(data === undefined ? [] : ['-drive', `if=none,id=data,${data}`, '-device', 'virtio-blk-pci,drive=data']),
    ...network,
    ...['-device', 'virtio-rng-pci'],
    ...portArguments(ports),
    ...['-device', 'qemu-xhci,id=usb', '-device', 'usb-kbd,bus=usb.0'],
    ...['-chardev', `socket,id=i2c,path=${sockets.usb}`, '-device', 'usb-redir,chardev=i2c,bus=usb.0'],
    ...['-chardev', `socket,id=qmp,path=${sockets.qmp}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-qtest', `unix:${sockets.qtest}`, '-qtest-log', 'none'],
    // It waits for `cont`, so that no line moves before somebody looks.
    ...['-S', ...(from === undefined ? [] : ['-incoming', `exec:cat '${join(from, KEPT.state)}'`])],
  ]
}

/** Each begins at a multiple of four, as the kernel wants it. */
function joinInitrds(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.alloc(-part.length & 3)]))
}

/** The FAT volume. */
function sideDisk(folder: string, files: Readonly<Record<string, string>>): string {
  const disk = join(folder, 'side.fat')
  rmSync(disk, { force: true })
  execFileSync('mkfs.vfat', ['-C', disk, '-n', 'OFFHOOK', '2048'], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  for (const [name, text] of Object.entries(files))
    execFileSync('mcopy', ['-i', disk, '-', `::/${name}`], { input: text })
  return disk
}
