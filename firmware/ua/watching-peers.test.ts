// Two user agents over two engines: one tells of its presence and its calls, the other watches, on a network that loses, repeats
// and reorders. Whatever happens on the way, in the end what is seen is what is so.
import { describe, expect, test } from 'vitest'
import { seededRng } from '../base/rng.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { PACKAGES, SERVED } from '../sip/packages/table.ts'
import { createFakeMedia } from '../testing/fake-media.ts'
import { PERFECT, ROUGH } from '../testing/fake-network.ts'
import { Stage } from '../testing/stage.ts'
import { ALICE, UA_CONFIG, watchedLine } from '../testing/ua-script.ts'
import type { AccountConfig, UaCommand, UaEvent, UaInput, UaOutput } from './contract.ts'
import { createUserAgent } from './user-agent.ts'

const EVENTS: readonly SipEvent['kind'][] = [
  ...(['session-incoming', 'session-state', 'session-sdp', 'subscription-state', 'subscription-notify'] as const),
  ...(['subscriber-incoming', 'subscriber-state', 'rejected'] as const),
]

function agent(stage: Stage, name: string, address: string, config: Partial<AccountConfig> = {}) {
  const phone = stage.phone(name, address, { packages: PACKAGES, notifies: SERVED })
  const ua = createUserAgent({ ...UA_CONFIG, mediaAddress: address }, seededRng(stage.seed))
  const media = createFakeMedia()
  const heard: UaEvent[] = []
  function feed(first: UaInput) {
    const inputs = [first]
    for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
      const out: UaOutput[] = []
      ua.handle(input, stage.now, out)
      for (const output of out) {
        if (output.to === 'app') heard.push(output.event)
        if (output.to === 'sip') phone.do(output.command)
        if (output.to === 'media') media.handle(output.command)
      }
      inputs.push(...media.take().map((event): UaInput => ({ from: 'media', event })))
    }
  }
  for (const kind of EVENTS) phone.on(kind, (event) => stage.later(0, () => feed({ from: 'sip', event })))
  const app = (command: UaCommand) => feed({ from: 'app', command })
  const aor = `sip:${name}@${address}`
  app({ kind: 'set-account', account: 'a', config: { ...ALICE, aor, registrar: undefined, ...config } })
  const subscribe = (event: string, target: string) =>
    app({ kind: 'subscribe', subscription: event, account: 'a', target, event, expires: 600, headers: [] })
  const seen = (event: string) =>
    heard.flatMap((each) => (each.kind === 'watched' && each.subscription === event ? watchedLine(each.watched) : []))
  return { app, heard, subscribe, seen, aor, phone }
}

function setOut(stage: Stage) {
  const alice = agent(stage, 'alice', '10.0.0.1')
  const bob = agent(stage, 'bob', '10.0.0.2', { watchers: 'accept' })
  const carol = agent(stage, 'carol', '10.0.0.3')
  alice.subscribe('presence', bob.aor)
  alice.subscribe('dialog', bob.aor)
  return { stage, alice, bob, carol }
}

test('a call is watched from ringing to its end', () => {
  const { stage, alice, bob, carol } = setOut(new Stage(1, PERFECT))
  stage.run(1000)
  carol.app({ kind: 'make-call', call: 'c', account: 'a', target: bob.aor, headers: [] })
  stage.run(2000)
  const call = bob.heard.findLast((event) => event.kind === 'call-incoming')!.call
  bob.app({ kind: 'answer', call, status: 180, reason: undefined, headers: [] })
  stage.run(2500)
  const told = alice.heard.findLast((event) => event.kind === 'watched' && event.subscription === 'dialog')
  carol.app({ kind: 'query-record', call: 'c', ref: 0 })
  const answer = carol.heard.at(-1)
  if (answer?.kind !== 'call-record') throw new Error('no record')
  // An INVITE to her with this would take the call over: it is the dialog as she has it (RFC 3891 §3).
  const { callId, localTag, remoteTag } = answer.record
  const replaces = `${callId};to-tag=${localTag};from-tag=${remoteTag};early-only`
  expect(told).toMatchObject({
    watched: { busy: 'ringing', dialogs: [{ direction: 'recipient', pickup: { replaces } }] },
  })
  bob.app({ kind: 'answer', call, status: 200, reason: undefined, headers: [] })
  stage.run(3000)
  carol.app({ kind: 'hang-up', call: 'c', status: undefined, reason: undefined })
  stage.run(4000)
  expect(alice.seen('dialog').map((line) => line.split(' ')[0])).toEqual(['idle', 'ringing', 'ringing', 'busy', 'idle'])
  expect(alice.seen('presence')).toEqual(['open  -', 'open on-the-phone -', 'open  -'])
})

describe('on a rough network', () => {
  test.each(Array.from({ length: 12 }, (_, i) => i + 1))('seed %i', (seed) => {
    const { stage, alice, bob, carol } = setOut(new Stage(seed, ROUGH))
    stage.run(5000)
    for (let turn = 0; turn < 6; turn++) {
      const at = stage.now + 700
      carol.app({ kind: 'make-call', call: `c${turn}`, account: 'a', target: bob.aor, headers: [] })
      bob.app({
        ...{ kind: 'set-presence', account: 'a', publish: false, expires: 600 },
        presence: { basic: turn % 2 === 0 ? 'open' : 'closed', activities: [], note: `turn ${turn}` },
      })
      stage.run(at)
      const call = bob.heard.findLast((event) => event.kind === 'call-incoming')?.call
      if (call && turn % 2 === 0) bob.app({ kind: 'answer', call, status: 200, reason: undefined, headers: [] })
      stage.run(at + 500)
      carol.app({ kind: 'hang-up', call: `c${turn}`, status: undefined, reason: undefined })
      stage.run(at + 900)
    }
    // Long enough for every retransmission and for a refresh.
    stage.run(stage.now + 120_000)
    expect(alice.seen('dialog').at(-1)).toBe('idle ')
    expect(alice.seen('presence').at(-1)).toBe('closed  turn 5')
  })
})
