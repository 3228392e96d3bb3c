// linphonec from Debian as the other party of a call: speaks and records WAV files, driven by lines on its standard input.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeTone } from '../tone.ts'
import { onFreePorts } from './ports.ts'

export interface Linphone {
  readonly port: number
  /** One command of linphonec: `call sip:…`, `answer`, `terminate`, `pause`, `resume` … */
  tell(command: string): void
  /** Speaks this codec alone, as it names it: `speex (32000)`. */
  speak(codec: string): Promise<void>
  /** Resolves when it has said this since it was last told something. */
  said(word: string, withinMs: number): Promise<void>
  /** The WAV file of what it hears; complete after `stop`. */
  readonly ear: string
  log(): string
  /** Ends it; its files stay until `dispose`. */
  stop(): Promise<void>
  dispose(): void
}

/** Whom it is and where it registers; absent: it can only be called where it is. */
export interface LinphoneAccount {
  readonly user: string
  readonly password: string
  /** `host:port`. */
  readonly domain: string
}

/** `speaks`: the tone it says, Hz. */
export const startLinphone = (speaks: number, account?: LinphoneAccount): Promise<Linphone> =>
  onFreePorts(4, (port) => start(port, speaks, account))

async function start(port: number, speaks: number, account: LinphoneAccount | undefined): Promise<Linphone> {
  const home = mkdtempSync(join(tmpdir(), 'linphone-'))
  const [mouth, ear, config] = [join(home, 'mouth.wav'), join(home, 'ear.wav'), join(home, 'linphonerc')]
  // Without a place for its database it never gets ready.
  for (const folder of ['.local/share/linphone', '.config/linphone']) mkdirSync(join(home, folder), { recursive: true })
  writeTone(mouth, speaks, 60, 8000)
  const settings = [
    ...['[sip]', `sip_port=${port}`, 'sip_tcp_port=0', 'sip_tls_port=0', 'use_ipv6=0', 'guess_hostname=0'],
    `contact=sip:${account?.user ?? 'linphone'}@127.0.0.1:${port}`,
    ...(account ? ['default_proxy=0', 'register_only_when_network_is_up=0'] : []),
    ...['[rtp]', `audio_rtp_port=${port + 2}`],
    ...['[video]', 'enabled=0'],
    ...(account ? accountLines(account) : []),
  ]
  writeFileSync(config, settings.join('\n') + '\n')
  const child = spawn('linphonec', ['-c', config], {
    cwd: home,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, TERM: 'dumb' },
  })
  let output = ''
  let heardFrom = 0
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  child.stdin.on('error', () => {})
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const tell = (command: string) => {
    heardFrom = output.length
    child.stdin.write(`${command}\n`)
  }
  const said = async (word: string, withinMs: number) => {
    const until = performance.now() + withinMs
    while (!output.slice(heardFrom).includes(word)) {
      if (performance.now() > until || child.exitCode !== null)
        throw new Error(`linphonec never said "${word}":\n${output}`)
      await sleep(20)
    }
  }
  await said('linphonec>', 10_000)
  tell('soundcard use files')
  await said('Using wav files', 5000)
  tell(`play ${mouth}`)
  tell(`record ${ear}`)
  return {
    port,
    tell,
    said,
    async speak(codec) {
      tell('codec list')
      await said(codec, 5000)
      const list = output.slice(heardFrom)
      const index = new RegExp(`^ *(\\d+): ${codec.replace(/[()]/g, '\\$&')}`, 'm').exec(list)?.[1]
      if (index === undefined) throw new Error(`linphonec has no ${codec}:\n${list}`)
      tell('codec disable all')
      tell(`codec enable ${index}`)
      await said(`${codec} enabled`, 5000)
    },
    ear,
    log: () => output,
    async stop() {
      child.stdin.write('quit\n')
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await exited
      clearTimeout(timer)
    },
    dispose: () => rmSync(home, { recursive: true, force: true }),
  }
}

const accountLines = ({ user, password, domain }: LinphoneAccount): readonly string[] => [
  ...['[proxy_0]', `reg_proxy=<sip:${domain}>`, `reg_identity=sip:${user}@${domain}`],
  ...['reg_expires=60', 'reg_sendregister=1', 'publish=0'],
  ...['[auth_info_0]', `username=${user}`, `passwd=${password}`, 'realm=kamailio'],
]
