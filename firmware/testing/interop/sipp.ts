// SIPp from Debian, with its own scenarios or those beside this file: its exit code is the verdict.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onFreePorts } from './ports.ts'

export interface SippOptions {
  /** `host:port` of whom it calls; absent: it waits for calls. */
  readonly target?: string
  /** User part of whom it calls, `[service]`. */
  readonly user?: string
  readonly transport?: 'udp' | 'tcp'
  /** Where it speaks from, IPv4 or IPv6. Default 127.0.0.1. */
  readonly address?: string
  /** Where it listens. Default: one that is free. */
  readonly port?: number
  /** Of SIPp's `pause` without a length, between ACK and BYE of its own `uac`. Default 500. */
  readonly holdMs?: number
  /** How many calls, one after the other. Default 1. */
  readonly calls?: number
  /** Put in the place of `[name]` in the scenario's file. */
  readonly keys?: Readonly<Record<string, string>>
  /** After which it gives up and fails. Default 20. */
  readonly seconds?: number
}

export interface SippRun {
  /** Where it listens. */
  readonly port: number
  /** Exit code 0: every call of the scenario went as written. `log`: what was sent, received and wrong. */
  readonly done: Promise<{ readonly code: number | null; readonly log: string }>
  stop(): void
}

const RTP_PORTS = 4

const OWN = ['uac', 'uas']

/** The scenario with its keys filled in: SIPp's own `-key` does not reach everything, a status for one. */
function scenarioText(name: string, keys: Readonly<Record<string, string>>): string {
  const file = fileURLToPath(new URL(`scenarios/${name}.xml`, import.meta.url))
  return Object.entries(keys).reduce(
    (text, [key, value]) => text.replaceAll(`[${key}]`, value),
    readFileSync(file, 'latin1'),
  )
}

/** How many a process has opened, its standard streams aside. */
function socketsOf(pid: number | undefined): number {
  const folder = `/proc/${pid}/fd`
  try {
    const open = readdirSync(folder).filter((fd) => Number(fd) > 2)
    return open.filter((fd) => readlinkSync(join(folder, fd)).startsWith('socket:')).length
  } catch {
    // It, or what it had opened, is gone.
    return 0
  }
}

/** Resolves when it listens. `scenario`: one SIPp brings (`uac`, `uas`), or a file of `scenarios/` by its name without ending. */
export const startSipp = (scenario: string, options: SippOptions): Promise<SippRun> =>
  onFreePorts(2 + RTP_PORTS, (port) => start(port, scenario, options), options.address)

async function start(free: number, scenario: string, options: SippOptions): Promise<SippRun> {
  const {
    target,
    user,
    transport = 'udp',
    address = '127.0.0.1',
    holdMs = 500,
    calls = 1,
    keys = {},
    seconds = 20,
  } = options
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'))
  const { port = free } = options
  const scenarioFile = join(folder, 'scenario.xml')
  if (!OWN.includes(scenario)) writeFileSync(scenarioFile, scenarioText(scenario, keys), 'latin1')
  const args = [
    ...(target === undefined ? [] : [target]),
    ...(OWN.includes(scenario) ? ['-sn', scenario] : ['-sf', scenarioFile]),
    ...['-i', address, '-p', String(port), '-mp', String(free + 2), '-t', transport === 'udp' ? 'u1' : 't1'],
    ...['-m', String(calls), '-nostdin', '-d', String(holdMs)],
    ...(target === undefined ? [] : ['-l', '1', '-r', '100']),
    ...(user === undefined ? [] : ['-s', user]),
    ...['-timeout', `${seconds}s`, '-timeout_error', '-trace_err', '-trace_msg'],
  ]
  const child = spawn('sipp', args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TERM: 'dumb' },
  })
  let complaint = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-4000)))
  const done = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const files = readdirSync(folder)
        .filter((name) => name.endsWith('.log'))
        .map((name) => readFileSync(join(folder, name), 'latin1'))
      rmSync(folder, { recursive: true, force: true })
      resolve({ code, log: [...files, complaint].join('\n') })
    })
  })
  // The first of its sockets is where it listens, the next are of media; it ends at once when that is taken.
  let early: string | undefined
  void done.then(({ log }) => (early = log)).catch(() => (early = ''))
  while (early === undefined && socketsOf(child.pid) < 2) await sleep(5)
  if (early?.includes('Address already in use')) throw new Error(early)
  return { port, done, stop: () => child.kill('SIGKILL') }
}
