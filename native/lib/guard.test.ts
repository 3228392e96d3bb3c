// The audio threads neither allocate nor lock nor write: a preloaded library ends the process if they do. JavaScript that stands
// still or collects garbage for two seconds costs no packet.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = (name: string) => join(root, 'build/native/guard', name)
const guarded = { ...process.env, LD_PRELOAD: built('guard.so') }
let folder: string

beforeAll(() => {
  execFileSync('make', ['-s', '-C', 'native', 'guard'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  folder = mkdtempSync(join(tmpdir(), 'offhook-guard-'))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(['malloc', 'mutex', 'write', 'open'])('the guard bites: %s', (what) => {
  expect(spawnSync(built('bait'), [what]).status).toBe(0)
  const { signal, stderr } = spawnSync(built('bait'), [what], { env: guarded, encoding: 'utf8' })
  expect(signal).toBe('SIGABRT')
  expect(stderr).toMatch(new RegExp(`guard: \\w*${what}\\w* on an audio thread`))
})

test('the guard lets a thread of the audio path wake another one', () => {
  expect(spawnSync(built('bait'), ['nothing'], { env: guarded }).status).toBe(0)
})

test('a call with everything on it never leaves the path, and loses nothing while JavaScript is away', {
  timeout: 60_000,
}, () => {
  const program = fileURLToPath(new URL('testing/guarded.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', program, folder], {
    env: guarded,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const told = JSON.parse(stdout)
  expect(told).toHaveLength(3)
  for (const { codec, blocked, collecting } of told)
    for (const { sent, ...rest } of [blocked, collecting]) {
      expect({ codec, ...rest }).toEqual({ codec, lost: 0, late: 0, concealedMs: 0 })
      expect(sent).toBeGreaterThanOrEqual(98)
      expect(sent).toBeLessThanOrEqual(140)
    }
})
