// The whole phone, everything real, as anybody can see it: `npm start -- --demo`.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { holds, type Measurement } from './demo/table.ts'

const START = fileURLToPath(new URL('start.ts', import.meta.url))

/** What it printed, and how it ended. */
function run(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

test('the demo provisions, calls, is called, and every measurement is within its bound', {
  timeout: 60_000,
}, async () => {
  const { code, out, err } = await run(['--demo', '--json'])
  expect(err).toBe('')
  const result = JSON.parse(out) as { ok: boolean; failure?: string; tookMs: number; measurements: Measurement[] }
  expect(result.failure).toBeUndefined()
  expect(result.measurements.filter((each) => !holds(each))).toEqual([])
  expect(result.measurements.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'registration',
      'post-dial delay (# pressed → ringing)',
      'one way mouth → ear',
      'echoed speech, signal to noise',
      'packets lost or late',
    ]),
  )
  expect(result.tookMs).toBeLessThan(40_000)
  expect(code).toBe(0)
})

test('without a terminal and without --demo it says what to do', async () => {
  expect(await run([])).toEqual({ code: 2, out: '', err: 'This needs a terminal. Without one: npm start -- --demo\n' })
})

test('wrong options are told in one line', async () => {
  const { code, err } = await run(['--demmo'])
  expect(code).toBe(2)
  expect(err).toBe("Unknown option '--demmo'. See --help.\n")
})
