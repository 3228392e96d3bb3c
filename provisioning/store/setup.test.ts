// The setup file on the disk, and what the store and the bootstrap get of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plainFormats } from '../schema/formats.ts'
import { readBootstrap } from './bootstrap.ts'
import { showFault } from './json-file.ts'
import { openSetup, takeOver, withBroker } from './setup.ts'
import { openStore } from './store.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-setup-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function opened(content: unknown) {
  const file = join(directory, 'setup.json')
  await writeFile(file, JSON.stringify(content))
  const setup = await openSetup(file, plainFormats)
  if (!setup.ok) throw new Error(showFault(setup.error))
  return setup.value
}

test('there may be none', async () => {
  expect(await openSetup(undefined, plainFormats)).toEqual({ ok: true, value: {} })
  expect(await openSetup(join(directory, 'none.json'), plainFormats)).toEqual({ ok: true, value: {} })
})

test('what is wrong with it is told with file and place, and what cannot be read as well', async () => {
  const file = join(directory, 'setup.json')
  await writeFile(file, '{"account":{"aor":"alice","password":"open sesame"}}')
  const setup = await openSetup(file, plainFormats)
  if (setup.ok) throw new Error('taken')
  expect(showFault(setup.error)).toBe(
    `${file} /account/aor: expected a SIP URI such as sip:alice@example.com, got "alice" (it begins with sip:)`,
  )
  const folder = await openSetup(directory, plainFormats)
  if (folder.ok) throw new Error('taken')
  expect(showFault(folder.error)).toContain('expected a readable file, got EISDIR')
})

test('its broker is used when the bootstrap file names none', async () => {
  const broker = { url: 'mqtts://broker.example', username: 'desk', password: 'open sesame' }
  const setup = await opened({ broker })
  const none = await readBootstrap(undefined, {})
  const other = await readBootstrap(undefined, { OFFHOOK_BROKER: 'mqtt://other.example' })
  if (!none.ok || !other.ok) throw new Error('not read')
  const { broker: url, credentials } = withBroker(none.value, setup)
  expect([url, credentials?.username, credentials?.password.reveal()]).toEqual([broker.url, 'desk', 'open sesame'])
  expect(withBroker(other.value, setup)).toBe(other.value)
  expect(withBroker(none.value, {})).toBe(none.value)
})

test('its account is kept in the store, once', async () => {
  const setup = await opened({ account: { aor: 'sip:100@pbx.example', password: 'open sesame' } })
  const take = async () => {
    const store = await openStore(join(directory, 'state'))
    const stored = await takeOver(
      store,
      setup,
      plainFormats,
      (text) => text,
      (error) => expect.unreachable(`${error}`),
    )
    expect(stored).toEqual(store.stored)
    await store.close()
    return stored
  }
  const first = await take()
  expect(first.good?.config.accounts[0]).toMatchObject({ id: 'main', aor: 'sip:100@pbx.example' })
  expect(await take()).toEqual(first)
})

test('a disk that does not take it keeps nobody from using it', async () => {
  const setup = await opened({ account: { aor: 'sip:100@pbx.example' } })
  const store = await openStore(join(directory, 'state'))
  const broken = { ...store, stored: store.stored, append: () => Promise.reject(new Error('EIO')) }
  const failures: unknown[] = []
  const stored = await takeOver(
    broken,
    setup,
    plainFormats,
    (text) => text,
    (error) => failures.push(error),
  )
  expect(stored.good?.config.accounts[0]?.aor).toBe('sip:100@pbx.example')
  expect(failures).toHaveLength(1)
  await store.close()
})
