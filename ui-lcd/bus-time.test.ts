// What the screens cost on the bus at 100 kHz, over the real driver and a modelled display; and that it shows what was meant.
import { expect, test } from 'vitest'
import { ms } from '../firmware/base/time.ts'
import type { Activity, PhoneView } from '../firmware/phone/contract.ts'
import type { BoardEvent } from '../hal/api/board.ts'
import { createRunner } from '../hal/core/runner.ts'
import { createFakeBoard } from '../hal/fake/fake-board.ts'
import { createVirtualClock } from '../hal/fake/virtual-clock.ts'
import { createScreenUi, type ScreenUiOutput } from './screen-ui.ts'

function phone() {
  const clock = createVirtualClock(1000)
  const board = createFakeBoard({ clock })
  const intents: string[] = []
  const ui = createRunner(createScreenUi({ size: board.description.display }), clock, (output: ScreenUiOutput) => {
    if (output.to === 'board') board.handle(output.command)
    else if (output.to === 'phone') intents.push(output.intent.kind)
  })
  ui.start()
  board.start((event: BoardEvent) => ui.feed({ from: 'board', event }))
  const show = (activity: Activity) => {
    const view: PhoneView = {
      ...{
        activity,
        lines: [],
        offHook: false,
        route: 'handset',
        handsFree: [],
        volume: 5,
        ringer: 6,
        country: '',
        missed: 0,
      },
      ...{ waiting: undefined, beside: undefined, mailboxes: [], buddies: [], keys: [] },
      ...{ dnd: false, forward: { all: '', busy: '', noAnswer: '', afterS: 20 } },
    }
    ui.feed({ from: 'phone', view })
  }
  /** Bus time that `act` costs, ms, without the checks at rest. */
  const cost = (act: () => void): number => {
    const before = board.hardware.bus.count().busyMs
    act()
    clock.advance(200)
    return board.hardware.bus.count().busyMs - before
  }
  show({ name: 'dialling', digits: '030' })
  clock.advance(600)
  return { clock, board, show, cost, intents }
}

test('a digit typed on the dialling screen costs under a millisecond', () => {
  const { cost, show, board } = phone()
  expect(cost(() => show({ name: 'dialling', digits: '0301' }))).toBeLessThan(0.8)
  expect(board.screen()[1]).toBe('0301                ')
  expect(board.cursor()).toEqual({ column: 4, row: 1 })
})

test('another screen costs what differs, less than a full redraw', () => {
  const { cost, show } = phone()
  const call = {
    call: 1 as never,
    peer: { uri: 'sip:201@pbx.example.com', display: 'Reception', number: '201' },
    direction: 'out',
    since: ms(1000),
    codec: 'G722',
    secured: false,
    remoteHold: false,
    muted: false,
  } as const
  expect(cost(() => show({ name: 'calling', call, ringing: false }))).toBeLessThan(15)
  expect(cost(() => show({ name: 'in-call', call }))).toBeLessThan(15)
})

test('a step through the menu costs what differs', () => {
  const { cost, show, board, clock } = phone()
  show({ name: 'idle' })
  clock.advance(600)
  board.press('soft4')
  clock.advance(600)
  expect(board.screen()[1]).toBe('>Status             ')
  expect(cost(() => board.press('soft3'))).toBeLessThan(12)
  expect(board.screen().slice(1, 3)).toEqual(['>Calls              ', ' Redial             '])
})

test('a full redraw stays under 31 ms', () => {
  const { cost, board } = phone()
  const rows = ['x', 'y', 'z', 'w'].map((c) => c.repeat(20))
  expect(cost(() => board.handle({ kind: 'show', frame: { rows } }))).toBeLessThan(31)
  expect(board.screen()).toEqual(rows)
})

test('a key of the modelled pad becomes an intent', () => {
  const { board, clock, intents } = phone()
  for (const key of ['7', 'soft2', 'ok'] as const) board.press(key)
  clock.advance(100)
  board.lift()
  clock.advance(1000)
  // The hook's first state, then the finger and the hook side by side.
  expect(intents).toEqual(['hook', 'digit', 'hook', 'erase', 'dial'])
})
