// A process under measurement: started on the first core, its CPU time and memory read from outside, ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The contender gets a core of its own; load and everything else the other ones. */
const pinned = (core: string, command: readonly string[]) =>
  availableParallelism() > 1 ? ['taskset', '-c', core, ...command] : [...command]

export const onLoadCore = (command: readonly string[]): string[] => pinned('1', command)

export interface Measured {
  readonly pid: number
  /** CPU used so far by all threads, those that ended too, ms; the kernel tells it in steps of 10. */
  cpuMs(): number
  /** The same to the nanosecond, of the threads that live now. */
  liveCpuMs(): number
  /** Resident memory, MB of 10^6 bytes. */
  rssMb(): number
  /** What it has said so far on both outputs. */
  said(): string
  /** Resolves once its output holds the text, with ms since it was spawned; rejects when it ends before, or after 10 s. */
  says(text: string): Promise<number>
  stop(): Promise<void>
}

const TICK_MS = 10

export function startMeasured(command: readonly string[], env: Readonly<Record<string, string>> = {}): Measured {
  const [file = '', ...args] = pinned('0', command)
  const began = performance.now()
  const child: ChildProcess = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid!
  let output = ''
  let heard = () => {}
  const hear = (chunk: Buffer) => {
    output += chunk
    heard()
  }
  child.stdout!.on('data', hear)
  child.stderr!.on('data', hear)
  let ended = false
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      ended = true
      heard()
      resolve()
    }),
  )
  return {
    pid,
    cpuMs() {
      // Fields after the parenthesised name; utime and stime are the 14th and 15th of the whole line.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS
    },
    liveCpuMs() {
      let ns = 0
      for (const thread of readdirSync(`/proc/${pid}/task`))
        ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0])
      return ns / 1e6
    },
    rssMb: () => (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024) / 1e6,
    said: () => output,
    says: (text) =>
      new Promise((resolve, reject) => {
        const give = setTimeout(() => reject(new Error(`never said "${text}":\n${output.slice(-500)}`)), 10_000)
        heard = () => {
          const found = output.includes(text)
          if (!found && !ended) return
          clearTimeout(give)
          heard = () => {}
          if (found) resolve(performance.now() - began)
          else reject(new Error(`ended before it said "${text}":\n${output.slice(-500)}`))
        }
        heard()
      }),
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 4000)
      await exited
      clearTimeout(timer)
    },
  }
}
