// The Linux board keeps the board contract over modelled lines and bus that behave like onoff's and i2c-bus's.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { BEAT_MS, nextBeat } from '../../firmware/base/beat.ts'
import { type BoardRig, boardContract, LIMITS } from '../api/board.contract.ts'
import type { BoardEvent } from '../api/board.ts'
import type { Level } from '../api/lines.ts'
import { createGpioModel, type Wire } from '../fake/gpio-model.ts'
import { createHardware } from '../fake/hardware.ts'
import { createI2cBusModel } from '../fake/i2c-bus-model.ts'
import { createVirtualClock } from '../fake/virtual-clock.ts'
import { openLamps } from './lamp-lines.ts'
import { createLinuxBoard } from './linux-board.ts'
import { type BoardProfile, type LineAt, PROFILES, partsOf } from './profiles.ts'

const PROFILE = PROFILES['pi-usb-handset']
/** Where a kernel 6.6 puts the chip of a Pi 4. */
const BASE = 512
const root = mkdtempSync(join(tmpdir(), 'gpio-'))
afterAll(() => rmSync(root, { recursive: true }))
for (const [chip, files] of Object.entries({
  gpiochip512: { label: 'pinctrl-bcm2711', base: '512', ngpio: '58' },
  gpiochip570: { label: 'raspberrypi-exp-gpio', base: '570', ngpio: '8' },
})) {
  mkdirSync(join(root, chip))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, chip, name), text + '\n')
}

function modelled(profile: BoardProfile = PROFILE, edges = true) {
  const clock = createVirtualClock(5000)
  const hardware = createHardware(partsOf(profile), { clock })
  const bus = createI2cBusModel(hardware.bus)
  const wires = new Map<number, Wire>()
  const number = ({ offset }: { readonly offset: number }) => BASE + offset
  const level = ({ activeLow }: LineAt, active: boolean): Level => (active === activeLow ? 0 : 1)
  let driven = 0
  for (const [n, at] of profile.matrix.rows.entries())
    wires.set(number(at), { level: () => level(at, ((hardware.matrix.rows() >> n) & 1) === 1) })
  for (const [n, at] of profile.matrix.columns.entries())
    wires.set(number(at), {
      level: () => level(at, ((driven >> n) & 1) === 1),
      driven(to) {
        if (to === level(at, false)) throw new Error('a column was driven at rest: two keys of a row would short it')
        driven = to === undefined ? driven & ~(1 << n) : driven | (1 << n)
        hardware.matrix.drive(driven)
      },
    })
  for (const { key, line } of profile.buttons)
    wires.set(number(line), { level: () => level(line, hardware.buttonClosed(key)) })
  for (const { interrupt } of profile.matrix.rows) if (interrupt) wires.set(number(interrupt), { level: () => 0 })
  for (const { led, line } of profile.leds)
    wires.set(number(line), { level: () => 0, driven: (to) => hardware.setLed(led, to === 1) })
  wires.set(number(profile.hook), { level: () => level(profile.hook, hardware.offHook()) })
  const gpio = createGpioModel(clock, wires, edges)
  let rowsBefore = 0
  hardware.listen({
    rows(pulled) {
      for (const [n, at] of profile.matrix.rows.entries()) if (((rowsBefore ^ pulled) >> n) & 1) gpio.edge(number(at))
      rowsBefore = pulled
    },
    button: (key) => gpio.edge(number(profile.buttons.find((button) => button.key === key)!.line)),
    hook: () => gpio.edge(number(profile.hook)),
  })
  /** When timers of the board itself are due, in whole ms: one that is called off wakes Node all the same. */
  const woken = new Set<number>()
  const board = createLinuxBoard(profile, {
    Gpio: gpio.Gpio,
    claims: gpio.claims,
    openBus: bus.open,
    clock: {
      now: clock.now,
      after(delayMs, run) {
        woken.add(Math.floor(clock.now() + delayMs))
        return clock.after(delayMs, run)
      },
    },
    sysfsRoot: root,
  })
  /** The chip loses its power for a moment: nothing is driven, and nobody is told. */
  const forget = (): void => {
    driven = 0
    hardware.matrix.drive(driven)
  }
  return { clock, hardware, bus, gpio, board, number, forget, woken }
}

async function rig(profile: BoardProfile, edges: boolean): Promise<BoardRig> {
  const { clock, hardware, bus, gpio, board } = modelled(profile, edges)
  return {
    board,
    now: clock.now,
    pass: async (ms) => clock.advance(ms),
    key: hardware.key,
    hook: hardware.hook,
    lit: (led) => hardware.lit().includes(led),
    lcd: {
      screen: hardware.lcd.rows,
      cursor: hardware.lcd.cursor,
      backlight: hardware.lcd.backlight,
      unplug: hardware.bus.unplug,
      plug: hardware.bus.plug,
      nak: hardware.bus.nak,
      faults: () => hardware.lcd.faults,
    },
    bus: hardware.bus.count,
    held: () => [...gpio.taken().map((line) => `GPIO ${line}`), ...(bus.openCount() > 0 ? ['a bus'] : [])],
  }
}
boardContract('Linux board over modelled lines', () => rig(PROFILE, true))

/** The same lines on a chip without an interrupt. */
const polled = (at: LineAt): LineAt => ({ ...at, pollMs: 20 })
const POLLED: BoardProfile = {
  ...PROFILE,
  matrix: { ...PROFILE.matrix, rows: PROFILE.matrix.rows.map(polled), columns: PROFILE.matrix.columns.map(polled) },
  buttons: PROFILE.buttons.map(({ key, line }) => ({ key, line: polled(line) })),
  hook: polled(PROFILE.hook),
}
// An edge is noticed up to 20 ms late, the last bounce of the hook as well.
const LATE = { ...LIMITS, keyMs: LIMITS.keyMs + 20, hookMs: LIMITS.hookMs + 40 }
boardContract('Linux board over modelled lines that tell no edges', () => rig(POLLED, false), LATE)

/** The same rows and columns on an expander whose interrupt is told by a line of another chip. */
const expanded = (at: LineAt): LineAt => ({ ...polled(at), interrupt: { ...at, offset: 8 } })
const EXPANDED: BoardProfile = {
  ...PROFILE,
  matrix: { ...PROFILE.matrix, rows: PROFILE.matrix.rows.map(expanded), columns: PROFILE.matrix.columns.map(expanded) },
}

const high = (at: LineAt): LineAt => ({ ...at, activeLow: false })
const PULLED_DOWN: BoardProfile = {
  ...PROFILE,
  matrix: { ...PROFILE.matrix, rows: PROFILE.matrix.rows.map(high), columns: PROFILE.matrix.columns.map(high) },
}
boardContract('Linux board over a modelled matrix with pull-downs', () => rig(PULLED_DOWN, true))

function started(profile: BoardProfile = PROFILE, edges = true) {
  const all = modelled(profile, edges)
  const events: BoardEvent[] = []
  all.board.start((event) => events.push(event))
  all.clock.advance(500)
  return { ...all, events }
}

test('a line taken by another driver loses its device alone, by name, and it comes back when the line is free', () => {
  const all = modelled()
  const events: BoardEvent[] = []
  all.gpio.take(all.number(PROFILE.hook), true)
  all.board.start((event) => events.push(event))
  all.clock.advance(20_000)
  const devices = events.filter((event) => event.kind === 'device')
  expect(devices.map(({ device, state }) => `${device} ${state}`).sort()).toEqual([
    'hook lost',
    'keypad ready',
    'lcd ready',
    'leds ready',
  ])
  expect(devices.find(({ device }) => device === 'hook')?.reason).toMatch(/line 26 of .*bcm2711.*GPIO 538.*taken/)
  all.gpio.take(all.number(PROFILE.hook), false)
  all.clock.advance(31_000)
  expect(events.slice(-2)).toEqual([
    { kind: 'device', device: 'hook', state: 'ready' },
    { kind: 'hook', state: 'on', at: expect.any(Number) },
  ])
})

test('a keypad whose lines fail releases its keys, and works again after it was opened anew', () => {
  const { clock, hardware, gpio, events } = started()
  hardware.key('5', true)
  clock.advance(100)
  events.length = 0
  gpio.failNext()
  clock.advance(50)
  expect(events).toEqual([
    {
      kind: 'device',
      device: 'keypad',
      state: 'lost',
      reason: expect.stringMatching(/a line of the keypad failed: EIO/),
    },
    { kind: 'key', key: '5', action: 'release', at: expect.any(Number) },
  ])
  hardware.key('5', false)
  clock.advance(1500)
  hardware.key('7', true)
  clock.advance(100)
  expect(events.slice(2)).toEqual([
    { kind: 'device', device: 'keypad', state: 'ready' },
    { kind: 'key', key: '7', action: 'press', at: expect.any(Number) },
  ])
})

test('an expander that lost its power for a moment is noticed, and its keypad opened anew', () => {
  const { clock, hardware, forget, events } = started(POLLED, false)
  events.length = 0
  forget()
  clock.advance(nextBeat(clock.now()) - clock.now() + 10)
  expect(events).toMatchObject([{ device: 'keypad', state: 'lost', reason: expect.stringMatching(/lost its power/) }])
  clock.advance(1200)
  hardware.key('7', true)
  clock.advance(200)
  expect(events.slice(1)).toMatchObject([
    { device: 'keypad', state: 'ready' },
    { key: '7', action: 'press' },
  ])
})

test.each([
  ['lines that tell edges', PROFILE],
  ['an expander with an interrupt', EXPANDED],
])(
  'a board nobody uses wakes with each beat and not between: display and lines are looked at together, %s',
  (_which, profile) => {
    const { clock, hardware, woken } = started(profile)
    clock.advance(20_000)
    woken.clear()
    const began = hardware.bus.count().busyMs
    clock.advance(60_000)
    expect([...woken].map((at) => at % BEAT_MS)).toEqual(Array(60_000 / BEAT_MS).fill(0))
    expect(hardware.bus.count().busyMs - began).toBeGreaterThan(1)
  },
)

test('a device’s lines are taken and opened one a turn: each may have to wait, and nobody shall wait for all of them', () => {
  const { board, clock, gpio } = modelled()
  board.start(() => {})
  expect([gpio.taken().length, gpio.opened().length]).toEqual([3, 0])
  clock.advance(1)
  expect(gpio.opened()).toHaveLength(17)
  const other = modelled()
  other.board.start(() => {})
  void other.board.stop()
  other.clock.advance(1)
  expect(other.gpio.opened()).toEqual([])
})

test('lines that are not ours yet are waited for, while the display goes on; never ours, they are told and given back', () => {
  const all = modelled()
  const events: BoardEvent[] = []
  const told = () => events.flatMap((event) => (event.kind === 'device' ? [`${event.device} ${event.state}`] : []))
  all.gpio.withhold(true)
  const looks = vi.spyOn(all.gpio.claims, 'isOurs')
  all.board.start((event) => events.push(event))
  all.clock.advance(2000)
  expect(told()).toEqual(['lcd ready'])
  expect(all.gpio.opened()).toEqual([])
  // Keypad, hook and lamps, each: soon, and then at most seven times a second.
  expect(looks.mock.calls.length).toBeLessThanOrEqual(3 * 17)
  all.gpio.withhold(false)
  all.clock.advance(160)
  expect(told().sort()).toEqual(['hook ready', 'keypad ready', 'lcd ready', 'leds ready'])

  const never = modelled()
  never.gpio.withhold(true)
  events.length = 0
  never.board.start((event) => events.push(event))
  never.clock.advance(5500)
  expect(events).toContainEqual({
    ...{ kind: 'device', device: 'hook', state: 'lost' },
    reason: expect.stringMatching(/line 26 of .*\(GPIO 538\) may not be used; check .* group gpio/),
  })
  expect(never.gpio.taken()).toEqual([])
})

test('at rest nothing but the display check is on the bus', () => {
  const { clock, hardware } = started()
  clock.advance(2000)
  const before = hardware.bus.count().busyMs
  clock.advance(10_000)
  expect(hardware.bus.count().busyMs - before).toBeLessThan(2)
})

test('lamps are dark once the board has stopped', async () => {
  const { board, hardware, clock } = started()
  board.handle({ kind: 'led', led: 'message', pattern: 'on' })
  clock.advance(10)
  expect(hardware.lit()).toEqual(['message'])
  await board.stop()
  expect(hardware.lit()).toEqual([])
})

test.each([undefined, 'read'] as const)(
  'a lamp whose line fails, or was not heard, is told, and shines again as told when it works',
  (what) => {
    const { board, hardware, clock, gpio, events } = started()
    events.length = 0
    gpio.failNext(what)
    board.handle({ kind: 'led', led: 'message', pattern: 'on' })
    clock.advance(10)
    expect(events).toEqual([
      {
        kind: 'device',
        device: 'leds',
        state: 'lost',
        reason: expect.stringMatching(/a line of the leds failed: EIO/),
      },
    ])
    clock.advance(1100)
    expect(events.at(-1)).toEqual({ kind: 'device', device: 'leds', state: 'ready' })
    expect(hardware.lit()).toEqual(['message'])
  },
)

test('a lamp that is low when lit', () => {
  const clock = createVirtualClock()
  const levels: (0 | 1 | undefined)[] = []
  const gpio = createGpioModel(clock, new Map([[BASE + 17, { level: () => 0, driven: (level) => levels.push(level) }]]))
  const leds = [{ led: 'line', line: { ...PROFILE.leds[0]!.line, activeLow: true } }] as const
  const lamps = openLamps({ ...PROFILE, leds }, { ...gpio, sysfsRoot: root, clock, feed: () => {} })
  clock.advance(1)
  lamps?.set('line', true)
  lamps?.set('line', false)
  lamps?.set('line', true)
  clock.advance(1)
  lamps?.close()
  expect(levels).toEqual([1, 0, 0, 1, undefined])
})

test('a chip without an interrupt that is not said to be one: the log says what to write, and the line is given back', () => {
  const { board, clock, gpio, number } = modelled(PROFILE, false)
  const events: BoardEvent[] = []
  board.start((event) => events.push(event))
  clock.advance(500)
  const lost = events.flatMap((event) => (event.kind === 'device' && event.state === 'lost' ? [event] : []))
  expect(lost.map(({ device }) => device).sort()).toEqual(['hook', 'keypad'])
  for (const { reason } of lost) expect(reason).toMatch(/line \d+ of .* tells no edges; give its chip pollMs/)
  expect(gpio.taken()).toEqual(PROFILE.leds.map(({ line }) => number(line)))
})
