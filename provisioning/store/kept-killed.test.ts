// The power goes at any instant of writing: the next start finds what was kept before, or what was just being kept, whole.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const REMEMBERER = fileURLToPath(new URL('testing/rememberer.ts', import.meta.url))
const ESBUILD = fileURLToPath(new URL('../../node_modules/.bin/esbuild', import.meta.url))

test('killed 40 times while it writes all the time, it never began on something half or older than it had said', async () => {
  const state = mkdtempSync(join(tmpdir(), 'offhook-rememberer-'))
  const program = join(state, 'rememberer.mjs')
  // One file, as on the device: it starts in a tenth of the time.
  execFileSync(ESBUILD, [
    ...[REMEMBERER, '--bundle', '--platform=node', '--format=esm', `--outfile=${program}`],
    '--log-level=error',
  ])
  let [known, written] = [0, 0]
  for (let round = 0; round < 40; round++) {
    const child = spawn(process.execPath, [program, join(state, 'list.kept')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    createInterface(child.stdout).on('line', (line) => {
      // At another instant of writing in each round, ms.
      if (lines.push(line) === 3) setTimeout(() => child.kill('SIGKILL'), (round * 7.3) % 20)
    })
    await new Promise((resolve) => child.once('close', resolve))
    expect(lines.filter((line) => line.startsWith('fault'))).toEqual([])
    const started = Number(/^start (\d+)$/.exec(lines[0] ?? '')?.[1])
    expect(started).toBeGreaterThanOrEqual(known)
    expect(started).toBeLessThanOrEqual(known + 1)
    known = Math.max(started, ...lines.flatMap((line) => /^kept (\d+)$/.exec(line)?.[1] ?? []).map(Number))
    written += known - started
  }
  expect(written).toBeGreaterThan(80)
  rmSync(state, { recursive: true })
}, 60_000)
