// The real onoff and i2c-bus load, and say clearly what is missing on a machine that has no such lines or bus.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { BoardEvent } from '../api/board.ts'
import { loadOpenBus } from './i2c-bus.ts'
import { openLinuxBoard } from './linux-board.ts'
import { loadGpio } from './onoff.ts'
import { type BoardProfile, PROFILES } from './profiles.ts'

/** A board no machine has. */
const NOWHERE: BoardProfile = {
  ...PROFILES['pi-usb-handset'],
  hook: { chip: ['no-such-chip'], offset: 1, activeLow: true },
  leds: [{ led: 'line', line: { chip: ['no-such-chip'], offset: 2, activeLow: false } }],
  matrix: { ...PROFILES['pi-usb-handset'].matrix, rows: [{ chip: ['no-such-chip'], offset: 3, activeLow: true }] },
  lcd: { ...PROFILES['pi-usb-handset'].lcd, bus: 199 },
}

test('both packages load with this Node', async () => {
  expect(await loadGpio()).toMatchObject({ ok: true })
  expect(await loadOpenBus()).toMatchObject({ ok: true })
})

test('every device is lost, with a reason that says what was looked for, where, and what to check', async () => {
  expect(existsSync('/dev/i2c-199')).toBe(false)
  const board = await openLinuxBoard(NOWHERE)
  const lost = await new Promise<BoardEvent[]>((resolve) => {
    const events: BoardEvent[] = []
    board.start((event) => events.push(event) === 4 && resolve(events))
  })
  await board.stop()
  const reasons = Object.fromEntries(lost.map((event) => (event.kind === 'device' ? [event.device, event.reason] : [])))
  for (const device of ['keypad', 'hook', 'leds'])
    expect(reasons[device]).toMatch(/no GPIO chip labelled no-such-chip in \/sys\/class\/gpio: .*check that/)
  expect(reasons.lcd).toMatch(/no I²C bus \/dev\/i2c-199: check dtparam=i2c_arm=on .* i2c-dev/)
})

test('neither package is loaded before a Linux board is opened', () => {
  const script = `
    import { Module } from 'node:module'
    await import('./linux-board.ts')
    await import('../fake/fake-board.ts')
    const loaded = () => Object.keys(Module._cache).filter((name) => /onoff|epoll|i2c-bus/.test(name)).length
    const before = loaded()
    await (await import('./onoff.ts')).loadGpio()
    console.log(before, loaded() > 0)`
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8' })).toBe(
    '0 true\n',
  )
})
