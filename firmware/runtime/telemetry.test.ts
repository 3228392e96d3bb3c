// What is told to the broker, and what is not.
import { expect, test } from 'vitest'
import { ms } from '../base/time.ts'
import type { PhoneView } from '../phone/contract.ts'
import { audioTold, boardEvent, callState, linesState, mwiState, uaEvent } from './telemetry.ts'

const peer = { uri: 'sip:bob@example.com', display: 'Bob', number: 'bob' }
const call = {
  call: 'in:1',
  peer,
  direction: 'in',
  since: ms(5),
  codec: 'PCMA',
  secured: true,
  remoteHold: false,
  muted: true,
} as const
const view: PhoneView = {
  ...{
    activity: { name: 'in-call', call },
    offHook: true,
    route: 'handset',
    handsFree: [],
    volume: 5,
    ringer: 5,
    waiting: undefined,
    beside: call,
  },
  lines: [
    {
      account: 'main',
      label: 'Reception',
      aor: 'sip:1@x',
      registered: false,
      reason: 'wrong password',
      retryAt: ms(9),
    },
  ],
  ...{ missed: 2, country: 'de', mailboxes: [], buddies: [], keys: [], dnd: true },
  forward: { all: '', busy: '102', noAnswer: '', afterS: 20 },
}

test('lines and calls, without times of a clock nobody else has', () => {
  expect(linesState(view)).toEqual([
    { account: 'main', label: 'Reception', registered: false, reason: 'wrong password' },
  ])
  const told = { call: 'in:1', direction: 'in', uri: peer.uri, name: 'Bob', codec: 'PCMA', secured: true, muted: true }
  expect(callState(view)).toEqual({
    ...{ activity: 'in-call', offHook: true, missed: 2 },
    call: { ...told, remoteHold: false },
    more: [{ ...told, remoteHold: false }],
  })
  const dialling = callState({ ...view, activity: { name: 'dialling', digits: '4711' } })
  expect(dialling.call).toBeNull()
  expect(JSON.stringify(dialling)).not.toContain('4711')
})

test('mailboxes, without the number that opens them', () => {
  const box = { account: 'main', label: 'Reception', waiting: true, fresh: 2, old: undefined, number: '*97,1234' }
  expect(mwiState({ ...view, mailboxes: [box] })).toEqual([{ account: 'main', waiting: true, fresh: 2, old: null }])
})

test('events: only the states that matter', () => {
  const base = { call: 'out:1', account: 'main', peer, status: 180, reason: 'Ringing', cause: undefined } as const
  const early = { ...base, kind: 'call-state', state: 'early', previous: 'calling' } as const
  expect(uaEvent(early)).toBeUndefined()
  expect(uaEvent({ ...early, state: 'confirmed', status: 200 })).toEqual({
    name: 'call',
    body: { call: 'out:1', account: 'main', state: 'confirmed', uri: peer.uri, status: 200, cause: null },
  })
  expect(uaEvent({ kind: 'call-dtmf', by: 'rtp', call: 'out:1', digit: '5', durationMs: 100 })).toBeUndefined()
})

test('keys are nobody’s business unless asked for; the hook, and what breaks, are told', () => {
  const key = { kind: 'key', key: '5', action: 'press', at: ms(1) } as const
  expect(boardEvent(key, false)).toBeUndefined()
  expect(boardEvent(key, true)).toEqual({ name: 'key', body: { key: '5', action: 'press' } })
  expect(boardEvent({ kind: 'hook', state: 'off', at: ms(1) }, false)).toEqual({ name: 'hook', body: { state: 'off' } })
  expect(boardEvent({ kind: 'device', device: 'lcd', state: 'ready' }, false)).toBeUndefined()
  expect(boardEvent({ kind: 'device', device: 'lcd', state: 'lost', reason: 'the bus' }, false)).toEqual({
    name: 'alarm',
    body: { alarm: 'device-lost', device: 'lcd', reason: 'the bus' },
  })
  expect(audioTold({ kind: 'port-lost', port: 'handset', reason: 'unplugged' })).toMatchObject({
    state: { handset: 'failed', reason: 'unplugged' },
    alarm: { name: 'alarm', body: { alarm: 'audio-lost' } },
  })
  expect(audioTold({ kind: 'port-lost', port: 'headset', reason: 'unplugged' })).toEqual({
    state: { headset: 'failed' },
    alarm: { name: 'alarm', body: { alarm: 'audio-lost', device: 'headset', reason: 'unplugged' } },
  })
  expect(audioTold({ kind: 'port-lost', port: 'call:1', reason: '' })).toBeUndefined()
})
