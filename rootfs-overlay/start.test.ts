// usr/lib/offhook/start with a real Node: from the snapshot when it fits, else plainly and with the reason, and always as the
// one process it was started as.
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../firmware/runtime/bundle.ts'
import { buildSnapshot } from '../firmware/runtime/snapshot.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = mkdtempSync(join(tmpdir(), 'offhook-start-'))
const [home, runtime] = [join(folder, 'home'), join(folder, 'run')]
const blob = join(home, 'offhook.blob')
const tried = join(runtime, 'snapshot-tried')
let sound: Buffer

beforeAll(async () => {
  cpSync(join(import.meta.dirname, 'usr/lib/offhook'), home, { recursive: true })
  symlinkSync(process.execPath, join(home, 'node'))
  const file = await bundle(join(import.meta.dirname, 'testing/begun.ts'), join(home, 'offhook.cjs'))
  buildSnapshot([process.execPath], file, blob)
  sound = readFileSync(blob)
})
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  writeFileSync(blob, sound)
  rmSync(runtime, { recursive: true, force: true })
  mkdirSync(runtime)
})

interface Started {
  readonly code: number | null
  readonly said: string
  /** What the program says of itself; undefined: it was never begun. */
  readonly begun: { of: string; pid: number; given?: string; cache?: string; memory: readonly string[] } | undefined
  readonly pid: number
}

function start(args: readonly string[] = ['stand', '0'], env: Record<string, string> = {}): Promise<Started> {
  const given = { PATH: process.env.PATH, RUNTIME_DIRECTORY: runtime, CACHE_DIRECTORY: join(folder, 'cache'), ...env }
  const child = spawn(join(home, 'start'), args, { env: given, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, said] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code, said, begun: out === '' ? undefined : JSON.parse(out), pid: child.pid! }),
    )
  })
}

/** What keeps it small. */
const memory = ['--no-turbofan', '--no-maglev', '1']
const interpreted = ['--no-turbofan', '--no-maglev', '--no-sparkplug', '1']
const FAILED = 'starting without the startup snapshot: the last start from it failed\n'

test('from the snapshot: nothing is said, arguments, environment and exit code are handed on, and no process is added', async () => {
  const { code, said, begun, pid } = await start(['stand', '75'], { GIVEN: 'by the unit' })
  expect({ code, said, begun }).toEqual({
    ...{ code: 75, said: '' },
    begun: { of: 'snapshot', how: 'stand', given: 'by the unit', pid, memory: interpreted },
  })
  expect(existsSync(tried)).toBe(false)
  expect((await start()).begun?.of).toBe('snapshot')
})

test('without a snapshot: plainly, with the reason in one line, all else the same, and a cache of compiled JavaScript', async () => {
  rmSync(blob)
  const { code, said, begun, pid } = await start(['stand', '75'], { GIVEN: 'by the unit' })
  expect({ code, said, begun }).toEqual({
    ...{ code: 75, said: 'starting without the startup snapshot: there is none\n' },
    begun: { of: 'source', how: 'stand', given: 'by the unit', pid, cache: join(folder, 'cache'), memory },
  })
})

describe('a snapshot that Node does not take costs one start', () => {
  const changed = (from: string, to: string) => {
    const bytes = Buffer.from(sound)
    const at = bytes.indexOf(from)
    expect(at).toBeGreaterThan(0)
    bytes.write(to, at, 'latin1')
    return bytes
  }
  const cases: readonly (readonly [string, () => Buffer, RegExp])[] = [
    ['empty', () => Buffer.alloc(0), /./],
    // Node dies of it without a word.
    ['cut short', () => sound.subarray(0, sound.length / 2), /^/],
    ['with a bit turned over', () => changed('OFFHOOK_TRIED', 'OFFHOOK_TRIEE'), /VerifyChecksum/],
    ['something else', () => Buffer.alloc(sound.length, 'x'), /./],
    ['of another Node', () => changed(process.versions.node, '24.0.0'), /built with ?Node.js version 24\.0\.0/],
    ['of another architecture', () => changed(process.arch, 'z'.repeat(process.arch.length)), /architecture zz/],
  ]
  test.each(cases)('%s', async (_, damaged, says) => {
    writeFileSync(blob, damaged())
    const first = await start()
    expect(first.begun).toBeUndefined()
    expect(first.code).not.toBe(0)
    expect(first.said).toMatch(says)
    for (let again = 0; again < 2; again++)
      expect(await start()).toMatchObject({ code: 0, said: FAILED, begun: { of: 'source' } })
    // The folder goes with the service: after the next power-on it is tried once more.
    rmSync(tried)
    expect((await start()).begun).toBeUndefined()
  })
})

test('a phone that began from it and never stood is started plainly', async () => {
  expect(await start(['fall', '1'])).toMatchObject({ code: 1, said: '', begun: { of: 'snapshot' } })
  expect(await start(['fall', '1'])).toMatchObject({ code: 1, said: FAILED, begun: { of: 'source' } })
})

test('where nothing can be remembered, the snapshot is not risked', async () => {
  const nowhere = join(folder, 'nowhere')
  const { said, begun } = await start(['stand', '0'], { RUNTIME_DIRECTORY: nowhere })
  expect(said).toBe(`starting without the startup snapshot: ${nowhere}/snapshot-tried cannot be written\n`)
  expect(begun?.of).toBe('source')
})

test('it fits whatever V8 is told besides', async () => {
  const { said, begun } = await start(['stand', '0'], { NODE_OPTIONS: '--max-semi-space-size=1 --stack-trace-limit=5' })
  expect({ said, of: begun?.of }).toEqual({ said: '', of: 'snapshot' })
})
