// The person at the guest's handset, from this side: what they hear as samples, what they say as a sound that repeats.
import { connectPort } from '../machine/ports.ts'

/** Of both directions, Hz; `handset.c` says the same. */
export const RATE = 16_000
const PERIOD = 320
const COUNTERS = ['earXruns', 'mouthXruns', 'starved', 'dropped', 'overflown'] as const
const HEADER = 4 * COUNTERS.length
const FRAME = HEADER + 2 * PERIOD
/** Spoken ahead, periods: how late this process may be before the mouth stutters. */
const AHEAD = 10

export interface Handset {
  /** Samples heard since it was opened: a place to begin to listen from. */
  now(): number
  /** Waits until they have been listening for so long. */
  listens(seconds: number): Promise<void>
  /** What was heard from there on. */
  heard(from: number): Float32Array
  /** Says this again and again; nothing: keeps silent. */
  says(samples?: Float32Array): void
  /** Of the guest's agent, since it began; `starved`: periods of silence because we were late. */
  counters(): Readonly<Record<(typeof COUNTERS)[number], number>>
  close(): void
}

export const HANDSET_PORT = 'hil.handset'
/** Half an hour: who listens longer has lost the thread. */
const MOST = 1800 * RATE

export async function openHandset(path: string): Promise<Handset> {
  const socket = await connectPort(path)
  const ear: Float32Array[] = []
  let heard = 0
  let counters = COUNTERS.map(() => 0)
  let mouth: Float32Array = new Float32Array(PERIOD)
  let at = 0
  const speak = () => {
    const period = Buffer.alloc(2 * PERIOD)
    for (let i = 0; i < PERIOD; i++, at++) period.writeInt16LE(Math.round(mouth[at % mouth.length]! * 32767), 2 * i)
    socket.write(period)
  }
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= FRAME; rest = rest.subarray(FRAME)) {
      counters = COUNTERS.map((_, i) => rest.readUInt32LE(4 * i))
      // The first frame asks for what is kept ahead.
      if (heard === 0) for (let i = 0; i < AHEAD; i++) speak()
      if (heard < MOST)
        ear.push(Float32Array.from({ length: PERIOD }, (_, i) => rest.readInt16LE(HEADER + 2 * i) / 32768))
      heard += PERIOD
      speak()
    }
  })
  return {
    now: () => heard,
    heard(from) {
      const first = Math.floor(from / PERIOD)
      const samples = new Float32Array((ear.length - first) * PERIOD)
      ear.slice(first).forEach((part, i) => void samples.set(part, i * PERIOD))
      return samples
    },
    async listens(seconds) {
      const until = heard + seconds * RATE
      const deadline = performance.now() + seconds * 4000 + 5000
      while (heard < until) {
        if (performance.now() > deadline) throw new Error(`the handset sends no sound: ${heard} samples came`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    says(samples) {
      mouth = samples ?? new Float32Array(PERIOD)
      at = 0
    },
    counters: () =>
      Object.fromEntries(COUNTERS.map((name, i) => [name, counters[i]!])) as ReturnType<Handset['counters']>,
    close: () => socket.destroy(),
  }
}
