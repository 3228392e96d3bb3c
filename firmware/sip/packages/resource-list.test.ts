// Lists of resources: one NOTIFY that tells of several, as a resource list server writes it.
import { expect, test } from 'vitest'
import { isResourceList, parseResourceList, type ResourceList } from './resource-list.ts'

const TYPE = 'multipart/related;type="application/rlmi+xml";start="<root@x>";boundary="bound"'
const RLMI = `<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:team@example.com" version="3" fullState="true">
<name>Team</name>
<resource uri="sip:bob@example.com"><name>Bob</name><instance id="i1" state="active" cid="bob@x"/></resource>
<resource uri="sip:carol@example.com"><instance id="i2" state="terminated" reason="Rejected"/></resource>
<resource uri="sip:dave@example.com"/></list>`

const part = (id: string, type: string, content: string) =>
  `--bound\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <${id}>\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`
const body = (rlmi = RLMI, ids: readonly string[] = ['bob@x']) =>
  `${part('root@x', 'application/rlmi+xml;charset="UTF-8"', rlmi)}${ids.map((id) => part(id, 'application/pidf+xml', `<${id[0]}/>`)).join('')}--bound--\r\n`

function read(content: string, contentType = TYPE): ResourceList {
  const parsed = parseResourceList({ contentType, content })
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.what}`)
  return parsed.value
}

test('each resource with what it was told', () => {
  expect(isResourceList({ contentType: TYPE, content: '' })).toBe(true)
  expect(isResourceList({ contentType: 'multipart/mixed;boundary=bound', content: '' })).toBe(false)
  expect(read(body())).toEqual({
    ...{ uri: 'sip:team@example.com', name: 'Team', version: 3, full: true },
    resources: [
      {
        ...{ uri: 'sip:bob@example.com', name: 'Bob' },
        instances: [
          {
            id: 'i1',
            state: 'active',
            reason: undefined,
            body: { contentType: 'application/pidf+xml', content: '<b/>' },
          },
        ],
      },
      {
        ...{ uri: 'sip:carol@example.com', name: undefined },
        instances: [{ id: 'i2', state: 'terminated', reason: 'rejected', body: undefined }],
      },
      { uri: 'sip:dave@example.com', name: undefined, instances: [] },
    ],
  })
})

test('the root is the first part when none is named', () => {
  expect(read(body(), TYPE.replace('start="<root@x>";', '')).uri).toBe('sip:team@example.com')
})

test.each([
  [body(), 'application/pidf+xml', 'line 1: application/pidf+xml is no multipart/related'],
  [body().replace('--bound--', ''), TYPE, 'the closing boundary is missing'],
  [body(), TYPE.replace('root@x', 'other@x'), 'line 1: the root is no application/rlmi+xml'],
  [body(RLMI, []), TYPE, 'line 3: no part has the Content-ID bob@x'],
  [body(RLMI.replace('fullState="true"', '')), TYPE, 'line 1: fullState is neither true nor false'],
  [body(RLMI.replace('version="3"', '')), TYPE, 'line 1: version is not a number of 32 bits'],
  [body(RLMI.replace('state="active"', 'state="odd"')), TYPE, 'line 3: an instance without a known state'],
])('refused: %#', (content, type, why) => {
  expect(() => read(content, type)).toThrow(why)
})
