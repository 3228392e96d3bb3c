// Every event body: what is written is read again, and damaged in any way it is refused or read, quickly and without a throw.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { mutate } from '../../testing/fuzz/mutate.ts'
import { parseConferenceInfo, printConferenceInfo } from './conference-info.ts'
import { parseDialogInfo, printDialogInfo } from './dialog-info.ts'
import { parseIsComposing, printIsComposing } from './is-composing.ts'
import { MESSAGE_CLASSES, parseMessageSummary, printMessageSummary } from './message-summary.ts'
import { ACTIVITIES, parsePidf, printPidf } from './pidf.ts'
import { parseRegInfo, printRegInfo } from './reginfo.ts'
import { parseResourceList } from './resource-list.ts'
import { parseXpidf, printXpidf } from './xpidf.ts'

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((each) => `x${each.replace(/\s/g, '')}`)
const uri = fc.constantFrom('sip:alice@example.com', 'sips:b%20c@[2001:db8::1]:5061;transport=tls', 'pres:d@e')
const maybe = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: undefined })
const whole = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const several = <T>(each: fc.Arbitrary<T>) => fc.array(each, { maxLength: 4 })
const word = <T extends string>(...words: readonly T[]) => fc.constantFrom(...words)

const presence = fc.record({
  entity: uri,
  tuples: several(
    fc.record({
      id: text,
      basic: maybe(word('open', 'closed')),
      contact: maybe(uri),
      priority: fc.constant(undefined),
      notes: fc.uniqueArray(text, { maxLength: 3 }),
    }),
  ),
  activities: fc.uniqueArray(fc.constantFrom(...ACTIVITIES), { maxLength: 3 }),
  notes: fc.uniqueArray(text, { maxLength: 3 }),
})
const party = fc.record({ identity: uri, display: maybe(text), target: maybe(uri), rendering: fc.constant(undefined) })
const dialogInfo = fc.record({
  version: whole,
  full: fc.boolean(),
  entity: uri,
  dialogs: several(
    fc.record({
      id: text,
      callId: maybe(text),
      localTag: maybe(text),
      remoteTag: maybe(text),
      direction: maybe(word('initiator', 'recipient')),
      state: word('trying', 'proceeding', 'early', 'confirmed', 'terminated'),
      event: maybe(word('rejected', 'local-bye')),
      code: maybe(fc.integer({ min: 100, max: 699 })),
      durationS: maybe(whole),
      local: maybe(party),
      remote: maybe(party),
    }),
  ),
})
const number = fc.integer({ min: 0, max: 999_999_999 })
const count = fc.record({ fresh: number, old: number, urgentFresh: number, urgentOld: number })
const summary = fc.record({
  waiting: fc.boolean(),
  account: maybe(uri),
  counts: fc.dictionary(fc.constantFrom(...MESSAGE_CLASSES), count, { noNullPrototype: true }),
})
const regInfo = fc.record({
  version: whole,
  full: fc.boolean(),
  registrations: several(
    fc.record({
      id: text,
      aor: uri,
      state: word('init', 'active', 'terminated'),
      contacts: several(
        fc.record({
          id: text,
          uri,
          display: maybe(text),
          state: word('active', 'terminated'),
          event: maybe(word('created', 'probation')),
          expires: maybe(whole),
        }),
      ),
    }),
  ),
})
const part = word('full', 'partial', 'deleted')
const conference = fc.record({
  entity: uri,
  version: whole,
  state: part,
  display: maybe(text),
  subject: maybe(text),
  userCount: maybe(whole),
  active: maybe(fc.boolean()),
  locked: maybe(fc.boolean()),
  users: several(
    fc.record({
      entity: uri,
      state: part,
      display: maybe(text),
      endpoints: several(fc.record({ entity: uri, state: part, status: maybe(word('connected', 'on-hold')) })),
    }),
  ),
})
const composing = fc.record({
  state: word('active', 'idle'),
  lastActive: maybe(fc.constant('2020-01-01T00:00:00Z')),
  contentType: maybe(fc.constant('text/plain')),
  refreshS: maybe(whole),
})

function roundTrip<T>(
  name: string,
  values: fc.Arbitrary<T>,
  print: (value: T) => string,
  parse: (text: string) => unknown,
) {
  test(`${name}: written and read again`, () => {
    fc.assert(
      fc.property(values, (value) => void expect(parse(print(value))).toEqual({ ok: true, value })),
      { numRuns: 100 },
    )
  })
}

roundTrip('pidf', presence, printPidf, parsePidf)
roundTrip('dialog-info', dialogInfo, printDialogInfo, parseDialogInfo)
roundTrip('message-summary', summary, printMessageSummary, parseMessageSummary)
roundTrip('reginfo', regInfo, printRegInfo, parseRegInfo)
roundTrip('conference-info', conference, printConferenceInfo, parseConferenceInfo)
roundTrip('is-composing', composing, printIsComposing, parseIsComposing)

const RELATED = { contentType: 'multipart/related;boundary=b', content: '' }
const LIST =
  '--b\r\nContent-Type: application/rlmi+xml\r\n\r\n<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:a@b" version="0" fullState="1"><resource uri="sip:c@d"><instance id="1" state="active" cid="x"/></resource></list>\r\n--b\r\nContent-ID: <x>\r\nContent-Type: application/pidf+xml\r\n\r\n<a/>\r\n--b--\r\n'

const parsers = [
  [parsePidf, fc.sample(presence, 5).map(printPidf)],
  [parseXpidf, fc.sample(presence, 5).map(printXpidf)],
  [parseDialogInfo, fc.sample(dialogInfo, 5).map(printDialogInfo)],
  [parseMessageSummary, fc.sample(summary, 5).map(printMessageSummary)],
  [parseRegInfo, fc.sample(regInfo, 5).map(printRegInfo)],
  [parseConferenceInfo, fc.sample(conference, 5).map(printConferenceInfo)],
  [parseIsComposing, fc.sample(composing, 5).map(printIsComposing)],
  [(content: string) => parseResourceList({ ...RELATED, content }), [LIST]],
] as const

test.each(parsers.map(([parse, corpus]) => [parse, corpus] as const))('damaged in any way: %#', (parse, corpus) => {
  let read = 0
  for (let seed = 0; seed < 500; seed++) {
    const parsed = parse(mutate(seededRng(seed), corpus))
    if (parsed.ok) read++
    else expect(parsed.error.line).toBeGreaterThan(0)
  }
  // Some damage does not matter: were nothing read, nothing but the first check would have been tried.
  expect(read).toBeGreaterThan(10)
})
