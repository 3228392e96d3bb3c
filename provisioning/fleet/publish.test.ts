// The operator's tool as a program: what it says, and what then stands on the broker.
import { execFile } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { text } from '../testing/documents.ts'
import { type Broker, startBroker } from '../testing/mosquitto.ts'
import { observe } from '../testing/observer.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const TOOL = fileURLToPath(new URL('publish.ts', import.meta.url))
let broker: Broker
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-publish-'))
  // mosquitto's own format for `operator` with the password `geheim`: PBKDF2-SHA512, 101 rounds.
  const salt = Buffer.alloc(12, 7)
  const hash = pbkdf2Sync('geheim', salt, 101, 64, 'sha512')
  const users = join(directory, 'users')
  await writeFile(users, `operator:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`)
  broker = await startBroker(`password_file ${users}\n`)
  await writeFile(join(directory, 'good.json'), text({ version: 4 }))
  await writeFile(join(directory, 'bad.json'), text({ account: { aor: 'alice' } }))
  await writeFile(join(directory, 'operator.json'), '{"username":"operator","password":"geheim"}')
  await writeFile(join(directory, 'stranger.json'), '{"username":"operator","password":"falsch"}')
})
afterAll(async () => {
  await broker.dispose()
  await rm(directory, { recursive: true, force: true })
})

const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [TOOL, ...args], { cwd: directory }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

test('a document is checked and published retained', async () => {
  const access = ['--broker', broker.url, '--device', 'desk-1', '--credentials', 'operator.json']
  expect(await run(...access, 'good.json')).toEqual({
    code: 0,
    out: 'version 4 published on offhook/1/desk-1/config/desired\n',
    err: '',
  })
  const operator = await observe(broker.port, 'offhook/1/desk-1', ['-u', 'operator', '-P', 'geheim'])
  expect(await operator.sees('config/desired', { version: 4 })).toMatchObject({ contract: 1 })
  operator.close()
})

test('a bad document does not leave the house', async () => {
  const { code, err } = await run('--broker', broker.url, '--device', 'desk-1', 'bad.json')
  expect(code).toBe(1)
  expect(err).toBe(
    'bad.json /config/accounts/0/aor: expected a SIP URI such as sip:alice@example.com, got "alice" (it begins with sip:)\n',
  )
  expect(await run('--check', 'good.json')).toMatchObject({
    code: 0,
    out: 'good.json: valid, version 4, lines: main\n',
  })
})

test('a broker that refuses, one that is not there, and wrong arguments are told plainly', async () => {
  const to = ['--broker', broker.url, '--device', 'desk-1']
  expect((await run(...to, '--credentials', 'stranger.json', 'good.json')).err).toMatch(/Not authorized/)
  expect((await run('--broker', 'mqtt://127.0.0.1:1', '--device', 'desk-1', 'good.json')).err).toMatch(/ECONNREFUSED/)
  expect((await run('--broker', 'tcp://x', '--device', 'desk-1', 'good.json')).err).toMatch(
    /^environment OFFHOOK_BROKER: expected mqtt:/,
  )
  expect((await run('good.json')).err).toMatch(/^--broker and --device are needed\n\nusage:/)
  expect((await run(...to, 'missing.json')).err).toMatch(/ENOENT/)
})
