// `npm start -- --demo`: a new phone in a new lab is provisioned, calls an echo and is called, without hands; then says what
// was measured. Fails with the step that failed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { seededRng } from '../../base/rng.ts'
import { speech } from '../../lab/signal/speech.ts'
import { encodeWav } from '../../lab/signal/wav.ts'
import { monotonic } from '../clock.ts'
import { createLogSink } from '../log-sink.ts'
import type { StartOptions } from '../options.ts'
import { simulateInLab } from '../simulator.ts'
import { callEcho, type Say, takeCall } from './calls.ts'
import { watchFrames } from './frames.ts'
import { instrument, LEAD_SECONDS, RATE } from './instrument.ts'
import { measure } from './measure.ts'
import { holds, type Measurement, printTable } from './table.ts'
import { createWitness, media, registered, sends } from './witness.ts'

/** Longer than the demo takes, so that nothing is said twice. */
const SPEECH_SECONDS = 60
const ECHO_MS = 6000
const CALL_MS = 5000
const START_MS = 10_000
const HANDSET = 'handset'

export async function runDemo(options: StartOptions): Promise<number> {
  const began = monotonic()
  const kept = options.folder !== undefined
  const folder = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'offhook-demo-')) : resolve(options.folder)
  mkdirSync(folder, { recursive: true })
  const say = (text: string) => {
    if (!options.json) process.stdout.write(`${((monotonic() - began) / 1000).toFixed(2).padStart(6)} s  ${text}\n`)
  }
  const steps: string[] = []
  const step = (text: string) => {
    steps.push(text)
    say(text)
  }
  let measurements: readonly Measurement[] = []
  let failure: string | undefined
  try {
    measurements = await demonstrate(folder, step, say)
    const failed = measurements.filter((each) => !holds(each)).map((each) => each.name)
    if (failed.length > 0) failure = `outside its bound: ${failed.join(', ')}`
  } catch (error) {
    failure = `${steps.at(-1) ?? 'start'}: ${(error as Error).message}`
  }
  const tookMs = Math.round(monotonic() - began)
  if (options.json)
    process.stdout.write(JSON.stringify({ ok: failure === undefined, failure, tookMs, steps, measurements }) + '\n')
  else {
    process.stdout.write(`\n${printTable(measurements)}\n\n`)
    process.stdout.write(failure === undefined ? `Done in ${(tookMs / 1000).toFixed(1)} s.\n` : `FAILED: ${failure}\n`)
  }
  if (failure === undefined && !kept) rmSync(folder, { recursive: true, force: true })
  else if (!options.json) process.stdout.write(`Logs and recordings are in ${folder}\n`)
  return failure === undefined ? 0 : 1
}

async function demonstrate(folder: string, step: Say, say: Say): Promise<readonly Measurement[]> {
  const file = (name: string) => join(folder, name)
  const sink = createLogSink({
    ...{ file: file('phone.log'), format: 'text', level: 'debug', perSecond: 500, maxBytes: 8_000_000 },
  })
  const witness = createWitness()
  const leave: (() => unknown)[] = [() => sink.close(), () => witness.close()]
  try {
    step('start the lab, provision the phone over MQTT')
    const registering = witness.next('REGISTER', START_MS, sends('REGISTER'))
    const registration = witness.next('registration', START_MS, registered)
    const handset = witness.next('handset', START_MS, media('port-opened', HANDSET))
    const simulator = await simulateInLab(
      {
        ...{ folder, log: sink.write, witness: witness.see },
        handset: {
          kind: 'wav',
          capture: speak(file('say.wav'), 1),
          playback: file('ear.wav'),
          rate: RATE,
          loop: false,
        },
        ready: (board) => leave.push(watchFrames(board, say)),
      },
      { speak: speak(file('second-say.wav'), 2), record: file('second-ear.wav'), mouth: file('second-mouth.wav') },
    )
    leave.push(simulator.stop)
    const { lab, phone } = simulator
    await handset
    const markedAt = monotonic()
    for (const command of instrument(HANDSET, file('mouth.wav'))) phone.media(command)
    const registrationMs = (await registration) - (await registering)
    const idleMb = process.memoryUsage.rss() / 1e6
    const echo = await callEcho(simulator, witness, lab.ready.echo, ECHO_MS, step)
    const call = await takeCall(simulator, lab, witness, CALL_MS, step)
    const { faults, overflows } = phone.counters
    step('stop the phone and the lab')
    await simulator.stop()
    step('compare what was said with what was heard')
    return measure({ folder, registrationMs, idleMb, markedAt, echo, call, faults: faults + overflows })
  } finally {
    for (const action of leave.reverse()) await action()
  }
}

function speak(file: string, seed: number): string {
  writeFileSync(file, encodeWav(speech(seededRng(seed), RATE, SPEECH_SECONDS, LEAD_SECONDS)))
  return file
}
