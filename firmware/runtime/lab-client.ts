// The lab as the phone's process sees it: a child that says where everything is, takes requests, and ends with its parent.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../base/result.ts'

/** The lab's first line of output. */
export interface LabReady {
  /** `127.0.0.1:port` of registrar and proxy; also the SIP domain. */
  readonly domain: string
  /** The account meant for the phone, and a UDP port that was free a moment ago. */
  readonly phone: { readonly user: string; readonly password: string; readonly sipPort: number }
  /** An account for any other phone that wants to take part. */
  readonly guest: { readonly user: string; readonly password: string }
  readonly echo: string
  readonly second: string
  readonly broker: { readonly url: string; readonly username: string; readonly password: string }
}

/** One line of JSON each on the lab's standard input. */
export type LabRequest = { readonly do: 'call' } | { readonly do: 'hang-up' }

export interface LabOptions {
  /** Logs and recordings; must exist. */
  readonly folder: string
  /** WAV files of the second phone's mouth and ear; '' for a mouth that is silent, an ear that is not recorded. */
  readonly speak: string
  readonly record: string
  /** Where what its mouth says is recorded, marked for measurement; '' when nobody measures. */
  readonly mouth: string
}

export interface Lab {
  readonly ready: LabReady
  request(request: LabRequest): void
  /** Resolves when the lab and all it started have ended. */
  stop(): Promise<void>
}

const START_MS = 10_000

export async function startLab(options: LabOptions): Promise<Result<Lab, string>> {
  const main = fileURLToPath(new URL('../lab/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // A lab that died must not end the phone with EPIPE.
  child.stdin.on('error', () => {})
  const stop = () => {
    child.stdin.end()
    return ended
  }
  const first = await new Promise<string | undefined>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('error', () => resolve(undefined))
    void ended.then(() => resolve(undefined))
    setTimeout(() => resolve(undefined), START_MS).unref()
  })
  if (first === undefined) {
    child.kill()
    return err(`the lab did not start: ${said.trim() || 'it said nothing'}`)
  }
  return ok({
    ready: JSON.parse(first) as LabReady,
    request: (request) => void child.stdin.write(JSON.stringify(request) + '\n'),
    stop,
  })
}
