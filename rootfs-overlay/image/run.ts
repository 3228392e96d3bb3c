// Runs a program to its end; what it printed is in the error when it fails.
import { spawn, spawnSync } from 'node:child_process'

interface RunOptions {
  readonly cwd?: string
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

const environment = (env: RunOptions['env']) => ({
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  LC_ALL: 'C',
  TZ: 'UTC',
  ...env,
})

/** Its standard output. Throws when it fails. */
export function run(command: string, args: readonly string[], { cwd, env }: RunOptions = {}): string {
  const done = spawnSync(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: environment(env),
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  if (done.error) throw new Error(`${command}: ${done.error.message}`)
  if (done.status !== 0) throw failed(command, args, done.status ?? done.signal, done.stdout + done.stderr)
  return done.stdout
}

/** The same for programs that take long: each line they print is handed over when it comes. */
export function runAloud(
  command: string,
  args: readonly string[],
  onLine: (line: string) => void,
  { cwd, env }: RunOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: environment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let rest = ''
    const take = (chunk: string) => {
      said = (said + chunk).slice(-KEPT)
      const lines = (rest + chunk).split(/[\r\n]/)
      rest = lines.pop()!
      for (const line of lines) onLine(line)
    }
    child.stdout.setEncoding('utf8').on('data', take)
    child.stderr.setEncoding('utf8').on('data', take)
    child.once('error', (error) => reject(new Error(`${command}: ${error.message}`)))
    child.once('close', (status, signal) =>
      status === 0 ? resolve() : reject(failed(command, args, status ?? signal, said)),
    )
  })
}

/** Characters of a program's last words in an error. */
const KEPT = 4000

const failed = (command: string, args: readonly string[], status: number | string | null, said: string) =>
  new Error(`failed (${status}): ${command} ${args.join(' ')}\n${said.slice(-KEPT)}`)
