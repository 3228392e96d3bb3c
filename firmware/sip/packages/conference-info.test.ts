// Who is in a conference: documents whole and in parts.
import { expect, test } from 'vitest'
import {
  applyConferenceInfo,
  type ConferenceInfo,
  parseConferenceInfo,
  printConferenceInfo,
} from './conference-info.ts'

function read(inside: string, attributes = 'version="1" state="full"'): ConferenceInfo {
  const root = `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:conf@example.com" ${attributes}>`
  const parsed = parseConferenceInfo(`${root}\n${inside}</conference-info>`)
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}
const known = (after: ConferenceInfo | 'lost' | 'stale' | undefined): ConferenceInfo => {
  if (after === undefined || typeof after === 'string') throw new Error(String(after))
  return after
}

const WHOLE = `<conference-description><display-text>Agenda</display-text><subject>Plans</subject></conference-description>
 <conference-state><user-count>2</user-count><active>true</active><locked>0</locked></conference-state>
 <users><user entity="sip:bob@example.com" state="full"><display-text>Bob Hoskins</display-text>
  <endpoint entity="sip:bob@pc1"><status>connected</status></endpoint></user>
 <user entity="sip:alice@example.com"/></users>`

test('read, and written and read again', () => {
  const info = read(WHOLE)
  expect(info).toEqual({
    ...{ entity: 'sip:conf@example.com', version: 1, state: 'full', display: 'Agenda', subject: 'Plans' },
    ...{ userCount: 2, active: true, locked: false },
    users: [
      {
        ...{ entity: 'sip:bob@example.com', state: 'full', display: 'Bob Hoskins' },
        endpoints: [{ entity: 'sip:bob@pc1', state: 'full', status: 'connected' }],
      },
      { entity: 'sip:alice@example.com', state: 'full', display: undefined, endpoints: [] },
    ],
  })
  const again = parseConferenceInfo(printConferenceInfo(info))
  expect(again.ok && again.value).toEqual(info)
})

test('parts go onto the whole: users and endpoints changed, added, gone', () => {
  const first = known(applyConferenceInfo(undefined, read(WHOLE)))
  const second = known(
    applyConferenceInfo(
      first,
      read(
        '<conference-state><user-count>3</user-count></conference-state><users>' +
          '<user entity="sip:bob@example.com" state="partial"><endpoint entity="sip:bob@pc1" state="deleted"/><endpoint entity="sip:bob@pc2" state="full"><status>alerting</status></endpoint></user>' +
          '<user entity="sip:alice@example.com" state="deleted"/><user entity="sip:carol@example.com" state="full"/></users>',
        'version="2" state="partial"',
      ),
    ),
  )
  expect(second).toMatchObject({ version: 2, subject: 'Plans', userCount: 3, locked: false })
  expect(second.users.map(({ entity, display }) => [entity, display])).toEqual([
    ['sip:bob@example.com', 'Bob Hoskins'],
    ['sip:carol@example.com', undefined],
  ])
  expect(second.users[0]!.endpoints).toEqual([{ entity: 'sip:bob@pc2', state: 'full', status: 'alerting' }])
  expect(applyConferenceInfo(second, read('', 'version="4" state="partial"'))).toBe('lost')
  expect(applyConferenceInfo(second, read('', 'version="2" state="full"'))).toBe('stale')
  expect(applyConferenceInfo(undefined, read('', 'version="0" state="partial"'))).toBe('lost')
  expect(known(applyConferenceInfo(second, read('', 'version="9" state="full"'))).users).toEqual([])
  expect(applyConferenceInfo(second, read('', 'version="9" state="deleted"'))).toBeUndefined()
})

test.each([
  ['', 'state="full"', 'line 1: version is not a number of 32 bits'],
  ['', 'version="1" state="odd"', 'line 1: state is not full, partial or deleted'],
  ['<users><user/></users>', undefined, 'line 2: <user> without entity'],
  ['<users><user entity="a" state="odd"/></users>', undefined, 'line 2: state of a user is not full'],
  ['<users><user entity="a"><endpoint/></user></users>', undefined, 'line 2: <endpoint> without entity'],
])('%j with %s is refused', (inside, attributes, why) => {
  expect(() => read(inside, attributes)).toThrow(why)
})
