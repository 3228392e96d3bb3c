// Net::SIP of Perl as the other party of one call, in a process of its own; see net-sip.pl.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { writeTone } from '../tone.ts'
import { onFreePorts } from './ports.ts'

export interface NetSip {
  readonly port: number
  /** Resolves when it has said this; rejects when it ends without. */
  said(word: string): Promise<void>
  /** The WAV file of what it heard; once it has ended. */
  heard(): string
  readonly ended: Promise<void>
  log(): string
  stop(): Promise<void>
}

interface NetSipCall {
  readonly uri: string
  readonly seconds: number
}

const SCRIPT = fileURLToPath(new URL('net-sip.pl', import.meta.url))
const ULAW = ['-t', 'ul', '-r', '8000', '-c', '1']

/** `speaks`: the tone it says, Hz. With `call` it calls that URI and leaves after `seconds`; without, it waits for one call. */
export const startNetSip = (speaks: number, call?: NetSipCall): Promise<NetSip> =>
  onFreePorts(1, (port) => start(port, speaks, call))

async function start(port: number, speaks: number, call: NetSipCall | undefined): Promise<NetSip> {
  const folder = mkdtempSync(join(tmpdir(), 'net-sip-'))
  const file = (name: string) => join(folder, name)
  writeTone(file('mouth.wav'), speaks, 1, 8000)
  execFileSync('sox', [file('mouth.wav'), ...ULAW, file('mouth.ul')])
  const args = [String(port), file('mouth.ul'), file('ear.ul'), ...(call ? [call.uri, String(call.seconds)] : [])]
  const child = spawn('perl', [SCRIPT, call ? 'call' : 'wait', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const said = async (word: string) => {
    while (!output.includes(word)) {
      if (child.exitCode !== null) throw new Error(`Net::SIP never said "${word}":\n${output}`)
      await sleep(20)
    }
  }
  await said('ready')
  return {
    port,
    said,
    heard() {
      const ears = [file('ear.ul'), file('ear.ul.2')].filter((ear) => existsSync(ear))
      execFileSync('sox', [...ears.flatMap((ear) => [...ULAW, ear]), '-e', 'signed', '-b', '16', file('ear.wav')])
      return file('ear.wav')
    },
    ended,
    log: () => output,
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
