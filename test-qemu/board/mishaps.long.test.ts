// What goes wrong on a bus: its adapter pulled out, its expander gone with keys held, messages refused. And three keys at once.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { BoardEvent } from '../../hal/api/board.ts'
import { type Bench, EMULATED, rigOf, setUp } from './bench.ts'

type Rig = Awaited<ReturnType<typeof rigOf>>

let bench: Bench
let rig: Rig
let events: BoardEvent[]
const told = () =>
  events.flatMap((event) => (event.kind === 'key' && event.action !== 'long' ? [`${event.key} ${event.action}`] : []))
const devices = () => events.flatMap((event) => (event.kind === 'device' ? [`${event.device} ${event.state}`] : []))
const lasting = (device: string) => devices().findLast((text) => text.startsWith(device))
/** Lines are tried again after 1 s, 2, then every 4; what is back is known within this, ms. */
const BACK_MS = 15_000
const poll = (look: () => unknown) => expect.poll(look, { timeout: BACK_MS, interval: 50 })

beforeAll(async () => {
  bench = await setUp('matrix-on-expander')
}, 240_000)
afterAll(() => bench?.machine.kill())
beforeEach(async () => {
  rig = await rigOf(bench)
  events = []
  rig.board.start((event) => events.push(event))
  await poll(() => devices().sort()).toEqual(['hook ready', 'keypad ready', 'lcd ready', 'leds ready'])
  await rig.pass(EMULATED.shownMs)
  events.length = 0
}, 30_000)
afterEach(() => rig.board.stop())

const ROWS = ['one two three four  ', 'five six seven eight', 'nine ten eleven     ', 'twelve thirteen     ']
const show = (rows: readonly string[]) => rig.board.handle({ kind: 'show', frame: { rows } })

test('the adapter pulled out and plugged in again: everything behind it is lost and comes back, the hook stays', {
  timeout: 60_000,
}, async () => {
  show(ROWS)
  await poll(() => rig.lcd.screen()).toEqual(ROWS)
  await bench.machine.adapter.unplug()
  await poll(() => [...devices()].sort()).toEqual(['keypad lost', 'lcd lost'])
  const reasons = events.flatMap((event) => (event.kind === 'device' ? [`${event.device}: ${event.reason}`] : []))
  expect(reasons.find((text) => text.startsWith('keypad'))).toMatch(/keypad failed: .*E/)
  rig.hook(true)
  await poll(() => events.some((event) => event.kind === 'hook' && event.state === 'off')).toBe(true)
  show(ROWS.toReversed())
  await sleep(2000)
  await bench.machine.adapter.plug()
  await poll(() => [lasting('keypad'), lasting('lcd')]).toEqual(['keypad ready', 'lcd ready'])
  await poll(() => rig.lcd.screen()).toEqual(ROWS.toReversed())
  rig.key('5', true)
  await poll(told).toEqual(['5 press'])
})

test('the expander gone with a key held: the key is released, and told again when both are back', {
  timeout: 60_000,
}, async () => {
  rig.key('8', true)
  await poll(told).toEqual(['8 press'])
  bench.machine.expander.unplug()
  await poll(told).toEqual(['8 press', '8 release'])
  expect(lasting('keypad')).toBe('keypad lost')
  await sleep(1500)
  bench.machine.expander.plug()
  await poll(told).toEqual(['8 press', '8 release', '8 press'])
  expect(lasting('keypad')).toBe('keypad ready')
  rig.key('8', false)
  await poll(told).toEqual(['8 press', '8 release', '8 press', '8 release'])
})

test('an expander that lost its power for a moment is noticed, and its keypad opened anew', {
  timeout: 60_000,
}, async () => {
  bench.machine.expander.plug()
  await poll(devices).toEqual(['keypad lost', 'keypad ready'])
  rig.key('6', true)
  await poll(told).toEqual(['6 press'])
})

test('lamps whose expander was away shine again as told', { timeout: 60_000 }, async () => {
  rig.board.handle({ kind: 'led', led: 'message', pattern: 'on' })
  await poll(() => rig.lit('message')).toBe(true)
  bench.machine.expander.unplug()
  await poll(() => rig.lit('message')).toBe(false)
  rig.board.handle({ kind: 'led', led: 'ring', pattern: 'blink' })
  await poll(() => lasting('leds')).toBe('leds lost')
  bench.machine.expander.plug()
  await poll(() => lasting('leds')).toBe('leds ready')
  await poll(() => rig.lit('message')).toBe(true)
  await poll(() => rig.lit('ring')).toBe(true)
})

test('messages refused now and then cost a moment, not the keypad', { timeout: 60_000 }, async () => {
  for (const key of ['1', '0'] as const) {
    bench.machine.expander.nak(2)
    await poll(() => lasting('keypad')).toBe('keypad lost')
    await poll(() => lasting('keypad')).toBe('keypad ready')
    events.length = 0
    rig.key(key, true)
    await poll(told).toEqual([`${key} press`])
    rig.key(key, false)
    await poll(told).toEqual([`${key} press`, `${key} release`])
  }
})

test('bursts of refusals at the display: it is told once each time, and shows the newest', {
  timeout: 120_000,
}, async () => {
  for (let n = 0; n < 3; n++) {
    events.length = 0
    rig.lcd.nak(7)
    show([`burst ${n}`.padEnd(20), ...ROWS.slice(1)])
    await poll(devices).toEqual(['lcd lost', 'lcd ready'])
    await poll(async () => (await rig.lcd.screen())[0]).toBe(`burst ${n}`.padEnd(20))
  }
  expect(rig.lcd.faults()).toEqual([])
})

test('the third key of an L and its ghost are ignored, in all four turns of the L', { timeout: 60_000 }, async () => {
  const corners = ['1', '3', '9', '7'] as const
  for (const [n, third] of corners.entries()) {
    events.length = 0
    const [first, second] = [corners[(n + 2) % 4]!, corners[(n + 1) % 4]!]
    rig.key(first, true)
    await poll(told).toEqual([`${first} press`])
    rig.key(second, true)
    await poll(told).toEqual([`${first} press`, `${second} press`])
    rig.key(third, true)
    await rig.pass(EMULATED.toldMs)
    expect(told()).toEqual([`${first} press`, `${second} press`])
    for (const key of corners) rig.key(key, false)
    await poll(() => told().sort()).toEqual([first, second].flatMap((key) => [`${key} press`, `${key} release`]).sort())
    await rig.pass(EMULATED.toldMs)
    expect(told()).toHaveLength(4)
  }
})
