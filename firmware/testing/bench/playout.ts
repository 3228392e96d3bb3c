// The receive path alone in virtual time (native/tool/playout.cc): each network's packets through jitter buffer, decoder and
// concealment, judged as in voice.ts. The same figures at each run, so that a change shows.
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { seededRng } from '../../base/rng.ts'
import { type Heard, judgeHeard } from '../../lab/signal/heard.ts'
import { speech } from '../../lab/signal/speech.ts'
import { type Bench, OURS } from './bench.ts'
import { rowsOf } from './heard-rows.ts'
import { bursty, jitter, NETWORKS, type Trace } from './traces.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PTIME_MS = 20
const REACH_MS = 400
/** The first tick of the tool comes so long after the first packet. */
const PHASE_MS = 4
/** The first seconds are left out: the jitter buffer is learning then. */
const LEARN_S = 3

/** Beyond those of voice.ts. */
const MORE: Readonly<Record<string, () => Trace>> = {
  ...{ '5 % loss, 2 in a row': () => bursty(0.05, 2), '20 % loss, 3 in a row': () => bursty(0.2, 3) },
  'jitter σ 100 ms': () => jitter(100, 200),
}

export function buildPlayout(): void {
  execFileSync('make', ['-s', '-C', 'native', 'tools'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** What the tool says of itself: spoken or not, all counts. */
export interface Played {
  readonly concealedMs: number
  readonly late: number
  /** From a packet's arrival to its first sample leaving. */
  readonly waitedMs: number
  /** For 20 ms of sound. */
  readonly cpuUs: number
}

/** `said` of 8 kHz as PCMU through the network, on one line of time with what was heard. */
export function playout(said: Float32Array, trace: Trace): Played & { readonly heard: Float32Array } {
  const packets = Math.floor(said.length / (PTIME_MS * 8))
  const delays = Float64Array.from({ length: packets }, (_, n) => trace(n) ?? Number.NaN)
  const samples = Int16Array.from(said, (x) => Math.round(x * 32_768))
  const input = Buffer.concat([Uint32Array.of(packets), delays, samples].map((a) => Buffer.from(a.buffer)))
  const tool = `${ROOT}/build/native/obj/tool/playout`
  const { status, stdout, stderr } = spawnSync(tool, ['PCMU', '8000', `${PTIME_MS}`, '0', '200'], {
    input,
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr.toString())
  const heard = new Float32Array(stdout.length / 2 + PHASE_MS * 8)
  for (let i = 0; i < stdout.length / 2; i++) heard[i + PHASE_MS * 8] = stdout.readInt16LE(2 * i) / 32_768
  return { ...(JSON.parse(stderr.toString()) as Played), heard }
}

/** `seconds` of speech as it is heard through the network. */
export function judgePlayout(trace: Trace, seconds: number): Heard & Played {
  const said = speech(seededRng(3), 8000, LEARN_S + seconds).samples
  const { heard, ...played } = playout(said, trace)
  return { ...played, ...judgeHeard(said.subarray(LEARN_S * 8000), heard.subarray(LEARN_S * 8000), REACH_MS) }
}

export const playoutBench: Bench = {
  name: 'playout',
  about: 'the jitter buffer with its concealment in virtual time: the figures of `voice`, the same at each run',
  async run({ scale }) {
    buildPlayout()
    const networks = Object.entries({ ...NETWORKS, ...MORE })
    const judged = networks.map(([name, trace]) => [name, judgePlayout(trace(), Math.ceil(20 * scale))] as const)
    return rowsOf({ [OURS]: Object.fromEntries(judged) })
  },
}
