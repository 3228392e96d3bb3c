// Ours as a whole phone without board: user agent and media engine, answering every call with what it hears, and a handset.
// Run: node phone.ts PORT [--together] [DEVICE]: with an ALSA device calls speak and hear there; together they hear each other.
import { parseArgs } from 'node:util'
import { CODEC_NAMES } from '../../../media/codecs.ts'
import { accountOf, startAgent } from '../../../runtime/agent.ts'

const { values, positionals } = parseArgs({ options: { together: { type: 'boolean' } }, allowPositionals: true })
const port = Number(positionals[0])
const device = positionals[1]
const up = new Set<string>()
const agent = startAgent(
  {
    address: '127.0.0.1',
    port,
    ua: { maxCalls: 200, rtpPorts: { min: 50_000, max: 51_999 } },
    // A load generator keeps nobody's patience: ended calls of the last half minute are many.
    sip: { limits: { sessions: 1000, transactions: 100_000 } },
  },
  {
    ua(event) {
      if (event.kind === 'call-incoming') {
        agent.ua({ kind: 'answer', call: event.call, status: 200, reason: undefined, headers: [] })
        return
      }
      if (event.kind !== 'call-media' || event.media.status !== 'active' || !event.media.port) return
      const call = event.media.port
      if (values.together) {
        for (const other of up) {
          agent.media({ kind: 'connect', from: call, to: other })
          agent.media({ kind: 'connect', from: other, to: call })
        }
        up.add(call)
        return
      }
      agent.media({ kind: 'connect', from: call, to: device === undefined ? call : 'handset' })
      if (device !== undefined) agent.media({ kind: 'connect', from: 'handset', to: call })
    },
    log({ level, what, fields }) {
      if (level === 'error') console.error(what, fields)
    },
  },
)
agent.ua({
  kind: 'set-account',
  account: 'bench',
  config: { ...accountOf(`sip:bench@127.0.0.1:${port}`, undefined), srtp: 'optional', codecs: CODEC_NAMES },
})
if (device !== undefined) {
  const handset = { kind: 'alsa', capture: device, playback: device, rate: 8000, periodMs: 10 } as const
  agent.media({ kind: 'open-device', port: 'handset', device: handset })
}
console.log('ready')
