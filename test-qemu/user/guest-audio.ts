// Runs in the guest: a tone, through two RTP streams of the cross-built engine on loopback, into a recording.
//
//   node guest-audio.ts FILE
import type { MediaCommand, MediaEvent, StreamConfig } from '../../firmware/media/contract.ts'
import { createMediaEngine } from '../../native/lib/media.ts'

const file = process.argv[2]!
const pcma = { name: 'PCMA', payloadType: 8, clockRate: 8000, channels: 1 }
const address = '127.0.0.1'
const pairs: Extract<MediaEvent, { kind: 'pair-ready' }>[] = []
let lost = Number.NaN

const engine = createMediaEngine((events) => {
  for (const event of events) {
    if (event.kind === 'pair-ready' && pairs.push(event) === 2) join()
    if (event.kind === 'stats') lost = event.stats.lostPackets
    if (event.kind === 'rejected' || event.kind === 'port-failed' || event.kind === 'pairs-failed') {
      process.stderr.write(JSON.stringify(event) + '\n')
      process.exit(1)
    }
  }
})
const say = (command: MediaCommand) => engine.command(command)

function join(): void {
  const [near, far] = [pairs[0]!, pairs[1]!]
  const to = (pair: typeof near): StreamConfig => ({
    rtp: { address, port: pair.rtpPort },
    rtcp: { address, port: pair.rtcpPort },
    ...{ direction: 'sendrecv', send: pcma, receive: [pcma], ptimeMs: 20, symmetric: true, cname: 'guest' },
    ...{ jitter: { minMs: 60, maxMs: 400 }, keepAliveMs: 0, silenceMs: 0 },
  })
  say({ kind: 'open-stream', port: 'near', pair: near.pair, stream: to(far) })
  say({ kind: 'open-stream', port: 'far', pair: far.pair, stream: to(near) })
  say({ kind: 'open-tone', port: 'tone', tone: { steps: [{ frequencies: [1000], ms: 0, levelDb: -10 }], repeat: 0 } })
  say({ kind: 'open-recorder', port: 'recorder', file, rate: 8000, maxBytes: 0 })
  say({ kind: 'connect', from: 'tone', to: 'near' })
  say({ kind: 'connect', from: 'far', to: 'recorder' })
}

// The engine alone does not keep a process alive.
setTimeout(() => say({ kind: 'query-stats', port: 'far', ref: 1 }), 3000)
setTimeout(async () => {
  await engine.close()
  process.stdout.write(JSON.stringify({ arch: process.arch, lost }) + '\n')
}, 3500)
say({ kind: 'stock-pairs', address, min: 24_000, max: 24_999, want: 2, dscp: 0 })
