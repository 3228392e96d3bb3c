// A console as a child process, as a script would have it: commands in, answers and events out.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

// biome-ignore lint/suspicious/noExplicitAny: lines are looked into freely
export type Line = any

export interface ConsoleProcess {
  /** Everything it has said. */
  readonly lines: readonly Line[]
  /** Sends a command and resolves with its answer, whatever it is. */
  try(command: object): Promise<Line>
  /** The same; rejects when the answer is an error. */
  do(command: object): Promise<Line>
  /** The first line that has what `pattern` has, from line number `from` on (0), also one that has yet to come. */
  heard(pattern: object, from?: number, withinMs?: number): Promise<Line>
  /** A line as it stands, without an answer to wait for. */
  raw(text: string): void
  /** Ends its input; resolves with its exit code. */
  end(): Promise<number | null>
  readonly exited: Promise<number | null>
}

const main = fileURLToPath(new URL('../console/main.ts', import.meta.url))

export function startConsole(args: readonly string[] = [], cwd?: string): ConsoleProcess {
  const child = spawn(process.execPath, [main, '--json', ...args], { stdio: ['pipe', 'pipe', 'inherit'], cwd })
  const lines: Line[] = []
  let asked = 0
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  child.stdin.on('error', () => {})
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const heard = async (pattern: object, from = 0, withinMs = 8000): Promise<Line> => {
    for (let waited = 0; waited < withinMs; waited += 5) {
      const found = lines.slice(from).find((line) => has(line, pattern))
      if (found) return found
      await sleep(5)
    }
    const said = lines.slice(from).map((line) => JSON.stringify(line).slice(0, 300))
    throw new Error(`not said: ${JSON.stringify(pattern)}\n${said.join('\n')}`)
  }
  const raw = (text: string) => void child.stdin.write(text + '\n')
  const answer = (command: object): Promise<Line> => {
    const id = `#${++asked}`
    raw(JSON.stringify({ ...command, id }))
    return heard({ id }, 0, 15_000)
  }
  return {
    lines,
    heard,
    raw,
    exited,
    try: answer,
    async do(command) {
      const said = await answer(command)
      if (!said.ok) throw new Error(`${JSON.stringify(command)}: ${JSON.stringify(said.error)}`)
      return said
    },
    end() {
      child.stdin.end()
      return exited
    },
  }
}

/** Whether `value` has everything `pattern` has; lists are of one length; `…` stands for anything. */
export function has(value: Line, pattern: Line): boolean {
  if (pattern === '…') return value !== undefined
  if (Array.isArray(pattern))
    return Array.isArray(value) && value.length === pattern.length && pattern.every((each, i) => has(value[i], each))
  if (typeof pattern !== 'object' || pattern === null) return value === pattern
  return (
    typeof value === 'object' && value !== null && Object.entries(pattern).every(([key, each]) => has(value[key], each))
  )
}
