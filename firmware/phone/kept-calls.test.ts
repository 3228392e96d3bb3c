// The call log over a restart, and when a call was: with a clock, before it was set, and without one.
import { describe, expect, test } from 'vitest'
import { ms } from '../base/time.ts'
import { createDesk, type Desk } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import { logged, MAX_TEXT, NO_CALLS } from './call-log.ts'
import { newCall } from './calls.ts'
import { NOTHING_CHOSEN } from './chosen.ts'
import type { CallLog } from './contract.ts'
import { keptCalls, readCalls } from './kept-calls.ts'
import { initialState } from './state.ts'

const NOON = Date.UTC(2026, 2, 1, 12)
/** Through JSON, as the disk has it. */
const onDisk = (calls: CallLog): unknown => JSON.parse(JSON.stringify(calls))
function desk(calls?: CallLog): Desk {
  const phone = createDesk(calls === undefined ? {} : { calls })
  registered(phone)
  return phone
}
const again = (phone: Desk) => desk(readCalls(onDisk(phone.past())).value)
const times = (phone: Desk) => phone.callLog().map(({ at }) => at)

describe('over a restart', () => {
  test('all is there: who, which way, when, how long, how it ended, and what was missed', () => {
    const first = desk()
    first.clock(NOON)
    first.press('101')
    first.lift()
    called(first).answers()
    first.passes(5000.4)
    first.putDown()
    called(first).isGone()
    caller(first, 'in:2').refuses(487)
    const second = again(first)
    expect(second.calls()).toEqual(['missed Bob: missed', 'placed 101: call ended'])
    expect(second.callLog()).toEqual(first.past().log)
    expect(second.callLog()[1]).toMatchObject({ at: NOON, lastedMs: 5000, account: 'a' })
    expect(second.view().missed).toBe(1)
    // Nothing changed, so what is to be kept is what is kept, to the letter.
    expect(JSON.stringify(second.past())).toBe(JSON.stringify(first.past()))
  })

  test('redial dials what was dialled before it', () => {
    const first = desk()
    first.press('101')
    first.key('dial')
    first.key('end')
    caller(first, 'in:2').refuses(487)
    const second = again(first)
    second.key('redial')
    expect(second.last('invite')?.target).toBe('sip:101@example.com')
  })

  test('that the log was looked at is kept, too', () => {
    const first = desk()
    caller(first).refuses(487)
    first.key('log-seen')
    expect(again(first).view().missed).toBe(0)
  })

  test('a hundred calls stay a hundred', () => {
    const first = desk()
    for (let n = 1; n <= 100; n++) caller(first, `in:${n}`).refuses(487)
    const second = again(first)
    caller(second, 'in:101').refuses(487)
    expect([second.callLog().length, second.view().missed]).toEqual([100, 100])
  })
})

describe('when it was', () => {
  test('calls before the clock was set are dated once it is; the next step of the clock changes nothing', () => {
    const phone = desk()
    caller(phone, 'in:1').refuses(487)
    expect(times(phone)).toEqual([undefined])
    phone.passes(60_000)
    phone.clock(NOON)
    expect(times(phone)).toEqual([NOON])
    phone.clock(NOON + 3_600_000)
    caller(phone, 'in:2').refuses(487)
    expect(times(phone)).toEqual([NOON + 3_660_000, NOON])
  })

  test('calls of an earlier start without a clock say so for ever', () => {
    const first = desk()
    first.clock(undefined)
    caller(first).refuses(487)
    const second = again(first)
    second.clock(NOON)
    expect(times(second)).toEqual([undefined])
    expect(JSON.stringify(second.past())).not.toContain('"at"')
  })

  test('a clock that is not believed any more dates nothing', () => {
    const phone = desk()
    phone.clock(NOON)
    phone.clock(undefined)
    caller(phone).refuses(487)
    expect(times(phone)).toEqual([undefined])
  })
})

test('what strangers call themselves is bounded; a number at such length cannot be called back', () => {
  const long = 'x'.repeat(5000)
  const bob = newCall('in:1', 'a', 'in', { uri: `sip:${long}@example.com`, display: long, number: long }, '', ms(0))
  const { past } = logged(initialState(undefined, NOTHING_CHOSEN, NO_CALLS), bob, 'missed', long, ms(0))
  expect(past.log).toMatchObject([{ name: long.slice(0, MAX_TEXT), number: '', cause: long.slice(0, MAX_TEXT) }])
  expect(readCalls(onDisk(keptCalls(past))).faults).toEqual([])
})

describe('reading', () => {
  const entry = { kind: 'missed', name: 'Bob', number: 'bob', account: 'a', lastedMs: 0, cause: 'missed' }

  test('entries that are not understood are left out and told', () => {
    const { value, faults } = readCalls({
      log: [entry, { ...entry, kind: 'dreamt' }, 7, { ...entry, at: -1 }, { ...entry, at: NOON }],
      missed: 2,
    })
    expect(value).toEqual({
      log: [
        { ...entry, at: undefined, began: undefined },
        { ...entry, at: NOON, began: undefined },
      ],
      missed: 2,
    })
    expect(faults.map(({ path }) => path)).toEqual(['/log/1/kind', '/log/2', '/log/3/at'])
  })

  test.each([null, 7, 'log', [], {}, { log: 'x' }, { log: [], missed: 101 }])('%j starts the phone', (kept) => {
    expect(readCalls(kept).value).toEqual({ log: [], missed: 0 })
  })

  test('nothing is no fault', () => {
    expect(readCalls(undefined)).toEqual({ value: { log: [], missed: 0 }, faults: [] })
  })
})
