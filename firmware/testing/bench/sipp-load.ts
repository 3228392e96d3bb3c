// Load by SIPp: its own caller (`uac`: INVITE, ACK, BYE) or OPTIONS, in a closed loop or at a rate.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onFreePorts } from '../interop/ports.ts'
import { onLoadCore } from './process.ts'

export interface Load {
  readonly scenario: 'uac' | 'options'
  readonly port: number
  readonly count: number
  /** New ones per second; absent: the next as soon as one of those under way is over. */
  readonly perSecond?: number
  readonly underWay: number
}

const OPTIONS = fileURLToPath(new URL('scenarios/options.xml', import.meta.url))

/** Resolves when all went as written; rejects with SIPp's last words otherwise. */
export const load = (asked: Load): Promise<void> => onFreePorts(6, (own) => run(own, asked))

async function run(own: number, { scenario, port, count, perSecond = 10_000, underWay }: Load): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sipp-'))
  const [file = '', ...args] = onLoadCore([
    'sipp',
    `127.0.0.1:${port}`,
    ...(scenario === 'uac' ? ['-sn', 'uac', '-d', '0'] : ['-sf', OPTIONS]),
    ...['-s', 'bench', '-i', '127.0.0.1', '-p', String(own)],
    ...['-mp', String(own + 2), '-buff_size', '1000000'],
    ...['-m', String(count), '-r', String(perSecond), '-l', String(underWay)],
    ...['-nostdin', '-timeout', '25s', '-timeout_error'],
  ])
  const child = spawn(file, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TERM: 'dumb' },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk).slice(-400)))
  const code = await new Promise((resolve) => child.once('close', resolve))
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0) throw new Error(`SIPp: not all of ${count} went through (${code}) ${said.trim()}`)
}
