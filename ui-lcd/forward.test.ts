// Calls that come, as their user sees and sets it: the status row, not to be disturbed, whom they are sent on to.
import { describe, expect, test } from 'vitest'
import type { Forwarding } from '../firmware/phone/contract.ts'
import type { Key } from '../hal/api/board.ts'
import { line, rig, view } from './testing/rig.ts'

const forward = (over: Partial<Forwarding> = {}): Forwarding => ({
  ...{ all: '', busy: '', noAnswer: '', afterS: 20, ...over },
})
const IDLE = view({ name: 'idle' })
const LINES = { lines: [line('Lab', 'wrong password')] }

test.each([
  ['nothing', {}, '|Ready          12:00|'],
  ['do not disturb', { dnd: true }, '|Do not disturb 12:00|'],
  ['all sent on', { forward: forward({ all: '103' }) }, '|→ 103          12:00|'],
  ['all sent on, far', { forward: forward({ all: 'sip:carol@example.com' }) }, '|→ sip:carol@e… 12:00|'],
  ['both: nothing is refused', { dnd: true, forward: forward({ all: '103' }) }, '|→ 103          12:00|'],
  ['some sent on', { forward: forward({ busy: '103' }) }, '|Ready →        12:00|'],
  ['others sent on', { forward: forward({ noAnswer: '103' }) }, '|Ready →        12:00|'],
  ['not registered', LINES, '|Not registered 12:00|'],
  ['not registered, do not disturb', { ...LINES, dnd: true }, '|Not regis… DND 12:00|'],
  ['not registered, all sent on', { ...LINES, forward: forward({ all: '103' }) }, '|Not registe… → 12:00|'],
] as const)('the status row: %s', (_name, over, row) => {
  const all = rig(view({ name: 'idle' }, over))
  all.setClock(12 * 60)
  expect(all.text()[0]).toBe(row)
})

/** The menu's page, so many before its first one. */
function page(back: number, over = {}) {
  const all = rig(view({ name: 'idle' }, over))
  all.press('back')
  for (let n = 0; n < back; n++) all.press('up')
  all.press('ok')
  return { ...all, keys: (keys: readonly Key[]) => keys.flatMap((key) => all.press(key)) }
}

describe('do not disturb', () => {
  test('its soft key turns it over', () => {
    expect(rig(IDLE).press('soft3')).toEqual(['{"dnd":true}'])
    expect(rig(view({ name: 'idle' }, { dnd: true })).press('soft3')).toEqual(['{"dnd":false}'])
  })
  test('its page is on what is so', () => {
    const all = page(3)
    expect(all.text()).toEqual([
      '|Do not disturb      |',
      '| On                 |',
      '|>Off               *|',
      '|Use  ↑    ↓    Back |',
    ])
    expect(all.keys(['up', 'ok'])).toEqual(['{"dnd":true}'])
    all.show(view({ name: 'idle' }, { dnd: true }))
    expect(all.text()[1]).toBe('|>On                *|')
  })
})

describe('sending calls on', () => {
  test('what is set, and after how long', () => {
    const all = page(2, { forward: forward({ all: '103', noAnswer: 'sip:carol@example.com', afterS: 9 }) })
    const rows = [0, 1, 2, 3].map(() => {
      const row = all.text().find((each) => each.includes('>'))
      all.press('down')
      return row
    })
    expect(rows).toEqual([
      '|>All calls       103|',
      '|>Busy            Off|',
      '|>No answer …mple.com|',
      '|>after           9 s|',
    ])
  })

  test('a number is entered, corrected and saved; the page before is there again', () => {
    const all = page(2, { forward: forward({ busy: '10' }) })
    all.keys(['down', 'ok'])
    expect(all.text()).toEqual([
      '|→ Busy              |',
      '|10_                 |',
      '|                    |',
      '|Save abc  Del  Clr  |',
    ])
    expect(all.keys(['4', 'back', '3', 'soft1'])).toEqual(['{"forwardBusy":"103"}'])
    expect(all.text()[0]).toBe('|Forwarding          |')
  })

  test('an address by letters', () => {
    const all = page(2)
    all.keys(['ok', 'soft2', '2', '1', '1', '9'])
    expect(all.text()[1]).toBe('|a@w_                |')
    expect(all.keys(['ok'])).toEqual(['{"forwardAll":"a@w"}'])
  })

  test('nobody: cleared and saved; left without saving nothing is set', () => {
    const all = page(2, { forward: forward({ all: '103' }) })
    all.keys(['ok', 'soft4'])
    expect(all.text().slice(1)).toEqual(['|_                   |', '|empty: to nobody    |', '|Save abc  Del  Back |'])
    expect(all.keys(['soft4'])).toEqual([])
    expect(all.text()[0]).toBe('|Forwarding          |')
    expect(all.keys(['ok', 'soft4', 'soft1'])).toEqual(['{"forwardAll":""}'])
  })

  test('to oneself, to an emergency number, to no address: refused with the reason, until something else is entered', () => {
    const all = rig(view({ name: 'idle' }, { lines: [line('100')] }))
    all.press('back')
    for (const key of ['up', 'up', 'ok', 'ok', '1', '0', '0'] as const) all.press(key)
    expect(all.press('ok')).toEqual([])
    expect(all.text().slice(1, 3)).toEqual(['|100_                |', '|not to this phone   |'])
    all.press('1')
    expect(all.text()[2]).toBe('|                    |')
    for (const key of ['soft4', '1', '1', '2', 'ok'] as const) all.press(key)
    expect(all.text()[2]).toBe('|no emergency number |')
    for (const key of ['soft4', 'soft2', '2', '0', '3', 'ok'] as const) all.press(key)
    expect(all.text()[2]).toBe('|not a SIP address   |')
  })

  test('how long it rings: seconds within bounds, by digits alone', () => {
    const all = page(2)
    all.keys(['up', 'ok'])
    expect(all.text()).toEqual([
      '|→ after             |',
      '|20_                 |',
      '|                    |',
      '|Save      Del  Clr  |',
    ])
    expect(all.keys(['soft4', '4', 'ok'])).toEqual([])
    expect(all.text()[2]).toBe('|5 to 120 s          |')
    expect(all.keys(['5', 'ok'])).toEqual(['{"forwardAfterS":45}'])
  })

  test('lifting the handset, or a minute without a key, leaves it', () => {
    const all = page(2)
    all.keys(['ok', '1'])
    all.pass(60_000)
    all.press('up')
    expect(all.text()[0]).toBe('|Ready               |')
  })
})
