// The power goes at any instant of applying: the next start finds the old configuration or the new one, whole.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const APPLIER = fileURLToPath(new URL('testing/applier.ts', import.meta.url))
const ESBUILD = fileURLToPath(new URL('../../node_modules/.bin/esbuild', import.meta.url))
const ROUNDS = 200
/** Phones that are killed at the same time; each has a folder and a life of its own. */
const LANES = 4
/** Killed at most so long after it said what it starts with, ms; at first. A host that is slower has longer lives. */
const LONGEST = 60

/** mulberry32: uniform in 0 ≤ x < 1, the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** What the process said until it was killed, `after` ms after its first line. */
async function life(
  program: string,
  folder: string,
  after: number,
): Promise<{ lines: string[]; signal: string | null }> {
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  createInterface(child.stdout).on('line', (line) => {
    if (lines.push(line) === 1) setTimeout(() => child.kill('SIGKILL'), after)
  })
  const signal = await new Promise<string | null>((resolve) => child.once('close', (_code, signal) => resolve(signal)))
  return { lines, signal }
}

async function lane(program: string, seed: number): Promise<{ applied: number; back: number; between: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-killed-'))
  const chance = chances(seed)
  const count = { applied: 0, back: 0, between: 0 }
  let [known, longest] = [0, LONGEST]
  for (let round = 0; round < ROUNDS / LANES; round++) {
    const after = chance() * longest
    const where = `seed ${seed}, round ${round}, killed after ${after.toFixed(1)} ms`
    const { lines, signal } = await life(program, folder, after)
    expect(signal, where).toBe('SIGKILL')
    if (lines.length <= 1) longest *= 1.2
    else if (lines.length > 3) longest *= 0.8
    expect(
      lines.filter((line) => line.startsWith('fault')),
      where,
    ).toEqual([])
    const started = Number(/^start (\d+)$/.exec(lines[0] ?? '')?.[1])
    // What was said to be confirmed before is there; what was only on its way may be there instead.
    expect(started, where).toBeGreaterThanOrEqual(known)
    if (started > known) count.between++
    const applied = lines.flatMap((line) => /^applied (\d+)$/.exec(line)?.[1] ?? []).map(Number)
    known = Math.max(started, ...applied)
    count.applied += applied.length
    count.back += lines.filter((line) => line.startsWith('back')).length
  }
  rmSync(folder, { recursive: true })
  return count
}

test(`killed ${ROUNDS} times, it never lost what it had and never began on something half`, async () => {
  const seed = Number(process.env.OFFHOOK_SEED ?? Date.now() % 1_000_000_000)
  console.info(`OFFHOOK_SEED=${seed}`)
  // One file, as on the device: it starts in a tenth of the time.
  const folder = mkdtempSync(join(tmpdir(), 'offhook-applier-'))
  const program = join(folder, 'applier.mjs')
  execFileSync(ESBUILD, [
    ...[APPLIER, '--bundle', '--platform=node', '--format=esm', '--external:mqtt', `--outfile=${program}`],
    '--log-level=error',
  ])
  const counts = await Promise.all(Array.from({ length: LANES }, (_, each) => lane(program, seed + each)))
  rmSync(folder, { recursive: true })
  const sum = (of: 'applied' | 'back' | 'between') => counts.reduce((total, count) => total + count[of], 0)
  console.info(`applied ${sum('applied')}, taken back ${sum('back')}, stored but not yet told ${sum('between')}`)
  // The kills fell where they should: among documents of both kinds.
  expect(sum('applied')).toBeGreaterThan(ROUNDS / 20)
  expect(sum('back')).toBeGreaterThan(ROUNDS / 20)
}, 120_000)
