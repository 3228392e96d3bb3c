// Calls of others as dialog-info tells them: whole and in parts, lost and late, and what a lamp makes of it.
import { expect, test } from 'vitest'
import { type DialogEntry, type DialogInfo, type DialogState, parseDialogInfo, printDialogInfo } from './dialog-info.ts'
import { applyDialogInfo, busyStateOf, type DialogSet, pickupOf } from './dialog-set.ts'

function read(content: string): DialogInfo {
  const parsed = parseDialogInfo(content)
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}

const doc = (inside: string, state = 'full', version = '0') =>
  `<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${state}" entity="sip:bob@example.com">\n${inside}</dialog-info>`

const RINGING = `<dialog id="d1" call-id="c1@h" local-tag="lt" remote-tag="rt" direction="recipient">
  <state event="cancelled" code="180">early</state><duration>12</duration>
  <local><identity display="Bob">sip:bob@example.com</identity><target uri="sip:bob@192.0.2.7">
    <param pname="+sip.rendering" pval="no"/><param pname="x" pval="y"/></target></local>
  <remote><identity>sip:carol@example.org</identity><target uri="sip:carol@192.0.2.9"/></remote>
  <x:more xmlns:x="urn:x"/></dialog>`

test('everything a dialog says', () => {
  expect(read(doc(RINGING))).toEqual({
    ...{ version: 0, full: true, entity: 'sip:bob@example.com' },
    dialogs: [
      {
        ...{ id: 'd1', callId: 'c1@h', localTag: 'lt', remoteTag: 'rt', direction: 'recipient', state: 'early' },
        ...{ event: 'cancelled', code: 180, durationS: 12 },
        local: { identity: 'sip:bob@example.com', display: 'Bob', target: 'sip:bob@192.0.2.7', rendering: false },
        remote: {
          ...{ identity: 'sip:carol@example.org', display: undefined, target: 'sip:carol@192.0.2.9' },
          rendering: undefined,
        },
      },
    ],
  })
})

test.each([
  ['<dialog><state>early</state></dialog>', 'line 3: <dialog> without id'],
  ['<dialog id="1">\n<state>humming</state></dialog>', 'line 4: a dialog without a known state'],
  ['<dialog id="1"/>', 'line 3: a dialog without a known state'],
  ['<dialog id="1"/>'.repeat(257), 'line 2: more than 256 dialogs'],
])('refused: %#', (inside, why) => {
  expect(() => read(doc(inside))).toThrow(why)
})

test.each([
  [doc('', 'whole'), 'line 2: state is neither full nor partial'],
  [doc('', 'full', '-1'), 'line 2: version is not a number of 32 bits'],
  [doc('', 'full', '4294967296'), 'line 2: version is not a number of 32 bits'],
])('%s is refused', (text, why) => {
  expect(() => read(text)).toThrow(why)
})

test('written and read again', () => {
  const info = read(doc(RINGING))
  expect(read(printDialogInfo(info))).toEqual(info)
  expect(read(printDialogInfo({ ...info, full: false, version: 7 }))).toMatchObject({ full: false, version: 7 })
})

const dialog = (id: string, state: DialogState, change: Partial<DialogEntry> = {}): DialogEntry => ({
  ...{ id, state, callId: 'c', localTag: 'l', remoteTag: 'r', direction: undefined, event: undefined },
  ...{ code: undefined, durationS: undefined, local: undefined, remote: undefined, ...change },
})
const info = (version: number, full: boolean, ...dialogs: DialogEntry[]): DialogInfo => ({
  ...{ version, full, entity: 'sip:bob@example.com', dialogs },
})

test.each([
  // What is known, what comes, what it is, which dialogs there are then.
  [undefined, info(0, true, dialog('a', 'early')), 'whole', ['a']],
  [undefined, info(5, true), 'whole', []],
  [undefined, info(0, false, dialog('a', 'early')), 'lost', undefined],
  [3, info(4, false, dialog('b', 'early')), 'change', ['a', 'b']],
  [3, info(4, false, dialog('a', 'terminated')), 'change', []],
  [3, info(4, false, dialog('b', 'terminated')), 'change', ['a']],
  [3, info(4, false), 'change', ['a']],
  [3, info(5, false, dialog('b', 'early')), 'lost', ['a']],
  [3, info(3, false, dialog('b', 'early')), 'stale', ['a']],
  [3, info(3, true), 'stale', ['a']],
  [3, info(2, true), 'stale', ['a']],
  [3, info(9, true, dialog('b', 'early')), 'whole', ['b']],
  [3, info(4, true, dialog('a', 'terminated')), 'whole', []],
] as const)('with version %s known, %o is %s', (known, next, step, left) => {
  const set = known === undefined ? undefined : { version: known, dialogs: [dialog('a', 'early')] }
  const applied = applyDialogInfo(set, next)
  expect(applied.step).toBe(step)
  expect(applied.set?.dialogs.map(({ id }) => id)).toEqual(left)
})

test('a set grows no further than 256 calls: the whole is asked for anew', () => {
  let set: DialogSet | undefined
  for (let version = 0; version < 256; version++)
    set = applyDialogInfo(set, info(version, version === 0, dialog(String(version), 'early'))).set
  const over = applyDialogInfo(set, info(256, false, dialog('256', 'early')))
  expect(over).toEqual({ step: 'lost', set })
  expect(over.set?.dialogs).toHaveLength(256)
})

const held = { local: { identity: undefined, display: undefined, target: undefined, rendering: false } }
test.each([
  [undefined, 'unknown'],
  [[], 'idle'],
  [[dialog('a', 'trying', { direction: 'initiator' })], 'calling'],
  [[dialog('a', 'early')], 'calling'],
  [[dialog('a', 'proceeding', { direction: 'recipient' })], 'ringing'],
  [[dialog('a', 'confirmed')], 'busy'],
  [[dialog('a', 'confirmed', held)], 'held'],
  [[dialog('a', 'confirmed', held), dialog('b', 'confirmed')], 'busy'],
  [[dialog('a', 'confirmed'), dialog('b', 'early', { direction: 'recipient' })], 'ringing'],
  [[dialog('a', 'confirmed'), dialog('b', 'early')], 'busy'],
] as const)('%o looks %s', (dialogs, state) => {
  expect(busyStateOf(dialogs && { version: 0, dialogs })).toBe(state)
})

const remote = { identity: 'sip:carol@example.org', display: undefined, target: 'sip:carol@192.0.2.9', rendering: true }
const ringing = dialog('a', 'early', { direction: 'recipient', remote })
test.each([
  ['ringing', ringing, { target: 'sip:carol@192.0.2.9', replaces: 'c;to-tag=r;from-tag=l;early-only' }],
  [
    'spoken in',
    { ...ringing, state: 'confirmed' },
    { target: 'sip:carol@192.0.2.9', replaces: 'c;to-tag=r;from-tag=l' },
  ],
  [
    'without their Contact',
    { ...ringing, remote: { ...remote, target: undefined } },
    { target: 'sip:carol@example.org', replaces: 'c;to-tag=r;from-tag=l;early-only' },
  ],
  ['that its caller knows nothing of', { ...ringing, state: 'trying' }, undefined],
  ['calling out', { ...ringing, direction: 'initiator' }, undefined],
  ['without a tag', { ...ringing, remoteTag: undefined }, undefined],
  ['without the other party', { ...ringing, remote: undefined }, undefined],
  ['with what would end the header', { ...ringing, callId: 'c\r\nX: y' }, undefined],
  ['with what would end the value', { ...ringing, callId: 'c;to-tag=z' }, undefined],
] as const)('picked up: one %s', (_name, entry, pickup) => {
  expect(pickupOf(entry)).toEqual(pickup)
})
