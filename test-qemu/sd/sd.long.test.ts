// The card that ships, started: its data partition grows and keeps what it holds, is mended, is done without; and a
// Raspberry Pi 3B goes from U-Boot to the phone, by the slot it is told.
import { execFileSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { BOOT, DATA, ROOT_B } from '../../rootfs-overlay/image/card/layout.ts'
import { fatFile, putFatFile, readMbr } from '../image/contents.ts'
import { bootPi, bootVirt, buildImage, folder, freshCard, image, type Running, spoil } from './card.ts'

/** Seconds a start may take on a machine that does other things too. */
const START = 120
const CARD_BYTES = 1024 * 1024 * 1024

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  buildImage()
}, 400_000)

test('what is downloaded is less than 90 MB: an update of a slot, and the whole card', () => {
  const megabytes = (...names: string[]) => names.reduce((sum, name) => sum + statSync(join(image, name)).size / 1e6, 0)
  expect(megabytes('root.squashfs', 'vmlinuz', 'initrd.gz')).toBeLessThan(90)
  expect(megabytes('phone-arm64.img.zst')).toBeLessThan(90)
})

let machine: Running | undefined
afterEach(() => machine?.kill())

/** One start that runs the script; what the console said. */
async function once(card: string, name: string, options: Parameters<typeof bootVirt>[2]): Promise<string> {
  machine = bootVirt(card, name, options)
  await machine.off(START)
  return machine.console()
}
const dataMegabytes = (said: string) => {
  const [, blocks, bytes] = /^data (\d+) blocks of (\d+)/m.exec(said) ?? []
  return (Number(blocks) * Number(bytes)) / 1e6
}
const SIZE = "stat -f -c 'data %b blocks of %S' /var/lib; cat /proc/mounts"

test('the first start grows the data partition to the card’s end; what it holds is there at the next', {
  timeout: 300_000,
}, async () => {
  const card = freshCard('grow')
  const report = `${SIZE}; cat /etc/machine-id; ls /etc/offhook /boot`
  const first = await once(card, 'grow-1', { script: `${report}; echo kept > /var/lib/kept` })
  expect(dataMegabytes(first)).toBeGreaterThan(600)
  expect(first).toMatch(/ \/boot vfat ro,/)
  expect(first).toMatch(/^overlay \/ overlay /m)
  expect(first).not.toContain('offhook: ')
  const { start, bytes } = readMbr(card).entries[3]!
  expect([start, start + bytes]).toEqual([DATA.start, CARD_BYTES])

  const second = await once(card, 'grow-2', { script: `${report}; cat /var/lib/kept` })
  const id = (said: string) => /^[0-9a-f]{32}\r?$/m.exec(said)?.[0]
  expect(id(second)).toBe(id(first))
  expect(second).toMatch(/^kept\r?$/m)
  expect(dataMegabytes(second)).toBe(dataMegabytes(first))
})

test('a plug pulled in the middle of writing costs nothing that was there before', { timeout: 300_000 }, async () => {
  const card = freshCard('plug')
  await once(card, 'plug-1', { script: 'echo kept > /var/lib/kept' })
  const writing = 'echo writing; n=0; while true; do echo $n > /var/lib/new-$n; n=$((n + 1)); done'
  machine = bootVirt(card, 'plug-2', { script: writing })
  await machine.says('writing', START)
  // Longer than the journal waits before it commits by itself.
  await new Promise((resolve) => setTimeout(resolve, 8_000))
  await machine.kill()
  const said = await once(card, 'plug-3', { script: `cat /var/lib/kept; ${SIZE}` })
  expect(said).toMatch(/^kept\r?$/m)
  expect(said).toMatch(/ \/var\/lib ext4 rw,/)
  expect(said).not.toContain('offhook: ')
})

test('a data partition with its beginning gone is mended', { timeout: 300_000 }, async () => {
  const card = freshCard('mend')
  await once(card, 'mend-1', { script: 'echo kept > /var/lib/kept' })
  spoil(card, DATA.start, 4096, 0)
  const said = await once(card, 'mend-2', { script: `cat /var/lib/kept; ${SIZE}` })
  expect(said).toContain('is damaged and being mended')
  expect(said).toMatch(/^kept\r?$/m)
  expect(said).toMatch(/ \/var\/lib ext4 rw,/)
})

test('a data partition nobody can read is done without, and said', { timeout: 200_000 }, async () => {
  const card = freshCard('ram')
  spoil(card, DATA.start, 32 * 1024 * 1024, 0x5a)
  const said = await once(card, 'ram', {
    script: 'echo here > /var/lib/here && cat /var/lib/here; cat /proc/mounts',
  })
  expect(said).toContain('cannot be mounted: what the phone learns is forgotten with the power')
  expect(said).toMatch(/^here\r?$/m)
  expect(said).not.toMatch(/ \/var\/lib ext4/)
})

test('a slot whose root cannot be read gives way to the other', { timeout: 200_000 }, async () => {
  const card = freshCard('slot')
  putFatFile(card, 'slot.txt', 'slot=b\n')
  spoil(card, ROOT_B.start, 4096, 0)
  const said = await once(card, 'slot', { slot: 'b', script: 'echo never' })
  expect(said).toContain('offhook: no root on PARTUUID=')
  expect(said).toContain('offhook: slot a starts next')
  expect(said).not.toContain('never')
  expect(fatFile(card, 'slot.txt').toString()).toBe('slot=a\n')
})

/** QEMU takes the start of this board's watchdog for its end, and resets at once. */
const ALOUD = 'args=systemd.journald.forward_to_console=1 module_blacklist=bcm2835_wdt\r\n'

test('a Raspberry Pi 3B tries slot b once, as told: U-Boot, kernel, root and the phone’s own words', {
  timeout: 400_000,
}, async () => {
  const card = freshCard('pi')
  putFatFile(card, 'slot.txt', 'slot=a\r\ntry=b\r\n')
  putFatFile(card, 'boot.txt', ALOUD)
  const begun = performance.now()
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1)
  machine = bootPi(card, 'pi')
  await machine.says('Offhook: slot b', START)
  console.log(`power on to kernel loaded: ${seconds()} s`)
  await machine.says(/info {2}main starting .*board=pi-usb-handset/, 300)
  console.log(`power on to the phone's first line: ${seconds()} s`)
  // As the phone would end it: this board's power-off does not end QEMU.
  await machine.kill()
  expect(machine.console()).not.toContain('offhook: ')
  expect(fatFile(card, 'slot.txt').toString()).toBe('slot=a\n')
  const { start, bytes } = readMbr(card).entries[3]!
  expect(start + bytes).toBe(CARD_BYTES)
})

test('a slot whose kernel cannot be unpacked gives way to the other in the same start', {
  timeout: 300_000,
}, async () => {
  const card = freshCard('kernel')
  putFatFile(card, 'slot.txt', 'slot=b\n')
  putFatFile(card, 'b/vmlinuz', 'no kernel')
  machine = bootPi(card, 'kernel')
  await machine.says('Offhook: slot a', START)
  expect(machine.console()).not.toContain('Offhook: slot b')
  await machine.says('Starting kernel', 60)
})

test('the card’s FAT volume is sound after all that', () => {
  for (const name of ['grow', 'slot', 'pi']) {
    const volume = join(folder, 'boot.fat')
    const card = join(folder, `${name}.img`)
    execFileSync('dd', [
      `if=${card}`,
      `of=${volume}`,
      'bs=1M',
      `skip=${BOOT.start}B`,
      `count=${BOOT.bytes}B`,
      'status=none',
    ])
    execFileSync('fsck.vfat', ['-n', volume], {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      stdio: 'pipe',
    })
  }
})
