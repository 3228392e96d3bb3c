// The store: configurations and session numbers over restarts, compaction, and the process killed at any instant.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storedDocument } from '../core/testing/bench.ts'
import { deviceIdentity } from './identity.ts'
import { openStore } from './store.ts'

// Other programs are waited for, on machines busy with other tests.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-store-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('a promoted configuration is the good one after a restart; files are for their owner alone', async () => {
  const store = await openStore(join(directory, 'state'))
  expect(store.stored).toEqual({ good: undefined, candidate: undefined, last: undefined, local: undefined })
  await store.append({ kind: 'candidate', document: storedDocument(1) })
  await store.append({ kind: 'promote', version: 1 })
  await store.append({ kind: 'candidate', document: storedDocument(2) })
  await store.append({ kind: 'attempt', version: 2 })
  await store.close()
  const again = await openStore(join(directory, 'state'))
  expect(again.stored).toMatchObject({
    good: storedDocument(1),
    candidate: { document: { version: 2 }, attempts: 1 },
    last: { version: 1, outcome: 'applied' },
  })
  expect(again.damaged).toBe(0)
  await again.close()
  expect((await stat(join(directory, 'state'))).mode & 0o777).toBe(0o700)
})

test('the journal is shortened, and nothing is lost by it', async () => {
  const store = await openStore(directory)
  const first = await store.nextSession()
  for (let version = 1; version <= 600; version++) {
    await store.append({ kind: 'candidate', document: storedDocument(version) })
    await store.append({ kind: 'promote', version })
  }
  await store.close()
  expect((await readFile(join(directory, 'provisioning.journal'))).length).toBeLessThan(140_000)
  const again = await openStore(directory)
  expect(again.stored.good?.version).toBe(600)
  expect(await again.nextSession()).toBeGreaterThan(first)
  await again.close()
})

test('session numbers only grow, over restarts and beyond one reservation', async () => {
  let last = 0
  for (let start = 0; start < 3; start++) {
    const store = await openStore(directory)
    for (let connect = 0; connect < 1100; connect++) {
      const session = await store.nextSession()
      expect(session).toBeGreaterThan(last)
      last = session
    }
    await store.close()
  }
})

test('one process at a time: the second is told so, also under another name, and may when the first is gone', async () => {
  const first = await openStore(directory)
  const link = `${directory}-link`
  await symlink(directory, link)
  for (const name of [directory, `${directory}/.`, link])
    await expect(openStore(name)).rejects.toThrow(`another phone runs on the state folder ${directory}`)
  await rm(link)
  await first.close()
  await (await openStore(directory)).close()
})

test('the identity is made once, and anew when its file is damaged', async () => {
  const id = await deviceIdentity(directory)
  expect(id).toMatch(/^oh-[0-9a-f]{12}$/)
  expect(await deviceIdentity(directory)).toBe(id)
  expect((await stat(join(directory, 'identity.json'))).mode & 0o777).toBe(0o600)
})

test('killed at any instant, the next start finds the last configuration confirmed to anyone, whole', async () => {
  const writer = fileURLToPath(new URL('testing/writer.ts', import.meta.url))
  let confirmed = 0
  let killed = 0
  for (let round = 0; round < 50; round++) {
    const child = spawn(process.execPath, [writer, directory, String(confirmed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let tail = ''
    let at = Number.POSITIVE_INFINITY
    child.stdout.on('data', (data: Buffer) => {
      tail = (tail + data.toString()).slice(-200)
      // The clock of the kill starts with the first write, so that it falls among them.
      if (at === Number.POSITIVE_INFINITY) {
        at = Math.random() * 25
        setTimeout(() => child.kill('SIGKILL'), at)
      }
    })
    const signal = await new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))
    if (signal === 'SIGKILL') killed++
    const said = [...tail.matchAll(/(\d+)\n/g)].map((match) => Number(match[1]))
    const store = await openStore(directory)
    await store.close()
    const version = store.stored.good?.version ?? 0
    // What was said to be stored is stored; at most the one being written is newer.
    expect(version, `round ${round}, killed after ${at} ms`).toBeGreaterThanOrEqual(Math.max(confirmed, ...said))
    expect(version).toBeLessThanOrEqual(Math.max(confirmed, ...said) + 1)
    if (version > 0) expect(store.stored.good).toEqual(storedDocument(version))
    expect(store.damaged).toBe(0)
    confirmed = version
  }
  expect(killed).toBe(50)
}, 60_000)
