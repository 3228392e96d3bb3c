// Presence as servers and phones write it, in both types, and what a person sees of it.
import { expect, test } from 'vitest'
import { printPidf } from './pidf.ts'
import { PRESENCE_TYPES, type Presence, parsePresence, printPresence, summaryOf } from './presence.ts'
import { XPIDF } from './xpidf.ts'

const PIDF = 'application/pidf+xml'

function read(contentType: string, content: string): Presence {
  const parsed = parsePresence({ contentType, content })
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}

const RICH = `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
  xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" xmlns:x="urn:example:x" entity="pres:bob@example.com">
  <tuple id="desk"><status><basic>closed</basic></status><contact priority="0.3">sip:bob@192.0.2.7</contact></tuple>
  <tuple id="cell"><status><basic> open </basic><x:mood>fine</x:mood></status>
    <contact priority="0.8">tel:+12025550123</contact><note xml:lang="en">short\tcalls</note>
    <timestamp>2020-01-01T00:00:00Z</timestamp></tuple>
  <note>At the\n  office</note>
  <dm:person id="p1"><r:activities><r:note>with the board</r:note><r:meeting/><r:on-the-phone/></r:activities>
    <dm:note>Back at four</dm:note></dm:person>
</presence>`

test('tuples, activities and notes of the person first', () => {
  const presence = read(`${PIDF};charset="UTF-8"`, RICH)
  expect(presence).toEqual({
    entity: 'pres:bob@example.com',
    tuples: [
      { id: 'desk', basic: 'closed', contact: 'sip:bob@192.0.2.7', priority: 0.3, notes: [] },
      { id: 'cell', basic: 'open', contact: 'tel:+12025550123', priority: 0.8, notes: ['short calls'] },
    ],
    activities: ['meeting', 'on-the-phone'],
    notes: ['Back at four', 'with the board', 'At the office'],
  })
  expect(summaryOf(presence)).toEqual({
    basic: 'open',
    activities: ['meeting', 'on-the-phone'],
    note: 'Back at four',
  })
})

test.each([
  ['<tuple id="1"><status><basic>open</basic></status></tuple><tuple id="2"><status/></tuple>', 'open'],
  ['<tuple id="1"><status><basic>CLOSED</basic></status></tuple>', 'closed'],
  ['<tuple id="1"><status><basic>maybe</basic></status></tuple>', 'unknown'],
  ['<tuple id="1"/>', 'unknown'],
  ['', 'unknown'],
])('%s is %s', (inside, basic) => {
  const presence = read(PIDF, `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b">${inside}</presence>`)
  expect(summaryOf(presence).basic).toBe(basic)
})

test('activities where drafts had them, in the status of a tuple', () => {
  const inside =
    '<tuple id="1"><status><basic>open</basic><e:activities xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid"><e:away/></e:activities></status></tuple>'
  const presence = read(PIDF, `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:a@b">${inside}</presence>`)
  expect(presence.activities).toEqual(['away'])
})

test('XPIDF with its document type', () => {
  const text = (status: string, substatus: string) => `<?xml version="1.0"?>
<!DOCTYPE presence PUBLIC "-//IETF//DTD RFCxxxx XPIDF 1.0//EN" "xpidf.dtd">
<presence><presentity uri="sip:bob@example.com;method=SUBSCRIBE"/>
<atom id="1001"><address uri="sip:bob@192.0.2.7;user=ip" priority="0.800000"><status status="${status}"/>
<msnsubstatus substatus="${substatus}"/></address></atom></presence>`
  const seen = (status: string, substatus: string) => summaryOf(read(XPIDF, text(status, substatus)))
  expect(read(XPIDF, text('open', 'online'))).toEqual({
    entity: 'sip:bob@example.com',
    tuples: [{ id: '1001', basic: 'open', contact: 'sip:bob@192.0.2.7;user=ip', priority: 0.8, notes: [] }],
    activities: [],
    notes: [],
  })
  expect(seen('inuse', 'onthephone')).toEqual({ basic: 'open', activities: ['on-the-phone'], note: undefined })
  expect(seen('inuse', 'whatever')).toEqual({ basic: 'open', activities: ['busy'], note: undefined })
  expect(seen('open', 'toString')).toEqual({ basic: 'open', activities: [], note: undefined })
  expect(seen('closed', 'offline')).toEqual({ basic: 'closed', activities: [], note: undefined })
  expect(seen('odd', 'online').basic).toBe('unknown')
})

const OURS: Presence = {
  entity: 'sip:alice@example.com',
  tuples: [{ id: 'phone', basic: 'open', contact: 'sip:alice@192.0.2.1', priority: 0.8, notes: ['Größe & <more>'] }],
  activities: ['on-the-phone'],
  notes: ['here'],
}

test('what is written in either type is read again, as far as that type goes', () => {
  expect(PRESENCE_TYPES).toEqual([PIDF, XPIDF])
  const pidf = printPresence(PIDF, OURS)
  expect(pidf.contentType).toBe(PIDF)
  expect(read(PIDF, pidf.content)).toEqual(OURS)
  const xpidf = printPresence(XPIDF, OURS)
  expect(xpidf.contentType).toBe(XPIDF)
  expect(read(XPIDF, xpidf.content)).toEqual({ ...OURS, tuples: [{ ...OURS.tuples[0], notes: [] }], notes: [] })
})

test('an activity of nobody’s list is told as other', () => {
  expect(printPidf({ ...OURS, activities: ['juggling'] })).toContain('<rpid:other/>')
})

test.each([
  [
    PIDF,
    '<presence xmlns="urn:x" entity="sip:a@b"/>',
    'line 1: <presence> of urn:x, expected <presence> of urn:ietf:params:xml:ns:pidf',
  ],
  [PIDF, '\n<presence xmlns="urn:ietf:params:xml:ns:pidf"/>', 'line 2: <presence> without entity'],
  [PIDF, '', 'line 1: no element'],
  [XPIDF, '<presence/>', 'line 1: expected <presence> with <presentity>'],
  [XPIDF, '<presence><presentity/></presence>', 'line 1: <presentity> without uri'],
  ['text/plain', 'open', 'line 1: presence in text/plain, expected application/pidf+xml or application/xpidf+xml'],
])('%s %j is refused in words', (contentType, content, why) => {
  expect(() => read(contentType, content)).toThrow(why)
})
