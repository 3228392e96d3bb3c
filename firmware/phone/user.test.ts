// The table of the phone: what every intent does in every phase. A cell is the phase that follows and what the user agent
// is asked; `·` changes nothing.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../base/time.ts'
import { SETTINGS } from '../testing/desk.ts'
import type { UaCommand } from '../ua/contract.ts'
import { onIncoming } from './arriving.ts'
import { NO_CALLS } from './call-log.ts'
import { NOTHING_CHOSEN } from './chosen.ts'
import type { PhoneIntent } from './contract.ts'
import { applySettings } from './lines.ts'
import { type Focus, focused, initialState, type PhoneCall, type PhoneState } from './state.ts'
import { onIntent } from './user.ts'

const NOW = ms(1000)
const nobody = () => {}
const BASE: PhoneState = {
  ...applySettings(initialState(undefined, NOTHING_CHOSEN, NO_CALLS), SETTINGS, nobody),
  lastNumber: '7',
}
const PEER = { uri: 'sip:bob@example.com', display: 'Bob', number: 'bob' }
const CALLS = { kind: 'call-incoming', call: 'in:1', account: 'a', peer: PEER, alertInfo: undefined } as const
const RANG = onIncoming(BASE, CALLS, NOW, nobody)
const call: PhoneCall = { ...RANG.calls[0]!, port: 'call:in:1' }
const talk: PhoneCall = { ...call, stage: 'talking', since: NOW }
const hold: PhoneCall = { ...talk, wantHeld: true, held: true }
const out: PhoneCall = { ...call, id: 'out:1', direction: 'out', stage: 'calling', dialled: '7' }
const aside: PhoneCall = { ...hold, id: 'in:9', port: 'call:in:9' }
const rings: PhoneCall = { ...call, id: 'in:2', port: undefined }

const at = (focus: Focus, offHook: boolean, calls: readonly PhoneCall[] = []): PhoneState => ({
  ...{ ...BASE, focus, offHook, calls },
})
const on = (focus: Focus, ...calls: PhoneCall[]): PhoneState => at(focus, false, calls)
const off = (focus: Focus, ...calls: PhoneCall[]): PhoneState => at(focus, true, calls)
const IDLE: Focus = { name: 'idle' }
const AT: Focus = { name: 'call', id: 'in:1' }
const OUT: Focus = { name: 'call', id: 'out:1' }
const dialling = (digits: string): Focus => ({ name: 'dialling', digits, due: undefined })
const ended: Focus = { name: 'ended', call, cause: '', lastedMs: 0, tone: 'busy', until: FOREVER }

const STATES: Record<string, PhoneState> = {
  idle: on(IDLE),
  'pre-dial 1': on(dialling('1')),
  'dial tone': off(dialling('')),
  'off, 1': off(dialling('1')),
  calling: off(OUT, out),
  'calling, on': on(OUT, out),
  ringing: on(IDLE, call),
  'ringing, 1': on(dialling('1'), call),
  talking: off(AT, talk),
  'talking, on': on(AT, talk),
  held: off(AT, hold),
  'held, on': on(AT, hold),
  ended: off(ended),
  'ended, on': on(ended),
  'talk, rings': off(AT, talk, rings),
  'held, rings': on(AT, hold, rings),
  'talk, held': off(AT, talk, aside),
  'held, held': on(AT, hold, aside),
  'dial, held': off(dialling(''), aside),
  'call, held': off(OUT, out, aside),
  conference: { ...off(AT, talk, { ...aside, wantHeld: false, held: false }), conference: true },
  'conf held': { ...on(AT, hold, aside), conference: true },
}

const INTENTS: Record<string, PhoneIntent> = {
  off: { kind: 'hook', state: 'off' },
  on: { kind: 'hook', state: 'on' },
  flash: { kind: 'hook', state: 'flash' },
  digit: { kind: 'digit', digit: '5' },
  '#': { kind: 'digit', digit: '#' },
  erase: { kind: 'erase' },
  dial: { kind: 'dial' },
  answer: { kind: 'answer' },
  end: { kind: 'end' },
  hold: { kind: 'hold' },
  mute: { kind: 'mute' },
  redial: { kind: 'redial' },
  reject: { kind: 'reject' },
  swap: { kind: 'swap' },
  conf: { kind: 'conference' },
  new: { kind: 'new-call' },
}

const asked = (c: UaCommand): string => {
  if (c.kind === 'make-call') return `call ${c.target}`
  if (c.kind === 'answer') return `answer ${c.status}`
  if (c.kind === 'send-dtmf') return `dtmf ${c.digits}`
  return c.kind
}
const told = (c: PhoneCall): string =>
  `${c.stage === 'talking' ? (c.wantHeld ? 'held' : 'talk') : c.stage}${c.muted ? ' muted' : ''}`
/** The focus, then the other calls in brackets. */
function named(state: PhoneState): string {
  const { focus, calls, conference } = state
  const call = focused(state)
  const others = calls.filter((c) => c !== call).map((c) => `(${told(c)})`)
  const first =
    focus.name === 'dialling' ? `dialling ${focus.digits}`.trim() : call === undefined ? focus.name : told(call)
  return [conference ? 'conf' : '', first, ...others].filter((word) => word !== '').join(' ')
}

const TABLES = [
  [
    'hook and end',
    `
  phase       | off                              | on                      | flash                            | end
  idle        | dialling                         | ·                       | dialling                         | ·
  pre-dial 1  | calling: call 1                  | ·                       | calling: call 1                  | idle
  dial tone   | ·                                | idle                    | ·                                | ·
  off, 1      | ·                                | idle                    | dialling                         | dialling
  calling     | ·                                | idle: hang-up           | ·                                | ended: hang-up
  calling, on | calling                          | ·                       | calling                          | idle: hang-up
  ringing     | talk: answer 200                 | ·                       | talk: answer 200                 | idle: hang-up
  ringing, 1  | talk: answer 200                 | ·                       | talk: answer 200                 | dialling 1: hang-up
  talking     | ·                                | ended: hang-up          | held: hold                       | ended: hang-up
  talking, on | talk                             | ·                       | talk                             | ended: hang-up
  held        | ·                                | held                    | talk: resume                     | ended: hang-up
  held, on    | talk: resume                     | ·                       | talk: resume                     | ended: hang-up
  ended       | ·                                | idle                    | dialling                         | dialling
  ended, on   | dialling                         | ·                       | dialling                         | idle
  talk, rings | ·                                | idle (ringing): hang-up | talk (held): hold: answer 200    | idle (ringing): hang-up
  held, rings | talk (held): answer 200          | ·                       | talk (held): answer 200          | held: hang-up
  talk, held  | ·                                | ended (held): hang-up   | ·: hold: resume                  | talk: hang-up: resume
  held, held  | talk (held): resume              | ·                       | talk (held): resume              | held: hang-up
  dial, held  | ·                                | held                    | talk: resume                     | talk: resume
  call, held  | ·                                | held: hang-up           | ·                                | talk: hang-up: resume
  conference  | ·                                | ended: hang-up: hang-up | conf held (held): hold: hold     | ended: hang-up: hang-up
  conf held   | conf talk (talk): resume: resume | ·                       | conf talk (talk): resume: resume | ended: hang-up: hang-up`,
  ],
  [
    'dial pad',
    `
  phase       | digit             | #                 | erase    | dial
  idle        | dialling 5        | dialling #        | ·        | ·
  pre-dial 1  | dialling 15       | calling: call 1   | idle     | calling: call 1
  dial tone   | dialling 5        | dialling #        | ·        | ·
  off, 1      | dialling 15       | calling: call 1   | dialling | calling: call 1
  calling     | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  calling, on | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  ringing     | ·                 | ·                 | ·        | ·
  ringing, 1  | ·                 | ·                 | ·        | ·
  talking     | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  talking, on | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  held        | dialling 5 (held) | dialling # (held) | ·        | ·
  held, on    | dialling 5 (held) | dialling # (held) | ·        | ·
  ended       | ·                 | ·                 | ·        | ·
  ended, on   | dialling 5        | dialling #        | ·        | ·
  talk, rings | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  held, rings | ·                 | ·                 | ·        | ·
  talk, held  | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  held, held  | ·                 | ·                 | ·        | ·
  dial, held  | dialling 5 (held) | dialling # (held) | ·        | ·
  call, held  | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  conference  | ·: dtmf 5         | ·: dtmf #         | ·        | ·
  conf held   | ·                 | ·                 | ·        | ·`,
  ],
  [
    'keys',
    `
  phase       | answer                        | hold                             | mute                         | redial
  idle        | ·                             | ·                                | ·                            | calling: call 7
  pre-dial 1  | ·                             | ·                                | ·                            | ·
  dial tone   | ·                             | ·                                | ·                            | calling: call 7
  off, 1      | ·                             | ·                                | ·                            | ·
  calling     | ·                             | ·                                | ·                            | ·
  calling, on | ·                             | ·                                | ·                            | ·
  ringing     | talk: answer 200              | ·                                | ·                            | ·
  ringing, 1  | talk: answer 200              | ·                                | ·                            | ·
  talking     | ·                             | held: hold                       | talk muted                   | ·
  talking, on | ·                             | held: hold                       | talk muted                   | ·
  held        | ·                             | talk: resume                     | held muted                   | calling (held): call 7
  held, on    | ·                             | talk: resume                     | held muted                   | calling (held): call 7
  ended       | ·                             | ·                                | ·                            | calling: call 7
  ended, on   | ·                             | ·                                | ·                            | calling: call 7
  talk, rings | talk (held): hold: answer 200 | held (ringing): hold             | talk muted (ringing)         | ·
  held, rings | talk (held): answer 200       | talk (ringing): resume           | held muted (ringing)         | ·
  talk, held  | ·                             | held (held): hold                | talk muted (held)            | ·
  held, held  | ·                             | talk (held): resume              | held muted (held)            | ·
  dial, held  | ·                             | talk: resume                     | ·                            | calling (held): call 7
  call, held  | ·                             | ·                                | ·                            | ·
  conference  | ·                             | conf held (held): hold: hold     | conf talk muted (talk muted) | ·
  conf held   | ·                             | conf talk (talk): resume: resume | conf held muted (held muted) | ·`,
  ],
  [
    'two calls',
    `
  phase       | reject              | swap                | conf                             | new
  idle        | ·                   | ·                   | ·                                | ·
  pre-dial 1  | ·                   | ·                   | ·                                | ·
  dial tone   | ·                   | ·                   | ·                                | ·
  off, 1      | ·                   | ·                   | ·                                | ·
  calling     | ·                   | ·                   | ·                                | ·
  calling, on | ·                   | ·                   | ·                                | ·
  ringing     | idle: hang-up       | ·                   | ·                                | ·
  ringing, 1  | dialling 1: hang-up | ·                   | ·                                | ·
  talking     | ·                   | ·                   | ·                                | dialling (held): hold
  talking, on | ·                   | ·                   | ·                                | dialling (held): hold
  held        | ·                   | ·                   | ·                                | dialling (held)
  held, on    | ·                   | ·                   | ·                                | dialling (held)
  ended       | ·                   | ·                   | ·                                | ·
  ended, on   | ·                   | ·                   | ·                                | ·
  talk, rings | talk: hang-up       | ·                   | ·                                | ·
  held, rings | held: hang-up       | ·                   | ·                                | ·
  talk, held  | ·                   | ·: hold: resume     | conf talk (talk): resume         | ·
  held, held  | ·                   | talk (held): resume | conf talk (talk): resume: resume | ·
  dial, held  | ·                   | ·                   | ·                                | ·
  call, held  | ·                   | ·                   | ·                                | ·
  conference  | ·                   | ·                   | talk (held): hold                | ·
  conf held   | ·                   | ·                   | talk (held): resume              | ·`,
  ],
] as const

const cells = (line: string) => line.split('|').map((cell) => cell.trim())

function happens(state: PhoneState, intent: PhoneIntent): string {
  const commands: UaCommand[] = []
  const next = onIntent(state, intent, NOW, (c) => commands.push(c))
  const same = named(next) === named(state) && next.offHook === state.offHook
  return `${same ? '·' : named(next)}${commands.map((c) => `: ${asked(c)}`).join('')}`
}

test.each(TABLES)('every phase, every intent: %s', (_, table) => {
  const [head, ...rows] = table.trim().split('\n').map(cells)
  expect(rows.map(([name]) => name)).toEqual(Object.keys(STATES))
  for (const [name, ...wanted] of rows) {
    const intents = head!.slice(1)
    const found = intents.map((key) => happens(STATES[name!]!, INTENTS[key]!))
    expect([name, ...found]).toEqual([name, ...wanted])
  }
})
