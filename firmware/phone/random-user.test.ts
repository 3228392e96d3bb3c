// Random users in random worlds: what must be true of the phone whatever happens.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDesk, type Desk, type PlainIntent, SETTINGS } from '../testing/desk.ts'
import { caller, farEnd, registered } from '../testing/played-engine.ts'
import type { Choice } from './chosen.ts'
import type { PhoneSettings } from './contract.ts'

const PLAIN: readonly PlainIntent[] = [
  ...(['erase', 'dial', 'answer', 'reject', 'end', 'hold', 'swap', 'conference'] as const),
  ...(['new-call', 'transfer', 'mute', 'redial', 'log-seen'] as const),
]

const KEYS: PhoneSettings['keys'] = [
  { label: 'Taxi', kind: 'speed-dial', target: '5550', account: 'a', digit: '2' },
  { label: 'Bob', kind: 'blf', target: '201', account: 'a', digit: '' },
]
const IDS = ['in:1', 'in:2', 'in:3'] as const
type Act = (desk: Desk) => void
type Far = (end: ReturnType<typeof farEnd>) => void
/** The party of the call made last, or of the one before. */
const outgoing =
  (act: Far, back: number): Act =>
  (desk) => {
    const made = desk.sent.filter((c) => c.kind === 'invite').at(-1 - back)
    if (made !== undefined) act(farEnd(desk, () => made.id))
  }
const isLive = (desk: Desk, id: string): boolean => {
  const told = desk.uaEvents.findLast((e) => 'call' in e && e.call === id)
  return told !== undefined && !(told.kind === 'call-state' && told.state === 'disconnected')
}
const anything: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom('off', 'on', 'flash').map((state) => (d: Desk) => d.does({ kind: 'hook', state: state as 'off' })),
  fc.constantFrom('1', '#', '*', '12#', '112#').map((digits) => (d: Desk) => d.press(digits)),
  { arbitrary: fc.constantFrom(...PLAIN).map((key) => (d: Desk) => d.key(key)), weight: 2 },
  fc
    .constantFrom('speaker', 'headset')
    .map((route) => (d: Desk) => d.does({ kind: 'route', route: route as 'speaker' })),
  fc.constantFrom(0, 1).map((at) => (d: Desk) => d.does({ kind: 'key', at })),
  fc.constantFrom('1', '2').map((digit) => (d: Desk) => d.does({ kind: 'held-digit', digit })),
  fc
    .constantFrom<Choice>({ dnd: true }, { dnd: false }, { forwardAll: '103' }, { forwardAll: '', forwardBusy: '103' })
    .map((choice) => (d: Desk) => d.chooses(choice)),
  fc.constantFrom<Choice>({ forwardNoAnswer: '103', forwardAfterS: 5 }).map((choice) => (d: Desk) => d.chooses(choice)),
  fc.constantFrom(1, 2999, 4000, 30_000).map((delay) => (d: Desk) => d.passes(delay)),
  fc.constantFrom(...IDS).map((id) => (d: Desk) => void (isLive(d, id) || caller(d, id))),
  fc
    .tuple(
      fc.constantFrom<Far>(
        (b) => b.acknowledges(),
        (b) => b.holds(),
        (b) => b.accepts('recvonly'),
        (b) => b.accepts('sendrecv'),
        (b) => b.declines(491),
        (b) => b.speaks(),
        (b) => b.refuses(487),
        (b) => b.hangsUp(),
      ),
      fc.constantFrom(...IDS),
    )
    .map(
      ([act, id]) =>
        (d: Desk) =>
          void (isLive(d, id) && act(farEnd(d, () => id))),
    ),
  fc
    .tuple(
      fc.constantFrom<Far>(
        (b) => b.trying(),
        (b) => b.rings(),
        (b) => b.announces(),
        (b) => b.answers(),
        (b) => b.holds(),
        (b) => b.accepts('recvonly'),
        (b) => b.declines(491),
        (b) => b.refuses(486),
        (b) => b.refuses(503, 'transport'),
        (b) => b.hangsUp(),
      ),
      fc.constantFrom(0, 1),
    )
    .map(([act, back]) => outgoing(act, back)),
)

/** Where the random user begins: each one goes on from the one before. */
const BEGINNINGS: readonly Act[] = [
  () => {},
  (d) => {
    const bob = caller(d, 'in:1')
    d.lift()
    bob.acknowledges()
  },
  (d) => void caller(d, 'in:2'),
  (d) => {
    d.key('answer')
    farEnd(d, () => 'in:2').acknowledges()
    farEnd(d, () => 'in:1').accepts('recvonly')
  },
  (d) => {
    d.key('conference')
    farEnd(d, () => 'in:1').accepts('sendrecv')
  },
]

/** What holds at every moment. */
function expectSense(desk: Desk): void {
  const { activity, waiting } = desk.view()
  const heard = desk.hears().split(' and ')
  const voices = heard.filter((port) => port.startsWith('call:'))
  const tones = heard.filter((port) => port !== 'nothing' && !port.startsWith('call:'))
  // Two are heard only in a conference, and only there they hear each other.
  expect(voices.length).toBeLessThan(activity.name === 'conference' ? 3 : 2)
  expect(desk.bridged()).toHaveLength(voices.length === 2 ? 2 : 0)
  expect(tones.length).toBeLessThan(2)
  // No tone sounds into a conversation but that of a call that waits.
  if (activity.name === 'in-call' || activity.name === 'conference')
    expect(tones).toEqual(waiting === undefined ? [] : ['call-waiting'])
  // Whoever hears us is heard, and is on the screen.
  const reached = desk
    .speaksTo()
    .split(' and ')
    .filter((port) => port.startsWith('call:'))
  expect(voices).toEqual(expect.arrayContaining(reached))
  if (reached.length > 0) expect(['in-call', 'conference']).toContain(activity.name)
  // An unlit mute lamp means an open microphone.
  expect(desk.media.gains.get('handset')?.giveDb === undefined).toBe(desk.lamp('mute') === 'on')
  const quiet = desk.view().dnd || desk.view().forward.all !== ''
  expect(desk.lamp('ring')).toBe(activity.name === 'ringing' || waiting !== undefined ? 'flash' : quiet ? 'on' : 'off')
  expect(desk.callLog().length).toBeLessThan(101)
}

test('whatever a user and the world do: no rule of the media engine is broken, and all is quiet in the end', () => {
  fc.assert(
    fc.property(fc.nat(BEGINNINGS.length), fc.array(anything, { maxLength: 40, size: 'max' }), (begun, acts) => {
      const desk = createDesk({ settings: { ...SETTINGS, keys: KEYS } })
      registered(desk)
      for (const act of [...BEGINNINGS.slice(0, begun), ...acts]) {
        act(desk)
        expectSense(desk)
      }
      desk.putDown()
      for (const { id } of desk.sent.filter((c) => c.kind === 'invite')) desk.sip(gone(id))
      for (const id of IDS) desk.sip(gone(id))
      desk.passes(200_000)
      expect([desk.shows(), desk.hears(), desk.speaksTo(), desk.idle()]).toEqual(['idle', 'nothing', 'nobody', true])
      expect([...desk.media.ports.keys()]).toEqual(['handset'])
      expect(desk.media.faults).toEqual([])
    }),
    { numRuns: 300 },
  )
})

const gone = (id: string) =>
  ({
    kind: 'session-state',
    id,
    state: 'DISCONNECTED',
    previous: 'DISCONNECTING',
    status: 200,
    reason: '',
    cause: 'local',
    message: undefined,
  }) as const
