// What lies on the FAT volume of the card, as a folder: firmware, U-Boot and its script, both slots, who the phone is.
import { copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BoardProfile, PROFILES } from '../../../hal/linux/profiles.ts'
import { run } from '../run.ts'

const HERE = import.meta.dirname
const OVERLAY = join(HERE, '../..')

export interface BootFiles {
  readonly root: string
  readonly kernel: string
  readonly initrd: string
  readonly deviceTrees: readonly string[]
  /** A folder to lay over the volume, with the boards' own firmware; undefined leaves it out. */
  readonly firmware: string | undefined
  readonly epoch: number
}

/** Fills `folder`. U-Boot is taken out of the root's package. */
export function bootFiles(folder: string, { root, kernel, initrd, deviceTrees, firmware, epoch }: BootFiles): void {
  mkdirSync(folder, { recursive: true })
  const [uboot] = globSync('usr/lib/u-boot/rpi_arm64/u-boot.bin', { cwd: root })
  if (uboot === undefined) throw new Error('the package u-boot-rpi brought no rpi_arm64/u-boot.bin')
  copyFileSync(join(root, uboot), join(folder, 'u-boot.bin'))
  for (const file of deviceTrees) copyFileSync(file, join(folder, basename(file)))
  for (const slot of ['a', 'b']) {
    mkdirSync(join(folder, slot))
    copyFileSync(kernel, join(folder, slot, 'vmlinuz'))
    copyFileSync(initrd, join(folder, slot, 'initrd.gz'))
  }
  const env = { SOURCE_DATE_EPOCH: `${epoch}` }
  const script = ['-A', 'arm64', '-T', 'script', '-C', 'none', '-n', 'Offhook', '-d', join(HERE, 'boot.cmd')]
  run('mkimage', [...script, join(folder, 'boot.scr')], { env })
  run('mkenvimage', ['-s', '0x4000', '-o', join(folder, 'uboot.env'), join(HERE, 'uboot-env.txt')])
  writeFileSync(join(folder, 'config.txt'), configTxt(PROFILES['pi-usb-handset']))
  writeFileSync(join(folder, 'slot.txt'), 'slot=a\n')
  copyFileSync(join(HERE, 'README.txt'), join(folder, 'README.txt'))
  copyFileSync(join(OVERLAY, 'etc/offhook/bootstrap.json'), join(folder, 'bootstrap.json'))
  mkdirSync(join(folder, 'licences'), { recursive: true })
  copyFileSync(join(root, 'usr/share/doc/u-boot-rpi/copyright'), join(folder, 'licences/u-boot.txt'))
  if (firmware !== undefined) cpSync(firmware, folder, { recursive: true })
}

/** What the board's firmware does before the kernel: a 64-bit U-Boot, the serial line, pull-ups that sysfs cannot switch. */
export function configTxt({ model, matrix, buttons, hook }: BoardProfile): string {
  const contacts = [...matrix.rows, ...buttons.map(({ line }) => line), hook].filter(({ activeLow }) => activeLow)
  const pulled = contacts.map(({ offset }) => offset).sort((a, b) => a - b)
  return `# What the Raspberry Pi's firmware does before the phone's kernel starts.
arm_64bit=1
kernel=u-boot.bin
enable_uart=1
# The device trees beside this file are those of the kernel.
upstream_kernel=1
disable_splash=1

# Board profile ${model}: the display's bus, and inputs whose contacts close to ground.
dtparam=i2c_arm=on
gpio=${pulled.join()}=ip,pu
`
}
