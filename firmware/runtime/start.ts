// `npm start`: the simulated phone in this terminal, or the demonstration without hands.
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { DeviceConfig } from '../media/contract.ts'
import { runDemo } from './demo/demo.ts'
import { createSession } from './interactive.ts'
import { createLogSink } from './log-sink.ts'
import { readOptions, type StartOptions, USAGE } from './options.ts'
import { simulate, simulateInLab } from './simulator.ts'
import { VERSION } from './version.ts'

const RATE = 16000
/** So that their keys and lamps can be tried; they are not heard. */
const UNHEARD = { kind: 'null', rate: RATE } as const
const ROUTES = { speaker: UNHEARD, headset: UNHEARD, ringer: UNHEARD }

/** The device of the simulated handset, and what to say of it. */
function audio({ audio, config }: StartOptions, folder: string): { device: DeviceConfig | undefined; note: string } {
  const alsa = (name: string) => ({ kind: 'alsa', capture: name, playback: name, rate: RATE, periodMs: 20 }) as const
  switch (audio) {
    case 'auto':
      // A configured phone keeps the device it was given; a simulated one takes what this machine has.
      if (config !== undefined) return { device: undefined, note: 'sound: as configured' }
      if (hasSound()) return { device: alsa('default'), note: 'sound: ALSA default' }
      return { device: { kind: 'null', rate: RATE }, note: 'sound: none (no sound device here)' }
    case 'alsa':
      return { device: alsa('default'), note: 'sound: ALSA default' }
    case 'null':
      return { device: { kind: 'null', rate: RATE }, note: 'sound: none (null device)' }
    case 'wav': {
      const [capture, playback] = [join(folder, 'say.wav'), join(folder, 'heard.wav')]
      const spoken = existsSync(capture) ? capture : ''
      return {
        device: { kind: 'wav', capture: spoken, playback, rate: RATE, loop: true },
        note: `sound: ${playback}${spoken === '' ? '' : ', speaks say.wav'}`,
      }
    }
  }
}

const hasSound = () => existsSync('/dev/snd') && readdirSync('/dev/snd').some((name) => name.startsWith('pcm'))

async function interactive(options: StartOptions): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    process.stderr.write('This needs a terminal. Without one: npm start -- --demo\n')
    return 2
  }
  const folder = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'offhook-')) : resolve(options.folder)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'phone.log')
  const sink = createLogSink({ file, format: 'text', level: 'debug', perSecond: 100, maxBytes: 8_000_000 })
  const session = createSession(`Offhook ${VERSION} · simulated phone`)
  const log: typeof sink.write = (record) => {
    sink.write(record)
    session.log(record)
  }
  const { device, note } = audio(options, folder)
  const common = { folder, log, ...(device === undefined ? {} : { handset: device }) }
  process.stdout.write('Starting …\n')
  if (options.config !== undefined) {
    const simulator = await simulate(common, resolve(options.config))
    await session.run(simulator.board, undefined, [note])
    await simulator.stop()
  } else {
    const simulator = await simulateInLab(common, { speak: '', record: '', mouth: '' }, { routes: ROUTES })
    const { echo, second } = simulator.lab.ready
    await session.run(simulator.board, simulator.lab, [`${echo} is an echo, ${second} the second phone`, note])
    await simulator.stop()
  }
  await sink.close()
  process.stdout.write(`The log is in ${file}\n`)
  return 0
}

const options = readOptions(process.argv.slice(2))
if (!options.ok) {
  process.stderr.write(options.error + '\n')
  process.exitCode = 2
} else if (options.value.mode === 'help') process.stdout.write(USAGE)
else {
  const run = options.value.mode === 'demo' ? runDemo : interactive
  process.exitCode = await run(options.value).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`)
    return 1
  })
}
