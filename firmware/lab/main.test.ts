// The lab goes with its parent, even one that is killed outright, and leaves nothing behind.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'offhook-lab-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A parent that starts a lab and tells its own child's process id. */
const parent = `
  const { spawn } = await import('node:child_process')
  const lab = spawn(process.execPath, [process.argv[1], process.argv[2]], { stdio: ['pipe', 'pipe', 'inherit'] })
  lab.stdout.once('data', () => console.log(lab.pid))
`
const alive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
const childrenOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number),
  )

test('a killed parent takes the lab and its broker with it', { timeout: 20_000 }, async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const options = JSON.stringify({ folder, speak: '', record: '', mouth: '' })
  const child = spawn(process.execPath, ['--input-type=module', '-e', parent, main, options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lab = Number(
    await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
  )
  const [broker] = childrenOf(lab)
  expect(broker && alive(broker)).toBe(true)
  child.kill('SIGKILL')
  for (let n = 0; n < 100 && (alive(lab) || alive(broker!)); n++) await sleep(50)
  expect([alive(lab), alive(broker!)]).toEqual([false, false])
})
