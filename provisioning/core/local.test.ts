// Who has the last word, the setup file or the broker: whoever said something new last.
import { expect, test } from 'vitest'
import { plainFormats } from '../schema/formats.ts'
import { readSetup, type Setup } from '../schema/setup.ts'
import { text } from '../testing/documents.ts'
import { isNews, localDocument } from './local.ts'
import { NOTHING_STORED, remember, type Stored } from './stored.ts'
import { type Bench, bench, fingerprint, goodOne } from './testing/bench.ts'

function setup(user: string, password = 'open sesame'): Setup {
  const account = { aor: `sip:${user}@pbx.example`, password, registrar: 'sip:pbx.example' }
  const read = readSetup(JSON.stringify({ account }), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
}

/** A start with this file in the boot volume. */
function start(stored: Stored, file: Setup): Bench {
  const document = localDocument(file, plainFormats, fingerprint)
  if (document === undefined || !isNews(document, stored)) return bench(stored)
  return bench(remember(stored, { kind: 'local', document }))
}

const runs = (b: Bench) => b.provisioner.initial?.config.accounts[0]?.aor
const publish = (b: Bench, version: number) =>
  b
    .healthy()
    .feed({ kind: 'idle', idle: true })
    .feed({ kind: 'desired', text: text({ version }) })
    .healthy()
    .run()

test('the file alone is enough: its account is line main, everything else is as by default', () => {
  const { initial } = start(NOTHING_STORED, setup('file')).provisioner
  expect(initial).toMatchObject({
    version: 0,
    config: {
      accounts: [{ id: 'main', aor: 'sip:file@pbx.example', label: 'file', username: 'file' }],
      handset: { kind: 'alsa' },
      network: { sipPort: 5060 },
    },
  })
  expect(initial!.secrets.main!.password!.reveal()).toBe('open sesame')
})

test('a file without an account changes nothing', () => {
  expect(localDocument({}, plainFormats, fingerprint)).toBeUndefined()
})

test('the broker’s first document takes over from the file, and stays over starts with the same file', () => {
  const first = publish(start(NOTHING_STORED, setup('file')), 1)
  expect(first.reported).toMatchObject({ version: 1, result: 'applied', lastKnownGood: 1 })
  expect(runs(start(first.stored, setup('file')))).toBe('sip:alice@example.com')
})

test('a file that changed takes over from the broker, until the broker has something new', () => {
  const first = publish(start(NOTHING_STORED, setup('file')), 1)
  const changed = start(first.stored, setup('other'))
  expect(runs(changed)).toBe('sip:other@pbx.example')
  expect(changed.reported).toMatchObject({ version: 0, attempted: 1, lastKnownGood: 0 })
  // Kept by the broker, it comes again at every connect.
  publish(changed, 1)
  expect(runs(start(changed.stored, setup('other')))).toBe('sip:other@pbx.example')
  publish(changed, 2)
  expect(runs(start(changed.stored, setup('other')))).toBe('sip:alice@example.com')
})

test('a password alone is a change', () => {
  const first = publish(start(NOTHING_STORED, setup('file')), 1)
  expect(runs(start(first.stored, setup('file', 'open barley')))).toBe('sip:file@pbx.example')
})

test('the first file on a phone that has been told by its broker takes over too', () => {
  expect(runs(start(goodOne(3), setup('file')))).toBe('sip:file@pbx.example')
})

test('what the broker had in hand is superseded by a file that changed', () => {
  const waiting = bench(goodOne(1)).feed({ kind: 'desired', text: text({ version: 2 }) })
  expect(waiting.stored.candidate?.document.version).toBe(2)
  const changed = start(waiting.stored, setup('file'))
  expect(changed.stored.candidate).toBeUndefined()
  expect(changed.reported).toMatchObject({
    version: 0,
    attempted: 2,
    result: 'superseded',
    reason: 'the setup file of the boot volume changed',
  })
})

test('a document of the broker that does not work goes back to the file’s', () => {
  const b = start(NOTHING_STORED, setup('file')).healthy().feed({ kind: 'idle', idle: true })
  b.feed({ kind: 'desired', text: text({ version: 1 }) })
  b.feed({ kind: 'line', account: 'main', state: 'refused', reason: '403' }).run()
  expect(b.reported).toMatchObject({ version: 0, attempted: 1, result: 'reverted', lastKnownGood: 0 })
})
