// Starts and watches the PortAudio process: one that lists devices, one that carries the sound of a call for as long as
// it is wanted. No samples pass here.
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type LogRecord, log } from '../../firmware/base/log.ts'
import type { AudioDevice, ChildAnswer, ChildOrder, SoundOrder } from './contract.ts'

/** As source, and as a bundle of its own beside the phone's. */
const CHILDREN = ['./child.ts', './portaudio.cjs']
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 10_000
/** A child that lived so long was in order; the next begins with the first retry again. */
const SETTLED_MS = 10_000
const LIST_MS = 10_000
/** Lines of a child's standard error that go to the log, per child. */
const MOST_LINES = 100

function runtimeFolder(): string {
  const own = process.env.XDG_RUNTIME_DIR
  return own !== undefined && existsSync(own) ? own : tmpdir()
}

/** The program of the process; undefined when it is no part of this image. Asked for late: a snapshot moves. */
const childProgram = (): string | undefined =>
  CHILDREN.map((name) => fileURLToPath(new URL(name, import.meta.url))).find((file) => existsSync(file))

/** Loaded when a process is wanted: most phones never want one. */
const readLines = (from: Readable, line: (line: string) => void) =>
  process.getBuiltinModule('node:readline').createInterface(from).on('line', line)

/** `cwd`: naudiodon leaves a crash.log where it runs. */
function startChild(program: string, order: ChildOrder, cwd: string): ChildProcess {
  // Line by line, for PortAudio's losses are told on standard output and would wait there for four kilobytes of others.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn('stdbuf', ['-oL', process.execPath, program], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A read and a write each hold a thread of the pool while they wait.
    env: { ...process.env, UV_THREADPOOL_SIZE: '8', NODE_OPTIONS: '' },
  })
  child.on('error', () => {})
  child.send(order, () => {})
  return child
}

/** The sound devices of this machine. Rejects with the reason when PortAudio is not there. Takes about half a second. */
export async function listDevices(): Promise<readonly AudioDevice[]> {
  const program = childProgram()
  if (program === undefined) throw new Error('PortAudio is no part of this image')
  const child = startChild(program, { kind: 'list' }, tmpdir())
  child.stdout!.resume()
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < 2000) said += text
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LIST_MS)
  try {
    const answer = await new Promise<ChildAnswer>((resolve, reject) => {
      child.on('message', (message: ChildAnswer) => resolve(message))
      child.on('error', reject)
      child.on('close', (code, signal) => reject(new Error(`PortAudio process ended (${code ?? signal}) ${said}`)))
    })
    if (answer.kind === 'failed') throw new Error(answer.reason)
    return answer.devices
  } finally {
    clearTimeout(timer)
    child.kill('SIGKILL')
  }
}

export interface PortAudio {
  /** Where the media engine is to listen; asking makes the folder. */
  readonly socket: string
  /** The process now running, for measurements. */
  readonly pid: number | undefined
  /** Losses PortAudio reported since the beginning: late for a device, either way. */
  readonly losses: number
  /** Carries this sound from now on; `undefined` ends it. */
  use(order: Omit<SoundOrder, 'socket'> | undefined): void
  stop(): void
}

/** Nothing runs before the first use(). Keeps a started process running: ended, it comes back after a growing pause. */
export function createPortAudio(report: (record: LogRecord) => void): PortAudio {
  // Of this user alone (0700): who can reach the socket can be the handset.
  let made: string | undefined
  const folder = () => (made ??= mkdtempSync(join(runtimeFolder(), 'offhook-sound-')))
  const socket = () => join(folder(), 'handset')
  let wanted: SoundOrder | undefined
  let child: ChildProcess | undefined
  let retry: NodeJS.Timeout | undefined
  let pauseMs = FIRST_RETRY_MS
  let losses = 0

  const start = (program: string, order: SoundOrder) => {
    const began = performance.now()
    const mine = startChild(program, { kind: 'carry', ...order }, folder())
    child = mine
    let lines = 0
    readLines(mine.stderr!, (line) => {
      // libasound's words for what PortAudio tells on standard output.
      if (/(under|over)run occurred/.test(line)) return
      if (lines++ < MOST_LINES) report(log('warn', 'portaudio', 'said', { line }))
    })
    readLines(mine.stdout!, (line) => {
      if (!/(under|over)flow/.test(line)) return
      losses++
      if (lines++ < MOST_LINES) report(log('warn', 'portaudio', 'lost sound', { line, losses }))
    })
    mine.on('close', () => {
      if (child !== mine) return
      child = undefined
      const livedMs = performance.now() - began
      pauseMs = livedMs > SETTLED_MS ? FIRST_RETRY_MS : pauseMs
      report(log('info', 'portaudio', 'process ended', { livedMs: Math.round(livedMs), againInMs: pauseMs }))
      retry = setTimeout(() => start(program, order), pauseMs).unref()
      pauseMs = Math.min(pauseMs * 2, LAST_RETRY_MS)
    })
    // The phone lives as long as it has something else to do.
    mine.unref()
    mine.channel?.unref()
    for (const pipe of [mine.stdout, mine.stderr]) (pipe as unknown as { unref(): void }).unref()
  }

  const end = () => {
    clearTimeout(retry)
    const ended = child
    child = undefined
    ended?.kill('SIGKILL')
  }

  return {
    get socket() {
      return socket()
    },
    get pid() {
      return child?.pid
    },
    get losses() {
      return losses
    },
    use(order) {
      const next = order && { ...order, socket: socket() }
      if (JSON.stringify(next) === JSON.stringify(wanted)) return
      end()
      wanted = next
      pauseMs = FIRST_RETRY_MS
      if (next === undefined) return
      const program = childProgram()
      if (program !== undefined) start(program, next)
      else report(log('error', 'portaudio', 'is no part of this image'))
    },
    stop() {
      end()
      wanted = undefined
      if (made !== undefined) rmSync(made, { recursive: true, force: true })
      made = undefined
    },
  }
}
