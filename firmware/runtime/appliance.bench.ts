// What the bundled firmware costs on this machine: process start to registered, and memory at rest. Run by hand:
//   node firmware/runtime/bundle.ts && node firmware/runtime/appliance.bench.ts
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startLab } from './lab-client.ts'
import { createLabOperator } from './lab-operator.ts'

const RUNS = 7
const bundle = fileURLToPath(new URL('../../build/bundle/offhook.cjs', import.meta.url))
const addon = fileURLToPath(new URL('../../build/native/offhook.node', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'offhook-bench-'))

const lab = await startLab({ folder, speak: '', record: '', mouth: '' })
if (!lab.ok) throw new Error(lab.error)
const operator = createLabOperator(folder, lab.value.ready)

/** Runs the phone until a log line says it is registered, then `restMs` longer; times in ms, memory in MB. */
async function run(prepare: (said: string) => void, restMs: number) {
  const env = { ...process.env, STATE_DIRECTORY: join(folder, 'state'), OFFHOOK_ADDON: addon }
  const began = performance.now()
  const child = spawn(process.execPath, [bundle, operator.bootstrap], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const registeredMs = await new Promise<number>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      const said = chunk.toString()
      prepare(said)
      if (said.includes('line registered')) resolve(performance.now() - began)
    })
  })
  await sleep(restMs)
  const status = readFileSync(`/proc/${child.pid}/status`, 'latin1')
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  return { registeredMs, rssMb: kilobytes('VmRSS'), anonMb: kilobytes('RssAnon') }
}

await run((said) => {
  if (said.includes('provisioning.mqtt connected')) void operator.publish()
}, 500)
const runs = []
for (let n = 0; n < RUNS; n++) runs.push(await run(() => {}, 1500))
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(1)
console.log(`process start → registered: ${median(runs.map((each) => each.registeredMs))} ms`)
console.log(`memory, registered and connected: ${median(runs.map((each) => each.rssMb))} MB`)
console.log(`of it not shared with other processes: ${median(runs.map((each) => each.anonMb))} MB`)
await lab.value.stop()
rmSync(folder, { recursive: true, force: true })
