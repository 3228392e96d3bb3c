import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SessionState } from '../sip/core/contract.ts'
import { sdp, uaScript } from '../testing/ua-script.ts'

type Ua = ReturnType<typeof uaScript>
const IDS = ['o1', 'o2', 'in:1', 'in:2']
const STATES: SessionState[] = [
  ...(['CALLING', 'INCOMING', 'EARLY', 'CONNECTING', 'CONFIRMED'] as const),
  ...(['REINVITING', 'REINVITED', 'DISCONNECTING', 'DISCONNECTED'] as const),
]
const BODIES = [sdp(), sdp({ way: 'sendonly' }), sdp({ formats: '18' }), sdp({ port: 0 }), sdp({ port: 5000 }), 'x']

/** Any event in any order, far beyond what an engine would do. */
const step = fc.oneof(
  // Each session of ours begins with CALLING: by it the test tells one life of a name from the next.
  fc.constantFrom('o1', 'o2').map((id) => (ua: Ua) => {
    ua.call(id)
    ua.state(id, 'CALLING')
  }),
  fc
    .tuple(fc.constantFrom('in:1', 'in:2'), fc.constantFrom(undefined, ...BODIES))
    // Sessions are named once by the engine; only one that ended may come again.
    .map(([id, body]) => (ua: Ua) => {
      if (!open(ua).has(id)) ua.incoming(id, body)
    }),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...STATES)).map(
    ([id, state]) =>
      (ua: Ua) =>
        ua.state(id, state),
  ),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom('offer', 'answer'), fc.constantFrom(...BODIES), fc.boolean()).map(
    ([id, role, body, late]) =>
      (ua: Ua) =>
        ua.body(id, role as 'offer' | 'answer', body, late),
  ),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(180, 183, 200, 486)).map(
    ([id, status]) =>
      (ua: Ua) =>
        ua.answer(id, status),
  ),
  fc.constantFrom(...IDS).map((call) => (ua: Ua) => ua.hangUp(call)),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom('hold', 'resume')).map(
    ([call, kind]) =>
      (ua: Ua) =>
        ua.app({ kind: kind as 'hold' | 'resume', call }),
  ),
  fc.constantFrom(...IDS).map((call) => (ua: Ua) => ua.app({ kind: 'send-dtmf', call, digits: '1', durationMs: 100 })),
  fc.tuple(fc.constantFrom(...IDS), fc.boolean(), fc.boolean()).map(
    ([call, unhold, offer]) =>
      (ua: Ua) =>
        ua.app({ kind: 'reinvite', call, unhold, offer, headers: [] }),
  ),
  fc.tuple(fc.constantFrom(...IDS), fc.boolean()).map(
    ([call, offer]) =>
      (ua: Ua) =>
        ua.app({ kind: 'update', call, offer, headers: [] }),
  ),
  fc.constantFrom('o1', 'o2').map((call) => (ua: Ua) => {
    ua.app({ kind: 'make-call', call, account: 'a', target: '101', headers: [], lateOffer: true })
    ua.state(call, 'CALLING')
  }),
  fc.constantFrom(...IDS).map((call) => (ua: Ua) => ua.app({ kind: 'transfer', call, target: '102', headers: [] })),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom('NOTIFY', 'REFER', 'MESSAGE')).map(
    ([session, method]) =>
      (ua: Ua) =>
        ua.request(`in:r${session}`, method, session),
  ),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(202, 408)).map(
    ([id, status]) =>
      (ua: Ua) =>
        ua.result(`refer:${id}`, status),
  ),
  fc.constantFrom(...IDS).map((id) => (ua: Ua) => {
    if (ua.media.ports.has(`call:${id}`)) ua.media.happen({ kind: 'port-failed', port: `call:${id}`, reason: '' })
    ua.app({ kind: 'query-call', call: id, ref: 1 })
  }),
  fc.tuple(fc.constantFrom(...IDS), fc.constantFrom('invite', 'reinvite', 'update', 'respond', 'end')).map(
    ([id, command]) =>
      (ua: Ua) =>
        ua.sip({ kind: 'rejected', command: command as 'invite', id, reason: 'no' }),
  ),
  fc
    .constantFrom(20_000, 20_500, 31_000)
    .map((min) => (ua: Ua) => ua.app({ kind: 'set-rtp-ports', min, max: min + 999 })),
  fc.constant((ua: Ua) => ua.account('a', { codecs: ['PCMU'] })),
  fc.constant((ua: Ua) => ua.app({ kind: 'remove-account', account: 'a' })),
)

/** Calls the application believes to be alive. */
function open(ua: Ua): Set<string> {
  const alive = new Set<string>()
  for (const event of ua.heard) {
    if (event.kind === 'call-incoming') alive.add(event.call)
    if (event.kind === 'call-state') {
      if (event.state === 'disconnected') alive.delete(event.call)
      else alive.add(event.call)
    }
  }
  return alive
}

function heardAfterTheEnd(ua: Ua): string[] {
  const gone = new Set<string>()
  const late: string[] = []
  for (const event of ua.heard) {
    if (!('call' in event) || event.call === undefined) continue
    if (event.kind === 'call-incoming' || (event.kind === 'call-state' && event.state === 'calling'))
      gone.delete(event.call)
    if (gone.has(event.call)) late.push(`${event.kind} ${event.call}`)
    if (event.kind === 'call-state' && event.state === 'disconnected') gone.add(event.call)
  }
  return late
}

test('whatever happens in whatever order: ports and pairs balance, and nothing comes after the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ua = uaScript()
      ua.account()
      for (const act of steps) act(ua)
      for (const id of IDS) ua.state(id, 'DISCONNECTED')
      // Faults of the fake engine: a pair not in stock, a port opened twice, an unknown port closed or used.
      expect(ua.media.faults).toEqual([])
      expect([...ua.media.ports.keys()]).toEqual([])
      const opened = ua.media.commands.filter((c) => c.kind === 'open-stream').length
      const closed = ua.media.commands.filter((c) => c.kind === 'close-port').length
      expect(closed).toBe(opened)
      const wanted = ua.media.commands.findLast((c) => c.kind === 'stock-pairs')
      expect(ua.media.stock).toBe(wanted?.want)
      expect([...open(ua)]).toEqual([])
      expect(heardAfterTheEnd(ua)).toEqual([])
    }),
    { numRuns: 400 },
  )
})
