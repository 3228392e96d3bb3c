// A call from an ALSA handset with a clock of its own: the handset paces its engine, the far end keeps the system's clock,
// so the two drift apart on the RTP path between them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StreamConfig } from '../../firmware/media/contract.ts'
import { takePorts } from '../../firmware/testing/interop/ports.ts'
import { createHandsets, type Handsets } from './testing/handsets.ts'
import { type EventOf, Lab, levelOf, powerOf, readWav, sleep, tone } from './testing/harness.ts'

const PCMU = { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 }
const folder = mkdtempSync(join(tmpdir(), 'offhook-alsa-call-'))
let handsets: Handsets
beforeAll(() => {
  handsets = createHandsets()
})
afterAll(() => {
  handsets.remove()
  rmSync(folder, { recursive: true })
})

async function pairOf(lab: Lab): Promise<EventOf<'pair-ready'>> {
  const min = takePorts(20)
  lab.do({ kind: 'stock-pairs', address: '127.0.0.1', min, max: min + 19, want: 1, dscp: 0 })
  return await lab.wait('pair-ready')
}

const streamTo = (peer: EventOf<'pair-ready'>): StreamConfig => ({
  rtp: { address: peer.address, port: peer.rtpPort },
  rtcp: { address: peer.address, port: peer.rtcpPort },
  direction: 'sendrecv',
  send: PCMU,
  ptimeMs: 20,
  receive: [PCMU],
  symmetric: true,
  cname: 'test',
  jitter: { minMs: 0, maxMs: 200 },
  keepAliveMs: 0,
  silenceMs: 0,
  detectInBand: false,
})

/** The quietest and the loudest 20 ms, dBm0: a gap, a click or a block said twice is heard in them. */
function extremes(samples: Int16Array, rate: number): readonly [number, number] {
  const block = rate / 50
  const levels = Array.from({ length: Math.floor(samples.length / block) }, (_, i) =>
    powerOf(samples.subarray(i * block, (i + 1) * block)),
  )
  return [Math.min(...levels), Math.max(...levels)]
}

test.each([
  [8000, 0],
  [16000, 200],
  [48000, -200],
  [8000, 1000],
  [48000, -1000],
] as const)(
  'a handset of %i Hz whose clock is %i ppm off: both directions whole, no xrun',
  async (rate, drift) => {
    handsets.define({ handset: { rate, drift, hears: 1013 } })
    const near = new Lab()
    const far = new Lab()
    try {
      const [a, b] = [await pairOf(near), await pairOf(far)]
      near.do({
        kind: 'open-device',
        port: 'handset',
        device: { kind: 'alsa', capture: 'handset', playback: 'handset', rate, periodMs: 10 },
      })
      near.do({ kind: 'open-stream', port: 'call', pair: a.pair, stream: streamTo(b) })
      near.do({ kind: 'connect', from: 'handset', to: 'call' }, { kind: 'connect', from: 'call', to: 'handset' })
      far.do({ kind: 'open-stream', port: 'call', pair: b.pair, stream: streamTo(a) })
      far.do(tone('t', 437, -10), { kind: 'connect', from: 't', to: 'call' })
      far.do({ kind: 'open-recorder', port: 'r', file: join(folder, 'r.wav'), rate: 8000, maxBytes: 0 })
      far.do({ kind: 'connect', from: 'call', to: 'r' })
      await near.opened('handset')
      await sleep(4000)
      expect(near.engine.inspect()).toMatchObject({ pacedByDevice: true, deviceXruns: 0 })
      const [atNear, atFar] = [await near.stats('call'), await far.stats('call')]
      for (const stats of [atNear, atFar]) {
        expect(stats.lostPackets).toBe(0)
        // 2–14 ms on an idle machine; a busy one makes jitter, and that costs a tick.
        expect(stats.playoutDelayMs).toBeLessThan(30)
      }
    } finally {
      await Promise.all([near.engine.close(), far.engine.close()])
    }
    const ear = handsets.heard('handset')
    const { samples } = readWav(join(folder, 'r.wav'))
    for (const [sound, hz, level, at] of [
      [ear.subarray(ear.length - 2.5 * rate, ear.length - rate / 2), 437, -10, rate],
      [samples.subarray(samples.length - 20000, samples.length - 4000), 1013, -20, 8000],
    ] as const) {
      const [least, most] = extremes(sound, at)
      expect(Math.abs(levelOf(sound.subarray(0, at / 5), hz, at) - level)).toBeLessThan(0.2)
      expect(least).toBeGreaterThan(level - 0.2)
      expect(most).toBeLessThan(level + 0.2)
    }
  },
  20_000,
)
