// The appliance's own process for tests: what it says on standard error, and how it ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface Appliance {
  readonly child: ChildProcess
  /** The exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  stop(): void
  said(): string
  /** Resolves when this is among what was said, from character `from` on; rejects when it ended without. */
  says(text: string, from?: number): Promise<void>
}

const running = new Set<ChildProcess>()

/** Its state is kept in `state`; `args` are its own. */
export function startAppliance(
  state: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Appliance {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, STATE_DIRECTORY: state, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  let said = ''
  const listeners = new Set<() => void>()
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const each of listeners) each()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  void ended.then(() => running.delete(child))
  return {
    child,
    ended,
    stop: () => void child.kill('SIGTERM'),
    said: () => said,
    says: (text, from = 0) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!said.includes(text, from)) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without "${text}":\n${said}`)))
      }),
  }
}

/** For `afterAll`: none outlives its test. */
export function endAppliances(): void {
  for (const child of running) child.kill('SIGKILL')
}
