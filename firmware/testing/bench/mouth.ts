// Mouth to ear: from a phone's sound device to a peer that sends every packet straight back, and to the sound device again.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHandsets } from '../../../native/lib/testing/handsets.ts'
import { seededRng } from '../../base/rng.ts'
import { findDelay } from '../../lab/signal/quality.ts'
import { speech } from '../../lab/signal/speech.ts'
import { encodeWav } from '../../lab/signal/wav.ts'
import { type Answerer, type Sound, startBaresip, startPhone } from './answerers.ts'
import { alternate, type Bench, OURS } from './bench.ts'
import { createCaller } from './caller.ts'

const RATE = 8000
/** The mouth says more than a round lasts, so no sound is there twice. */
const SPEECH_S = 30
/** At the end of the call, when the buffers have settled. */
const JUDGED_S = 3
const MOST_MS = 1000
const WAV_HEADER = 44

type Start = (sound: Sound) => Promise<Answerer>
const CONTENDERS: Readonly<Record<string, Start>> = {
  [OURS]: startPhone,
  baresip: (sound) => startBaresip({ sound }),
}

export const mouth: Bench = {
  name: 'mouth',
  about: 'mouth to ear through ALSA devices made of files, the peer a mirror',
  async run({ rounds, scale }) {
    const said = speech(seededRng(12), RATE, SPEECH_S).samples
    const measures = Object.entries(CONTENDERS).map(([name, start]) => [
      name,
      () => mouthToEar(start, said, JUDGED_S + 6 * scale),
    ])
    return [{ what: 'mouth to ear', unit: 'ms', samples: await alternate(rounds, Object.fromEntries(measures)) }]
  },
}

async function mouthToEar(start: Start, said: Float32Array, seconds: number): Promise<number> {
  const handsets = createHandsets()
  try {
    handsets.define({ desk: { rate: RATE } })
    writeFileSync(handsets.path('desk.in'), encodeWav({ rate: RATE, samples: said }).subarray(WAV_HEADER))
    const phone = await start({ device: 'desk', config: handsets.path('asound.conf') })
    try {
      const caller = await createCaller(phone.port)
      await sleep(200)
      const nothing = { payload: () => Buffer.alloc(0), trace: () => undefined, stepMs: 1000, mirror: true }
      const call = await caller.call(phone.user(0), nothing)
      await sleep(seconds * 1000)
      await call.hangUp()
      caller.close()
    } finally {
      await phone.stop()
    }
    return delayOf(said, handsets.heard('desk'), handsets.started('desk', 'in'), handsets.started('desk', 'out'))
  } finally {
    handsets.remove()
  }
}

interface Started {
  readonly atMs: number
  readonly frame: number
}

/** By the two devices' own clocks: when it was said, and when it was heard. */
function delayOf(said: Float32Array, ear: Int16Array, mouthAt: Started, earAt: Started): number {
  // The mouth's line of time: index 0 is when its file would have begun.
  const shift = Math.round((earAt.atMs - mouthAt.atMs) * (RATE / 1000)) + mouthAt.frame - earAt.frame
  const heard = new Float32Array(said.length)
  for (let i = earAt.frame; i < ear.length; i++) heard[i + shift] = ear[i]! / 32_768
  const from = ear.length + shift - (JUDGED_S + 1) * RATE
  const { samples, likeness } = findDelay(said, heard, from, JUDGED_S * RATE, 0, (MOST_MS * RATE) / 1000)
  if (likeness < 0.5) throw new Error(`what was said is not heard: likeness ${likeness.toFixed(2)}`)
  return samples / (RATE / 1000)
}
