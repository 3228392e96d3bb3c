// SIPp from Debian with its built-in scenarios: one call, its exit code as the verdict.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'

export interface SippRun {
  /** UDP port of this SIPp. */
  readonly port: number
  /** Exit code 0: every call of the scenario went as written. `log` holds the messages and errors when it did not. */
  readonly done: Promise<{ readonly code: number | null; readonly log: string }>
  stop(): void
}

/** `scenario`: `uac` calls `target` (host:port, service user); `uas` waits for one call. */
export async function startSipp(
  scenario: 'uac' | 'uas',
  options: { readonly target?: string; readonly user?: string; readonly holdMs?: number; readonly calls?: number },
): Promise<SippRun> {
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'))
  const port = await freePort('udp')
  const media = 35_000 + 4 * Math.floor(Math.random() * 2_000)
  const args = [
    ...(options.target ? [options.target] : []),
    ...[
      '-sn',
      scenario,
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-mp',
      String(media),
      '-m',
      String(options.calls ?? 1),
      '-nostdin',
    ],
    ...(options.user ? ['-s', options.user] : []),
    ...(scenario === 'uac' ? ['-d', String(options.holdMs ?? 500), '-l', '1'] : []),
    ...['-timeout', '20s', '-timeout_error', '-trace_err', '-trace_msg'],
  ]
  const child = spawn('sipp', args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TERM: 'dumb' },
  })
  child.stdout.resume()
  child.stderr.resume()
  const done = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const log = readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('\n')
      rmSync(folder, { recursive: true, force: true })
      resolve({ code, log })
    })
  })
  return { port, done, stop: () => child.kill('SIGKILL') }
}
