// The table of the phone: what every intent does in every phase. A cell is the phase that follows and what the user agent
// is asked; `·` changes nothing.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../base/time.ts'
import { SETTINGS } from '../testing/desk.ts'
import type { UaCommand } from '../ua/contract.ts'
import { onIncoming } from './call-control.ts'
import type { PhoneIntent } from './contract.ts'
import { applySettings } from './lines.ts'
import { initialState, type Phase, type PhoneState } from './state.ts'
import { onIntent } from './user.ts'

const NOW = ms(1000)
const nobody = () => {}
const BASE: PhoneState = { ...applySettings(initialState(undefined, 6), SETTINGS, nobody), lastNumber: '7' }
const PEER = { uri: 'sip:bob@example.com', display: 'Bob', number: 'bob' }
const RINGING = onIncoming(BASE, 'in:1', 'a', PEER, nobody).phase
const call = { ...(RINGING as Extract<Phase, { name: 'ringing' }>).call, port: 'call:in:1' }
const off = (phase: Phase): PhoneState => ({ ...BASE, phase, offHook: true })
const on = (phase: Phase): PhoneState => ({ ...BASE, phase })
const dialling = (digits: string): Phase => ({ name: 'dialling', digits, due: undefined })
const ended: Phase = { name: 'ended', call, cause: '', lastedMs: 0, tone: 'busy', until: FOREVER }
const held = { ...call, since: NOW, wantHeld: true, held: true }

const STATES: Record<string, PhoneState> = {
  idle: on({ name: 'idle' }),
  'pre-dial 1': on(dialling('1')),
  'dial tone': off(dialling('')),
  'off, 1': off(dialling('1')),
  calling: off({ name: 'calling', call, unheardUntil: FOREVER }),
  'calling, on': on({ name: 'calling', call, unheardUntil: FOREVER }),
  ringing: on(RINGING),
  talking: off({ name: 'talking', call: { ...call, since: NOW } }),
  'talking, on': on({ name: 'talking', call: { ...call, since: NOW } }),
  held: off({ name: 'talking', call: held }),
  'held, on': on({ name: 'talking', call: held }),
  ended: off(ended),
  'ended, on': on(ended),
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
}

const asked = (c: UaCommand): string => {
  if (c.kind === 'make-call') return `call ${c.target}`
  if (c.kind === 'answer') return `answer ${c.status}`
  if (c.kind === 'send-dtmf') return `dtmf ${c.digits}`
  return c.kind
}
const named = ({ phase }: PhoneState): string => {
  if (phase.name === 'dialling') return `dialling ${phase.digits}`.trim()
  if (phase.name === 'talking') return `talking${phase.call.wantHeld ? ' held' : ''}${phase.call.muted ? ' muted' : ''}`
  return phase.name
}

const TABLES = [
  [
    'hook and end',
    `
  phase       | off                 | on             | flash               | end
  idle        | dialling            | ·              | dialling            | ·
  pre-dial 1  | calling: call 1     | ·              | calling: call 1     | idle
  dial tone   | ·                   | idle           | dialling            | dialling
  off, 1      | ·                   | idle           | dialling            | dialling
  calling     | ·                   | idle: hang-up  | ·                   | ended: hang-up
  calling, on | calling             | ·              | calling             | idle: hang-up
  ringing     | talking: answer 200 | ·              | talking: answer 200 | idle: hang-up
  talking     | ·                   | ended: hang-up | talking held: hold  | ended: hang-up
  talking, on | talking             | ·              | talking             | ended: hang-up
  held        | ·                   | talking held   | talking: resume     | ended: hang-up
  held, on    | talking: resume     | ·              | talking: resume     | ended: hang-up
  ended       | ·                   | idle           | dialling            | dialling
  ended, on   | dialling            | ·              | dialling            | idle`,
  ],
  [
    'dial pad',
    `
  phase       | digit       | #               | erase    | dial
  idle        | dialling 5  | dialling #      | ·        | ·
  pre-dial 1  | dialling 15 | calling: call 1 | idle     | calling: call 1
  dial tone   | dialling 5  | dialling #      | ·        | ·
  off, 1      | dialling 15 | calling: call 1 | dialling | calling: call 1
  calling     | ·: dtmf 5   | ·: dtmf #       | ·        | ·
  calling, on | ·: dtmf 5   | ·: dtmf #       | ·        | ·
  ringing     | ·           | ·               | ·        | ·
  talking     | ·: dtmf 5   | ·: dtmf #       | ·        | ·
  talking, on | ·: dtmf 5   | ·: dtmf #       | ·        | ·
  held        | ·           | ·               | ·        | ·
  held, on    | ·           | ·               | ·        | ·
  ended       | ·           | ·               | ·        | ·
  ended, on   | dialling 5  | dialling #      | ·        | ·`,
  ],
  [
    'keys',
    `
  phase       | answer              | hold               | mute               | redial
  idle        | ·                   | ·                  | ·                  | calling: call 7
  pre-dial 1  | ·                   | ·                  | ·                  | ·
  dial tone   | ·                   | ·                  | ·                  | calling: call 7
  off, 1      | ·                   | ·                  | ·                  | ·
  calling     | ·                   | ·                  | ·                  | ·
  calling, on | ·                   | ·                  | ·                  | ·
  ringing     | talking: answer 200 | ·                  | ·                  | ·
  talking     | ·                   | talking held: hold | talking muted      | ·
  talking, on | ·                   | talking held: hold | talking muted      | ·
  held        | ·                   | talking: resume    | talking held muted | ·
  held, on    | ·                   | talking: resume    | talking held muted | ·
  ended       | ·                   | ·                  | ·                  | calling: call 7
  ended, on   | ·                   | ·                  | ·                  | calling: call 7`,
  ],
] as const

const cells = (line: string) => line.split('|').map((cell) => cell.trim())

function happens(state: PhoneState, intent: PhoneIntent): string {
  const commands: UaCommand[] = []
  const next = onIntent(state, intent, NOW, (c) => commands.push(c))
  const same = next.phase === state.phase && next.offHook === state.offHook
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
