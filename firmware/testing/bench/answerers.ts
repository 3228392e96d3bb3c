// The contenders that answer calls, each a process of its own that is ready when this resolves.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../runtime/bundle.ts'
import { onFreePorts, takePorts } from '../interop/ports.ts'
import { type Measured, startMeasured } from './process.ts'

export interface Answerer extends Measured {
  /** SIP over UDP on loopback. */
  readonly port: number
  /** User part to be called when `n` calls are up already. */
  user(n: number): string
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** The addon as built from this tree. */
export const ADDON = here('../../../build/native/offhook.node')

/** An ALSA device of 8 kHz, and the configuration that has it; without one what is heard is said. */
export interface Sound {
  readonly device: string
  readonly config: string
}
const alsa = (sound: Sound | undefined): Record<string, string> => (sound ? { ALSA_CONFIG_PATH: sound.config } : {})

/** Of the port it is given it may take the next, too. */
const ready = (start: (port: number) => Measured, says: string): Promise<Answerer> =>
  onFreePorts(2, async (port) => {
    const process = start(port)
    await process.says(says)
    return { ...process, port, user: () => 'bench' }
  })

/** Bundled as the firmware is, so that what a phone runs is measured and not the reading of TypeScript. */
function ours(name: string, ...more: string[]): (sound?: Sound) => Promise<Answerer> {
  let built: Promise<string> | undefined
  return async (sound) => {
    built ??= bundle(here(`peers/${name}.ts`), here(`../../../build/bench/${name}.cjs`))
    const file = await built
    return ready(
      (port) =>
        startMeasured([process.execPath, file, String(port), ...more, ...(sound ? [sound.device] : [])], {
          OFFHOOK_ADDON: ADDON,
          ...alsa(sound),
        }),
      'ready',
    )
  }
}

export const startSignalling = ours('signalling')
export const startPhone = ours('phone')
/** Its calls are one conference. */
export const startConference = ours('phone', '--together')

export const startNpmSip = () =>
  ready((port) => startMeasured([process.execPath, here('peers/npm-sip.ts'), String(port)]), 'ready')

export interface Registrar {
  readonly domain: string
  readonly user: string
  readonly password: string
}

const MODULES = [
  ...['g711.so', 'g722.so', 'g726.so', 'gsm.so', 'l16.so', 'opus.so'],
  ...['aubridge.so', 'alsa.so', 'srtp.so', 'account.so', 'menu.so'],
]

/** An `aubridge` echoes one call: each call up at once needs an account with one of its own. */
const BARESIP_CALLS = 20
const RTP_PORTS = 200
const baresipUser = (n: number) => `bench${n === 0 ? '' : n}`

interface Setting {
  readonly registrar?: Registrar
  readonly sound?: Sound
}

/** baresip of Debian: answers at once, and what it hears it says; registers where it is told to. */
export async function startBaresip({ registrar, sound }: Setting = {}): Promise<Answerer> {
  const home = mkdtempSync(join(tmpdir(), 'bench-baresip-'))
  const rtp = takePorts(RTP_PORTS)
  const device = sound && `alsa,${sound.device}`
  const start = (port: number): Measured => {
    const config = [
      `sip_listen 127.0.0.1:${port}`,
      'net_interface 127.0.0.1',
      'call_max_calls 300',
      ...[`audio_player ${device ?? 'aubridge,echo'}`, `audio_source ${device ?? 'aubridge,echo'}`],
      'audio_alert aubridge,alert',
      // Else its sound has the rate of the codec.
      ...(sound ? ['ausrc_srate 8000', 'auplay_srate 8000'] : []),
      ...['ausrc_channels 1', 'auplay_channels 1', 'opus_stereo no', 'opus_sprop_stereo no'],
      `rtp_ports ${rtp}-${rtp + RTP_PORTS - 1}`,
      'jitter_buffer_delay 2-10',
      'module_path /usr/lib/baresip/modules',
      ...MODULES.map(
        (name) => `${name === 'account.so' ? 'module_tmp' : name === 'menu.so' ? 'module_app' : 'module'} ${name}`,
      ),
    ]
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'config'), config.join('\n') + '\n')
    const account =
      registrar === undefined
        ? Array.from({ length: BARESIP_CALLS }, (_, n) => {
            const echo = device ?? `aubridge,echo${n}`
            const own = `regint=0;answermode=auto;mediaenc=srtp;audio_source=${echo};audio_player=${echo}`
            return `<sip:${baresipUser(n)}@127.0.0.1:${port}>;${own}`
          }).join('\n')
        : `<sip:${registrar.user}@${registrar.domain};transport=udp>;auth_user=${registrar.user};` +
          `auth_pass=${registrar.password};regint=60;answermode=auto`
    writeFileSync(join(home, 'accounts'), account + '\n')
    writeFileSync(join(home, 'contacts'), '')
    const process = startMeasured(['baresip', '-f', home], alsa(sound))
    return {
      ...process,
      async stop() {
        await process.stop()
        rmSync(home, { recursive: true, force: true })
      },
    }
  }
  return { ...(await ready(start, registrar === undefined ? 'baresip is ready' : '200 OK')), user: baresipUser }
}
