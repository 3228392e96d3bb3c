// What a change costs, by the schema's own words.
import { expect, test } from 'vitest'
import { readDesired } from '../schema/desired.ts'
import { plainFormats } from '../schema/formats.ts'
import { type DocumentParts, text } from '../testing/documents.ts'
import { plan, restarted } from './plan.ts'

const settings = (parts: DocumentParts) => {
  const read = readDesired(text(parts), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
}
const two = (a: object = {}, b: object = {}) => ({
  config: {
    accounts: [
      { id: 'main', aor: 'sip:alice@example.com', ...a },
      { id: 'second', aor: 'sip:bob@example.com', ...b },
    ],
  },
})
const ROWS: readonly [string, DocumentParts, DocumentParts, string[], string[]][] = [
  ['nothing', {}, {}, [], []],
  ['volume', {}, { config: { audio: { volume: 9 } } }, ['/audio/volume live'], []],
  ['a label', {}, { account: { label: 'Desk' } }, ['/accounts/main/label live'], []],
  ['a line’s expiry', two(), two({}, { expires: 600 }), ['/accounts/second/expires reregister'], ['line second']],
  ['a password', {}, { secrets: { main: { password: 'new' } } }, ['/secrets/main reregister'], ['line main']],
  [
    'an H(A1) for a password',
    { account: { realm: 'r' } },
    { account: { realm: 'r' }, secrets: { main: { ha1: { value: '0'.repeat(32) } } } },
    ['/secrets/main reregister'],
    ['line main'],
  ],
  ['a line more', {}, two({ registrar: 'sip:example.com' }), ['/accounts/second reregister'], ['line second']],
  ['a line less', two({ registrar: 'sip:example.com' }), {}, ['/accounts/second reregister'], []],
  ['the order of lines', two(), { config: { accounts: [...two().config.accounts].reverse() } }, ['/accounts live'], []],
  ['the audio device', {}, { config: { handset: { kind: 'null' } } }, ['/handset media'], ['audio']],
  [
    'the RTP ports',
    {},
    { config: { network: { rtpPorts: { min: 20_000, max: 20_099 } } } },
    ['/network/rtpPorts/min live', '/network/rtpPorts/max live'],
    [],
  ],
  ['the SIP port', {}, { config: { network: { sipPort: 5070 } } }, ['/network/sipPort restart'], ['everything']],
  [
    'proxies',
    {},
    { account: { proxies: ['sip:proxy.example.com'] } },
    ['/accounts/main/proxies reregister'],
    ['line main'],
  ],
]

test.each(ROWS)('%s', (_, before, after, changes, words) => {
  const made = plan(settings(before), settings(after))
  expect(made.changes.map(({ path, effect }) => `${path} ${effect}`)).toEqual(changes)
  expect(restarted(made)).toEqual(words)
})

test('a rebuilt stack registers every line and opens the audio device anew', () => {
  const made = plan(settings(two()), settings({ config: { ...two().config, network: { dscp: 0 } } }))
  expect(made).toMatchObject({ lines: ['main', 'second'], audio: true, stack: true })
})

test('without an older configuration everything is new', () => {
  expect(plan(undefined, settings({}))).toMatchObject({
    lines: ['main'],
    changes: [{ path: '' }, { path: '/secrets/main' }],
  })
})
