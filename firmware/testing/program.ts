// A program of ours in a process of its own: what it says, line by line, and what it is told.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Program {
  /** The next line that has it; what came before is passed over. Throws when the program ends without. */
  line(part: string): Promise<string>
  type(text: string): void
  stop(): void
  /** Its exit code. */
  readonly ended: Promise<number | null>
}

/** How long one may take to end by itself, ms. */
const PATIENCE_MS = 5000
const running = new Set<ChildProcess>()

export function startProgram(file: string, args: readonly string[]): Program {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code)
    }),
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async line(part) {
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`${file} ended without "${part}"`)
        if (value.includes(part)) return value
      }
    },
    type: (text) => void child.stdin.write(`${text}\n`),
    stop: () => void child.kill('SIGTERM'),
    ended,
  }
}

/** For the end of a test: those that still run are waited for, then killed. */
export async function endPrograms(): Promise<void> {
  for (const child of running) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    await ended
    clearTimeout(late)
  }
}
