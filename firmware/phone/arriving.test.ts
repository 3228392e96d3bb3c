// The table of calls that come: what becomes of one in every phase of the phone, under every rule. And the rules on the wire.
import { describe, expect, test } from 'vitest'
import { ms } from '../base/time.ts'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { ROUGH } from '../testing/fake-network.ts'
import { caller, registered } from '../testing/played-engine.ts'
import { settingsOf } from '../testing/street.ts'
import { ALICE, CAROL, expectPeace, threeDesks } from '../testing/three-desks.ts'
import { invite, sdp } from '../testing/ua-script.ts'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { CALL_BACK_MS, onIncoming } from './arriving.ts'
import { NO_CALLS } from './call-log.ts'
import { type Choice, NOTHING_CHOSEN } from './chosen.ts'
import type { LogEntry } from './contract.ts'
import { forwardFault } from './forwarding.ts'
import { applySettings } from './lines.ts'
import { choose } from './settled.ts'
import { initialState, type PhoneCall, type PhoneState } from './state.ts'

const NOW = ms(10 * CALL_BACK_MS)
const nobody = () => {}
type Arrival = Extract<UaEvent, { kind: 'call-incoming' }>
const party = (name: string) => ({ uri: `sip:${name}@example.com`, display: '', number: name })
const COMES: Arrival = {
  ...{ kind: 'call-incoming', call: 'in:2', account: 'a', peer: party('bob'), alertInfo: undefined },
}
const BASE = applySettings(initialState(undefined, NOTHING_CHOSEN, NO_CALLS), SETTINGS, nobody)
const other: PhoneCall = {
  ...onIncoming(BASE, { ...COMES, call: 'in:1' }, NOW, nobody).calls[0]!,
  ...{ stage: 'talking', since: NOW },
}
const talking: PhoneState = { ...BASE, focus: { name: 'call', id: 'in:1' }, offHook: true, calls: [other] }
const emergency = (at: number, number = '112'): LogEntry => ({
  ...{ kind: 'placed', name: '', number, account: 'a', at: undefined, began: ms(at), lastedMs: 60_000, cause: '' },
})
/** Of an earlier start, by the wall clock, which is a day ahead. */
const before = (at: number): LogEntry => ({ ...emergency(at), at: at + DAY, began: undefined })
const DAY = 86_400_000
const past = (entry: LogEntry) => ({ past: { log: [entry], missed: 0 } })

const PHASES: Record<string, { readonly state: PhoneState; readonly comes?: Partial<Arrival>; readonly now?: number }> =
  {
    idle: { state: BASE },
    dialling: { state: { ...BASE, offHook: true, focus: { name: 'dialling', digits: '', due: undefined } } },
    ringing: { state: { ...BASE, calls: [{ ...other, stage: 'ringing' }] } },
    talking: { state: talking },
    'one only': { state: { ...talking, settings: { ...SETTINGS, callWaiting: false } } },
    'two calls': { state: { ...talking, calls: [other, { ...other, id: 'in:9' }] } },
    helped: { state: { ...talking, calls: [{ ...other, direction: 'out', dialled: '112' }] } },
    'within hour': { state: { ...BASE, ...past(emergency(NOW - 60_000 - CALL_BACK_MS + 1)) } },
    'hour over': { state: { ...BASE, ...past(emergency(NOW - 60_000 - CALL_BACK_MS)) } },
    restarted: { state: { ...BASE, ...past(before(NOW - 60_000 - CALL_BACK_MS + 1)), utcOffsetMs: DAY } },
    'no clock': { state: { ...BASE, ...past(before(NOW - 60_000)) } },
    started: { state: { ...BASE, ...past(before(NOW - 60_000)) }, now: 1000 },
    'psap calls': { state: BASE, comes: { callBack: true } },
    'carol calls': { state: BASE, comes: { peer: party('103') } },
    'came back': {
      state: BASE,
      comes: { diverted: [{ party: { uri: 'sip:alice@EXAMPLE.com:5070', display: '', number: '' }, reason: '' }] },
    },
  }
const RULES: Record<string, Choice> = {
  'no rule': {},
  dnd: { dnd: true },
  all: { forwardAll: '103' },
  busy: { forwardBusy: '103' },
  'no answer': { forwardNoAnswer: '103', forwardAfterS: 30 },
  'dnd, all': { dnd: true, forwardAll: '103' },
  'dnd, busy': { dnd: true, forwardBusy: '103' },
}

const TABLE = `
  phase       | no rule | dnd  | all              | busy           | no answer | dnd, all         | dnd, busy
  idle        | 180     | 486! | 103 unconditional | 180           | 180 30 s  | 103 unconditional | 103 do-not-disturb
  dialling    | 486     | 486! | 103 unconditional | 103 user-busy | 486       | 103 unconditional | 103 do-not-disturb
  ringing     | 486     | 486! | 103 unconditional | 103 user-busy | 486       | 103 unconditional | 103 do-not-disturb
  talking     | 180     | 486! | 103 unconditional | 180           | 180 30 s  | 103 unconditional | 103 do-not-disturb
  one only    | 486     | 486! | 103 unconditional | 103 user-busy | 486       | 103 unconditional | 103 do-not-disturb
  two calls   | 486     | 486! | 103 unconditional | 103 user-busy | 486       | 103 unconditional | 103 do-not-disturb
  helped      | 486     | 486  | 486               | 486           | 486       | 486               | 486
  within hour | 180     | 180  | 180               | 180           | 180       | 180               | 180
  hour over   | 180     | 486! | 103 unconditional | 180           | 180 30 s  | 103 unconditional | 103 do-not-disturb
  restarted   | 180     | 180  | 180               | 180           | 180       | 180               | 180
  no clock    | 180     | 486! | 103 unconditional | 180           | 180 30 s  | 103 unconditional | 103 do-not-disturb
  started     | 180     | 180  | 180               | 180           | 180       | 180               | 180
  psap calls  | 180     | 180  | 180               | 180           | 180       | 180               | 180
  carol calls | 180     | 486! | 180               | 180           | 180       | 486!              | 486!
  came back   | 180     | 486! | 180               | 180           | 180       | 486!              | 486!`

/** The status, `!` for one not to be disturbed; whom to and why; how long it rings before it is sent on. */
function becomes(phase: string, rule: string): string {
  const { state, comes, now: at = NOW } = PHASES[phase]!
  const now = ms(at)
  const asked: UaCommand[] = []
  const next = onIncoming(choose(state, RULES[rule]!), { ...COMES, ...comes }, now, (command) => asked.push(command))
  const [command] = asked
  expect(asked).toHaveLength(1)
  expect(next.calls.filter((call) => state.calls.includes(call))).toEqual(state.calls)
  if (command?.kind === 'forward') {
    expect(next.past.log[0]).toMatchObject({ kind: 'forwarded', cause: 'to 103' })
    return `${command.to.join()} ${command.reason}`
  }
  if (command?.kind !== 'answer') return command?.kind ?? ''
  const { sendOnAt = 0 } = next.calls.find(({ id }) => id === 'in:2') ?? {}
  if (command.status === 180) return Number.isFinite(sendOnAt) ? `180 ${(sendOnAt - now) / 1000} s` : '180'
  expect([next.past.log[0]?.kind, next.past.missed]).toEqual(['missed', 1])
  return `${command.status}${next.past.log[0]?.cause === 'do not disturb' ? '!' : ''}`
}

describe('a call that comes', () => {
  const [head = [], ...lines] = TABLE.trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
  test('every phase under every rule is in the table', () => {
    expect(lines.map(([phase]) => phase)).toEqual(Object.keys(PHASES))
    expect(head.slice(1)).toEqual(Object.keys(RULES))
  })
  for (const [phase = '', ...cells] of lines)
    cells.forEach((cell, n) => {
      test(`${phase}, ${head[n + 1]}: ${cell}`, () => expect(becomes(phase, head[n + 1]!)).toBe(cell))
    })

  test('is refused with the status that is set, also when the user wants not to be disturbed', () => {
    const state = choose({ ...BASE, settings: { ...SETTINGS, dnd: { on: false, status: 480 } } }, { dnd: true })
    const asked: UaCommand[] = []
    onIncoming(state, COMES, NOW, (command) => asked.push(command))
    expect(asked).toMatchObject([{ kind: 'answer', status: 480 }])
  })
})

describe('whom calls are never sent on to', () => {
  const own = ['sip:alice@example.com', 'sip:200@pbx.example.com:5070']
  test.each([
    ['', undefined],
    ['103', undefined],
    ['sip:alice@elsewhere.example.com', undefined],
    ['alice', 'not to this phone'],
    ['200', 'not to this phone'],
    ['sip:alice@EXAMPLE.com;transport=tcp', 'not to this phone'],
    ['112', 'no emergency number'],
    ['mailto:x@y', 'not a SIP address'],
    ['sip:', 'not a SIP address'],
  ])('%j: %s', (to, fault) => expect(forwardFault(to, own)).toBe(fault))
  test('nor by way of the dial plan, which may say it later: then it is not done, and not shown', () => {
    const desk = createDesk({ settings: { ...SETTINGS, dialMap: '<9=>xxx|<8=112>' } })
    desk.chooses({ forwardAll: '8', forwardBusy: '9103' })
    expect(desk.view().forward).toMatchObject({ all: '', busy: '9103' })
    desk.chooses({ dnd: true })
    expect(desk.log.filter((what) => what === 'calls are not sent on')).toHaveLength(1)
  })
})

describe('at the phone', () => {
  test('not to be disturbed: the dial tone stutters and the lamp of the bell is lit; a call that rings or is spoken in goes on', () => {
    const desk = createDesk()
    registered(desk)
    const bob = caller(desk)
    desk.chooses({ dnd: true })
    expect([desk.shows(), desk.lamp('ring'), desk.hears()]).toEqual(['call from Bob', 'flash', 'ring'])
    desk.lift()
    bob.acknowledges()
    caller(desk, 'in:2')
    expect([desk.shows(), desk.lamp('ring'), desk.hears()]).toEqual(['in-call with Bob', 'on', 'call:in:1'])
    expect(desk.calls()).toEqual(['missed Bob: do not disturb'])
    bob.hangsUp()
    desk.putDown()
    desk.lift()
    expect(desk.hears()).toBe('stutter')
    desk.putDown()
    desk.chooses({ dnd: false })
    desk.lift()
    expect([desk.hears(), desk.lamp('ring')]).toEqual(['dial', 'off'])
  })

  test('what the user wants is kept, and stands until the configuration says something else there', () => {
    const desk = createDesk()
    desk.chooses({ dnd: true, forwardBusy: '103' })
    const again = createDesk({ choices: desk.choices() })
    expect(again.view()).toMatchObject({ dnd: true, forward: { busy: '103' } })
    again.settings({ ...SETTINGS, volume: 1 })
    expect(again.view().dnd).toBe(true)
    again.settings({ ...SETTINGS, dnd: { on: true, status: 486 } })
    again.settings(SETTINGS)
    expect(again.view()).toMatchObject({ dnd: false, forward: { busy: '103' } })
  })

  test('an emergency call goes out all the same, and whoever helps can call back', () => {
    const desk = createDesk({ settings: { ...SETTINGS, dnd: { on: true, status: 486 } } })
    registered(desk)
    desk.lift()
    desk.press('112#')
    expect(desk.last('invite')?.target).toBe('sip:112@example.com')
    desk.putDown()
    caller(desk)
    expect(desk.shows()).toBe('call from Bob')
  })

  test('the emergency service says so itself, on the word of a server alone', () => {
    const comes = (trusted: boolean) => {
      const desk = createDesk({ settings: { ...SETTINGS, dnd: { on: true, status: 486 } } })
      registered(desk)
      const request = invite('sip:alice@example.com', '<sip:alice@example.com>', ['Priority: PSAP-Callback'])
      desk.sip({ kind: 'session-incoming', id: 'in:1', request, sdp: sdp(), trusted })
      return desk.shows()
    }
    expect([comes(true), comes(false)]).toEqual(['call from Bob', 'idle'])
  })

  test('nobody takes it: sent on in time, and the phone is at rest; taken, it stays', () => {
    const desk = createDesk({
      settings: { ...SETTINGS, forward: { ...SETTINGS.forward, noAnswer: '103', afterS: 10 } },
    })
    registered(desk)
    const bob = caller(desk)
    desk.passes(9999)
    expect(desk.shows()).toBe('call from Bob')
    desk.passes(1)
    expect([desk.shows(), desk.hears(), desk.idle()]).toEqual(['idle', 'nothing', false])
    expect(desk.last('respond')).toMatchObject({ status: 302 })
    expect(desk.last('respond')?.headers.map(({ name, value }) => `${name}: ${value}`)).toEqual([
      'Contact: <sip:103@example.com>',
      'Diversion: <sip:alice@example.com>;reason=no-answer',
    ])
    bob.refuses(302, 'local')
    expect([desk.idle(), desk.calls(), desk.view().missed]).toEqual([true, ['forwarded Bob: to 103'], 0])
    const again = caller(desk, 'in:2')
    desk.lift()
    again.acknowledges()
    desk.passes(20_000)
    expect(desk.shows()).toBe('in-call with Bob')
  })
})

describe('on the wire', () => {
  const forwarding = (forward: object, seed = 1, conditions?: typeof ROUGH) => {
    const all = threeDesks(seed, conditions)
    all.alice.settings({
      ...settingsOf('sip:alice@10.0.0.1'),
      forward: { all: '', busy: '', noAnswer: '', afterS: 5, ...forward },
    })
    return all
  }
  const to = CAROL.replace('#', '')

  test('all: Bob calls Alice, Carol rings; Alice has it in her log', () => {
    const all = forwarding({ all: to })
    all.call(all.bob, ALICE)
    expect([all.carol.shows(), all.alice.shows(), all.alice.calls()]).toEqual([
      'call from bob',
      'idle',
      [`forwarded bob: to ${to}`],
    ])
    all.carol.lift()
    all.place.run(200)
    expect(all.bob.speaksTo()).toBe('call:out:1')
    expectPeace(all)
  })

  test('no answer: Alice rings first', () => {
    const all = forwarding({ noAnswer: to })
    all.call(all.bob, ALICE)
    all.place.run(4000)
    expect([all.alice.shows(), all.carol.shows()]).toEqual(['call from bob', 'idle'])
    all.place.run(2000)
    expect([all.alice.shows(), all.carol.shows(), all.bob.shows()]).toEqual([
      'idle',
      'call from bob',
      'calling 10.0.0.3, rings',
    ])
    expectPeace(all)
  })

  test('two who send all to each other: whoever calls one is not sent round for ever', () => {
    const all = forwarding({ all: to })
    all.carol.settings({
      ...settingsOf('sip:carol@10.0.0.3'),
      forward: { all: ALICE.replace('#', ''), busy: '', noAnswer: '', afterS: 20 },
    })
    all.call(all.bob, ALICE)
    all.place.run(10_000)
    expect(all.place.wire.filter((line) => line.startsWith('INVITE')).length).toBeLessThan(10)
    expectPeace(all)
  })

  for (let seed = 1; seed <= 20; seed++)
    test(`no answer on a rough network, seed ${seed}`, () => {
      const all = forwarding({ noAnswer: to }, seed, ROUGH)
      all.call(all.bob, ALICE)
      all.place.run(30_000)
      expect([all.carol.shows(), all.alice.shows()]).toEqual(['call from bob', 'idle'])
      all.carol.lift()
      all.place.run(10_000)
      expect(all.bob.speaksTo()).toBe('call:out:1')
      expectPeace(all)
    })
})
