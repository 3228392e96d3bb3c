// baresip from Debian as the other party of a call: speaks a WAV file, records what it hears, driven over ctrl_tcp.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onFreePorts, takePorts } from './ports.ts'

export interface BaresipOptions {
  /** What it says into every call: 16-bit mono WAV at `rate`; `'echo'`: what it hears, and then it answers by itself. */
  readonly speaks: string
  readonly user: string
  readonly answer: 'auto' | 'manual'
  /** Where it listens and sends from. Default: loopback. */
  readonly address?: string
  /** Of its sound, Hz; default 8000. */
  readonly rate?: number
  /** Codecs by baresip's names (`g722/16000/1`), best first. Default: G.711. */
  readonly codecs?: readonly string[]
  /** Registers there; absent: it can only be called where it is. */
  readonly registrar?: { readonly domain: string; readonly password: string }
  /** TLS files; its own certificate and key in one. With them it registers, calls and is called over TLS alone. */
  readonly tls?: { readonly ca: string; readonly certificate: string }
  /** SRTP by SDES: `srtp` offers it beside plain RTP, `srtp-mand` takes nothing less. */
  readonly encrypts?: 'srtp' | 'srtp-mand'
  /** RTCP on the port of RTP is offered and taken. */
  readonly muxes?: boolean
}

export interface Baresip {
  /** Where it can be called. */
  readonly uri: string
  dial(uri: string): Promise<void>
  hangUp(): Promise<void>
  /** Resolves when baresip reports this event type (`CALL_ESTABLISHED`, `CALL_CLOSED` …), also if it already has. */
  event(type: string): Promise<void>
  /** The WAV file of what it heard in its last call; complete once the call is closed. */
  heard(): string
  log(): string
  stop(): Promise<void>
}

const modules = [
  'module g711.so',
  ...['module g722.so', 'module gsm.so', 'module l16.so'],
  'module opus.so',
  'module aufile.so',
  'module aubridge.so',
  'module sndfile.so',
  'module srtp.so',
  'module_tmp account.so',
  'module_app menu.so',
  'module_app ctrl_tcp.so',
]

/** UDP and TCP, TLS, where it is controlled. */
const PORTS = 3
/** For RTP; it tries others of them when one is taken. */
const RTP_PORTS = 50

/** Resolves when it can be called; with a registrar, when it is registered there. */
export const startBaresip = (options: BaresipOptions): Promise<Baresip> =>
  onFreePorts(PORTS, (sip) => start(sip, options), options.address)

async function start(
  sip: number,
  {
    speaks,
    user,
    answer,
    address = '127.0.0.1',
    rate = 8000,
    codecs = ['PCMU/8000/1', 'PCMA/8000/1'],
    registrar,
    tls,
    encrypts,
    muxes = false,
  }: BaresipOptions,
): Promise<Baresip> {
  const home = mkdtempSync(join(tmpdir(), 'baresip-'))
  const recordings = join(home, 'heard')
  mkdirSync(recordings)
  const control = sip + 2
  const rtp = takePorts(RTP_PORTS)
  const config = [
    `sip_listen ${address}:${sip}`,
    `net_interface ${address}`,
    'audio_player aubridge,sink',
    'audio_alert aubridge,alert',
    speaks === 'echo' ? 'audio_source aubridge,sink' : `audio_source aufile,${speaks}`,
    ...[`ausrc_srate ${rate}`, `auplay_srate ${rate}`, 'ausrc_channels 1', 'auplay_channels 1'],
    `rtp_ports ${rtp}-${rtp + RTP_PORTS - 1}`,
    `rtcp_mux ${muxes ? 'yes' : 'no'}`,
    'jitter_buffer_delay 2-10',
    `snd_path ${recordings}`,
    'module_path /usr/lib/baresip/modules',
    ...modules,
    ...(speaks === 'echo' ? ['module_app echo.so'] : []),
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    ...(tls ? [`sip_cafile ${tls.ca}`, `sip_certificate ${tls.certificate}`] : []),
  ]
  writeFileSync(join(home, 'config'), config.join('\n') + '\n')
  const transport = tls ? 'tls' : 'udp'
  const settings = [
    `answermode=${answer}`,
    `audio_codecs=${codecs.join(',')}`,
    ...(encrypts ? [`mediaenc=${encrypts}`] : []),
  ]
  const account = registrar
    ? `<sip:${user}@${registrar.domain};transport=${transport}>;auth_user=${user};auth_pass=${registrar.password};regint=60;${settings.join(';')}`
    : `<sip:${user}@${address}:${tls ? `${sip + 1};transport=tls` : sip}>;regint=0;${settings.join(';')}`
  writeFileSync(join(home, 'accounts'), account + '\n')
  writeFileSync(join(home, 'contacts'), '')

  let output = ''
  const child = spawn('baresip', ['-f', home, '-v'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const stands = async () => {
    const opened = await openControl(control, child, () => output)
    // The event of the first registration may come before anybody is connected to hear it; the log keeps it.
    for (let tries = 0; registrar && !output.includes('200 OK'); tries++) {
      if (tries === 200) throw new Error(`baresip did not register:\n${output}`)
      await sleep(50)
    }
    return opened
  }
  const control$ = await stands().catch((error) => {
    child.kill('SIGKILL')
    throw error
  })

  return {
    // Over TLS it listens on the next port.
    uri: `sip:${user}@${address}:${tls ? `${sip + 1};transport=tls` : sip}`,
    dial: (uri) => control$.command('dial', uri),
    hangUp: () => control$.command('hangup', ''),
    event: control$.event,
    heard() {
      const file = readdirSync(recordings)
        .filter((name) => name.endsWith('-dec.wav'))
        .sort()
        .at(-1)
      if (file === undefined) throw new Error(`baresip heard nothing:\n${output}`)
      return join(recordings, file)
    },
    log: () => output,
    async stop() {
      control$.close()
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000)
      await exited
      clearTimeout(timer)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

interface Control {
  command(name: string, params: string): Promise<void>
  event(type: string): Promise<void>
  close(): void
}

/** ctrl_tcp speaks JSON in netstrings: `LENGTH:JSON,`. */
async function openControl(port: number, child: ChildProcess, log: () => string): Promise<Control> {
  let socket: Socket | undefined
  for (let tries = 0; socket === undefined; tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`baresip did not start:\n${log()}`)
    socket = await new Promise((resolve) => {
      const attempt = connect(port, '127.0.0.1', () => resolve(attempt))
      attempt.once('error', () => setTimeout(() => resolve(undefined), 50))
    })
  }
  const seen: string[] = []
  const waiting: { readonly type: string; readonly resolve: () => void }[] = []
  let text = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    text += chunk
    for (let colon = text.indexOf(':'); colon > 0; colon = text.indexOf(':')) {
      const length = Number(text.slice(0, colon))
      if (text.length < colon + 2 + length) break
      const message = JSON.parse(text.slice(colon + 1, colon + 1 + length))
      text = text.slice(colon + 2 + length)
      const type: string = message.response ? 'response' : message.type
      seen.push(type)
      for (const waiter of waiting.filter((w) => w.type === type)) {
        waiting.splice(waiting.indexOf(waiter), 1)
        waiter.resolve()
      }
    }
  })
  const next = (type: string) => new Promise<void>((resolve) => waiting.push({ type, resolve }))
  return {
    async command(name, params) {
      const json = JSON.stringify({ command: name, params })
      const answered = next('response')
      socket.write(`${json.length}:${json},`)
      await answered
    },
    event: (type) => (seen.includes(type) ? Promise.resolve() : next(type)),
    close: () => socket.destroy(),
  }
}
