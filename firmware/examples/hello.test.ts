// The example does what it says, in the lab.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { seededRng } from '../base/rng.ts'
import { speech } from '../lab/signal/speech.ts'
import { encodeWav } from '../lab/signal/wav.ts'
import { type Lab, startLab } from '../runtime/lab-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-hello-'))
let lab: Lab | undefined
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('hello calls the echo, speaks and hangs up', { timeout: 20_000 }, async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  const { domain, phone, echo } = lab.ready
  const file = join(folder, 'hello.wav')
  writeFileSync(file, encodeWav(speech(seededRng(3), 8000, 1)))
  const example = fileURLToPath(new URL('hello.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[example, domain, phone.user, phone.password, echo, file],
  ])
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual([...['calling', 'early', 'connecting', 'confirmed', 'disconnected']])
})
