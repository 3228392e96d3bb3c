// Voice through bad networks: the same packets at the same moments to each contender, which says what it hears; what comes back is judged.
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRng } from '../../base/rng.ts'
import { judgeHeard } from '../../lab/signal/heard.ts'
import { speech } from '../../lab/signal/speech.ts'
import { type Answerer, startBaresip, startPhone } from './answerers.ts'
import { type Bench, OURS } from './bench.ts'
import { type CallUp, createCaller } from './caller.ts'
import { type Judged, rowsOf } from './heard-rows.ts'
import { decodeMuLaw, encodeMuLaw } from './mu-law.ts'
import { NETWORKS } from './traces.ts'

const CONTENDERS = { [OURS]: startPhone, baresip: startBaresip }
const REACH_MS = 400
/** The first seconds are left out: every jitter buffer is learning then. */
const LEARN_S = 3

export const voice: Bench = {
  name: 'voice',
  about: `${Object.keys(NETWORKS).length} networks at once: delay, what is made up, spectral distance, intelligibility, E-model`,
  async run({ scale }) {
    const seconds = LEARN_S + Math.ceil(20 * scale)
    const said = speech(seededRng(3), 8000, seconds).samples
    const coded = Buffer.from(Array.from(said, encodeMuLaw))
    const clear = Float32Array.from(coded, decodeMuLaw)
    // At the same time, so that what else the machine does hits them alike.
    const judged = Object.entries(CONTENDERS).map(async ([name, start]) => {
      const phone = await start()
      try {
        return [name, await converse(phone, coded, clear, seconds)] as const
      } finally {
        await phone.stop()
      }
    })
    const results = Object.fromEntries(await Promise.all(judged))
    return rowsOf(results)
  },
}

/** All networks at once, a call each. */
async function converse(phone: Answerer, coded: Buffer, clear: Float32Array, seconds: number): Promise<Judged> {
  const caller = await createCaller(phone.port)
  // Its first socket pairs are bound a moment after it can be reached.
  await sleep(200)
  const silence = Buffer.alloc(160, 0xff)
  const recordings: Record<string, Recording> = {}
  const calls: CallUp[] = []
  for (const [n, [name, trace]] of Object.entries(NETWORKS).entries()) {
    const recording = createRecording()
    recordings[name] = recording
    const payload = (k: number) => ((k + 1) * 160 <= coded.length ? coded.subarray(k * 160, (k + 1) * 160) : silence)
    calls.push(await caller.call(phone.user(n), { payload, trace: trace(), stepMs: 1, onHeard: recording.hear }))
    await sleep(53)
  }
  await sleep(seconds * 1000 + REACH_MS)
  for (const call of calls) await call.hangUp()
  caller.close()
  const judged = Object.entries(recordings).map(([name, recording]) => {
    const heard = recording.samples(clear.length)
    return [name, judgeHeard(clear.subarray(LEARN_S * 8000), heard.subarray(LEARN_S * 8000), REACH_MS)] as const
  })
  return Object.fromEntries(judged)
}

interface Recording {
  hear(packet: Buffer, atMs: number): void
  /** What was heard at 8 kHz since packet 0 was due; nothing where nothing came. */
  samples(count: number): Float32Array
}

/** By timestamps, put on the line of time where the quickest packet says. */
function createRecording(): Recording {
  const packets: { readonly timestamp: number; readonly payload: Buffer }[] = []
  let first: number | undefined
  let origin = Number.POSITIVE_INFINITY
  return {
    hear(packet, atMs) {
      if ((packet[1]! & 0x7f) !== 0) return
      first ??= packet.readUInt32BE(4)
      const timestamp = (packet.readUInt32BE(4) - first) | 0
      packets.push({ timestamp, payload: packet.subarray(12) })
      origin = Math.min(origin, atMs * 8 - timestamp)
    },
    samples(count) {
      const out = new Float32Array(count)
      for (const { timestamp, payload } of packets)
        for (let i = 0; i < payload.length; i++) {
          const at = Math.round(origin) + timestamp + i
          if (at >= 0 && at < count) out[at] = decodeMuLaw(payload[i]!)
        }
      return out
    },
  }
}
