// The real onoff and i2c-bus load, and say clearly what is missing on a machine that has no such lines or bus.
import { existsSync } from 'node:fs'
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
