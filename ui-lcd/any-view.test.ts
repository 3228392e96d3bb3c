// No view, log or key whatever makes a malformed frame, and time always moves on.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FOREVER, type Millis, ms } from '../firmware/base/time.ts'
import type { Activity, CallView, LogEntry, PhoneView } from '../firmware/phone/contract.ts'
import { KEYS } from '../hal/api/board.ts'
import { createScreenUi, type ScreenUiOutput } from './screen-ui.ts'
import { call, SIZE, view } from './testing/rig.ts'

// The menu opens over a phone at rest only.
const REST = view({ name: 'idle' })

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string())
const time = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -1e9, max: 1e9 }))
  .map((n) => ms(n))
const party = fc.record({ uri: text, display: text, number: text })
const anyCall: fc.Arbitrary<CallView> = fc.record({
  call: fc.constant(call().call),
  peer: party,
  diverted: fc.option(party, { nil: undefined }),
  direction: fc.constantFrom('in', 'out'),
  since: fc.option(time, { nil: undefined }) as fc.Arbitrary<Millis | undefined>,
  codec: text,
  secured: fc.boolean(),
  remoteHold: fc.boolean(),
  muted: fc.boolean(),
})
const activity: fc.Arbitrary<Activity> = fc.oneof(
  fc.record({ name: fc.constant('starting' as const), step: text }),
  fc.record({ name: fc.constant('idle' as const) }),
  fc.record({ name: fc.constant('dialling' as const), digits: text }),
  fc.record({ name: fc.constant('calling' as const), call: anyCall, ringing: fc.boolean() }),
  fc.record({ name: fc.constant('conference' as const), calls: fc.tuple(anyCall, anyCall), held: fc.boolean() }),
  fc.record({ name: fc.constantFrom('ringing' as const, 'in-call' as const, 'held' as const), call: anyCall }),
  fc.record({ name: fc.constant('ended' as const), call: anyCall, cause: text, lastedMs: fc.double() }),
)
const anyView: fc.Arbitrary<PhoneView> = fc.record({
  activity,
  lines: fc.array(
    fc.record({
      ...{ account: fc.constant('x'), label: text, aor: text, registered: fc.boolean(), reason: text },
      retryAt: fc.option(time, { nil: undefined }),
    }),
  ),
  offHook: fc.boolean(),
  route: fc.constantFrom('handset', 'speaker'),
  handsFree: fc.array(fc.record({ route: fc.constantFrom('speaker', 'headset'), volume: fc.integer() }), {
    maxLength: 2,
  }),
  volume: fc.integer({ min: -20, max: 20 }),
  ringer: fc.integer({ min: -20, max: 20 }),
  waiting: fc.option(anyCall, { nil: undefined }),
  beside: fc.option(anyCall, { nil: undefined }),
  missed: fc.nat(),
  mailboxes: fc.array(
    fc.record({
      ...{ account: fc.constant('x'), label: text, waiting: fc.boolean(), number: text },
      ...{ fresh: fc.option(fc.nat(), { nil: undefined }), old: fc.option(fc.nat(), { nil: undefined }) },
    }),
    { maxLength: 2 },
  ),
  buddies: fc.array(
    fc.record({
      ...{ account: fc.constant('x'), number: text, label: text },
      busy: fc.constantFrom('unknown', 'idle', 'calling', 'ringing', 'busy', 'held', undefined),
      presence: fc.option(
        fc.record({
          basic: fc.constantFrom('open', 'closed', 'unknown'),
          activities: fc.array(text, { maxLength: 2 }),
          note: fc.option(text, { nil: undefined }),
        }),
        { nil: undefined },
      ),
      pickup: fc.option(fc.record({ target: text, replaces: text }), { nil: undefined }),
    }),
    { maxLength: 2 },
  ),
  keys: fc.array(
    fc.record({
      ...{ label: text, kind: fc.constantFrom('speed-dial', 'blf', 'voicemail'), digit: fc.constantFrom('', '2') },
      busy: fc.constantFrom('unknown', 'idle', 'calling', 'ringing', 'busy', 'held', undefined),
      ...{ takes: fc.boolean(), waiting: fc.boolean(), on: fc.constantFrom(true, false, undefined) },
    }),
    { maxLength: 2 },
  ),
  country: fc.oneof(fc.constantFrom('de', 'us'), text),
  dnd: fc.boolean(),
  forward: fc.record({ all: text, busy: text, noAnswer: text, afterS: fc.integer({ min: 5, max: 120 }) }),
})
const entry: fc.Arbitrary<LogEntry> = fc.record({
  ...{ kind: fc.constantFrom('placed', 'received', 'missed', 'forwarded'), name: text, number: text, account: text },
  at: fc.option(fc.double(), { nil: undefined }),
  ...{ began: fc.constant(undefined), lastedMs: fc.double(), cause: text },
})
const facts = fc.record({
  model: text,
  version: text,
  deviceId: text,
  mac: text,
  address: text,
  broker: text,
  key: text,
  setup: text,
})
const log = fc.array(entry, { maxLength: 5 })

test('every frame has exactly the rows and columns of the display, and time always moves on', () => {
  const sizes = fc.constantFrom(SIZE, { columns: 16, rows: 4 }, { columns: 21, rows: 8 }, { columns: 16, rows: 3 })
  fc.assert(
    fc.property(
      sizes,
      fc.array(anyView, { minLength: 1, maxLength: 4 }),
      fc.double({ noNaN: true }),
      fc.tuple(log, facts, fc.array(fc.constantFrom(...KEYS), { minLength: 5, maxLength: 20 })),
      (size, views, offset, [calls, about, keys]) => {
        const ui = createScreenUi({ size })
        const out: ScreenUiOutput[] = []
        let now = ms(0)
        ui.handle({ from: 'clock', wallOffsetMs: offset, zoneMs: -offset }, now, out)
        ui.handle({ from: 'call-log', log: calls }, now, out)
        ui.handle({ from: 'facts', facts: about }, now, out)
        for (const next of [...views, REST]) {
          ui.handle({ from: 'phone', view: next }, now, out)
          for (const key of keys)
            ui.handle({ from: 'board', event: { kind: 'key', key, action: 'press', at: now } }, now, out)
          expect(ui.deadline()).toBeGreaterThan(now)
          if (ui.deadline() < FOREVER && ui.deadline() < now + 1e7) now = ui.deadline()
          ui.wake(now, out)
          expect(ui.deadline()).toBeGreaterThan(now)
        }
        const frames = out.flatMap((output) =>
          output.to === 'board' && output.command.kind === 'show' ? [output.command.frame] : [],
        )
        expect(frames.length).toBeGreaterThan(0)
        for (const { rows, cursor } of frames) {
          expect(rows.map((row) => [...row].length)).toEqual(Array(size.rows).fill(size.columns))
          for (const row of rows) expect(row).not.toMatch(/[\p{Cc}\p{Cs}\p{M}]/u)
          if (cursor) expect([cursor.column < size.columns, cursor.row < size.rows]).toEqual([true, true])
        }
      },
    ),
    { numRuns: 300 },
  )
})
