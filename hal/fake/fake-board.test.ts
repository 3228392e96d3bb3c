// The fake board keeps the board contract; and its hands do what a person's do.
import { expect, test } from 'vitest'
import { type BoardRig, boardContract } from '../api/board.contract.ts'
import type { BoardEvent } from '../api/board.ts'
import type { Clock } from '../api/clock.ts'
import { createFakeBoard } from './fake-board.ts'
import { createVirtualClock } from './virtual-clock.ts'

async function rig(): Promise<BoardRig> {
  const clock = createVirtualClock(1000)
  const board = createFakeBoard({ clock })
  const { hardware } = board
  return {
    board,
    now: clock.now,
    pass: async (ms) => clock.advance(ms),
    key: hardware.key,
    hook: hardware.hook,
    lit: (led) => board.leds().includes(led),
    lcd: {
      screen: board.screen,
      cursor: board.cursor,
      backlight: board.backlight,
      unplug: hardware.bus.unplug,
      plug: hardware.bus.plug,
      nak: hardware.bus.nak,
      faults: () => hardware.lcd.faults,
    },
    bus: hardware.bus.count,
    held: () => [],
  }
}
boardContract('fake board', rig)

function started() {
  const clock = createVirtualClock(1000)
  const board = createFakeBoard({ clock })
  const events: BoardEvent[] = []
  board.start((event) => events.push(event))
  clock.advance(500)
  events.length = 0
  return { clock, board, events }
}

test('presses given all at once come one after the other', () => {
  const { clock, board, events } = started()
  for (const key of ['1', '1', '0'] as const) board.press(key)
  clock.advance(1000)
  expect(events.map((event) => event.kind === 'key' && `${event.key} ${event.action}`)).toEqual([
    '1 press',
    '1 release',
    '1 press',
    '1 release',
    '0 press',
    '0 release',
  ])
})

test('lift, flash and hang up are the hook', () => {
  const { clock, board, events } = started()
  board.lift()
  clock.advance(500)
  board.flash()
  clock.advance(1000)
  board.hangUp()
  clock.advance(1000)
  expect(events.map((event) => event.kind === 'hook' && event.state)).toEqual(['off', 'flash', 'on'])
})

test('a stuck bus is reported, and left alone until it lets go', () => {
  const { clock, board, events } = started()
  board.hardware.bus.jam(true)
  board.handle({ kind: 'backlight', on: false })
  clock.advance(10_000)
  expect(events).toEqual([{ kind: 'device', device: 'lcd', state: 'lost', reason: 'the bus does not answer' }])
  board.hardware.bus.jam(false)
  clock.advance(1000)
  expect(events.at(-1)).toEqual({ kind: 'device', device: 'lcd', state: 'ready' })
  expect(board.hardware.bus.count().overlaps).toBe(0)
  expect(board.backlight()).toBe(false)
})

test('a command for what is not there is counted', () => {
  const { board } = started()
  board.handle({ kind: 'show', frame: { rows: [] } })
  expect(board.ignored()).toBe(1)
  expect(() => board.press('nothing' as never)).toThrow('has no key')
})

test('timers that come a little early, as real ones may, garble nothing', () => {
  const time = createVirtualClock()
  const hasty: Clock = { now: time.now, after: (delayMs, run) => time.after(Math.floor(delayMs), run) }
  const board = createFakeBoard({ clock: hasty })
  board.start(() => {})
  const rows = ['abcdefghijklmnopqrst', 'ABCDEFGHIJKLMNOPQRST', '01234567890123456789', '+-*/+-*/+-*/+-*/+-*/']
  board.handle({ kind: 'show', frame: { rows } })
  time.advance(1000)
  expect(board.screen()).toEqual(rows)
  expect(board.hardware.lcd.faults).toEqual([])
})
