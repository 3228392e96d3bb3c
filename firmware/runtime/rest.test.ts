// How often a whole phone that nobody uses wakes: registered, with its broker, on the modelled board.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const PHONE = fileURLToPath(new URL('testing/resting-phone.ts', import.meta.url))
/** After which the display is asked every four seconds, and the broker knows everything. */
const SETTLED_MS = 9000
const [LOOK_MS, MOST] = [12_000, 22]

/** How often the main thread of a process went to sleep by itself: what others do on this machine does not count. */
const slept = (pid: number): number =>
  Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8'))![1])

test('a phone at rest: the display asked every four seconds is most of what wakes it', {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-rest-'))
  const phone = spawn(process.execPath, [PHONE, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    if (phone.exitCode === null) {
      phone.kill('SIGTERM')
      await once(phone, 'exit')
    }
    rmSync(folder, { recursive: true })
  })
  const [said] = await once(phone.stdout, 'data')
  expect(String(said)).toBe('registered\n')
  await sleep(SETTLED_MS)
  const before = slept(phone.pid!)
  await sleep(LOOK_MS)
  const times = slept(phone.pid!) - before
  expect(times).toBeLessThanOrEqual(MOST)
  // Three looks at the display, each a timer and an answer: it does rest, and is no process that stands still.
  expect(times).toBeGreaterThanOrEqual(4)
})
