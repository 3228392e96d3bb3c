// What the phone can ring with: the country's bell and melodies of its own, as tones.
import type { Tone } from './contract.ts'
import { type TonePlan, tone } from './tones.ts'

const LEVEL_DB = -6

/** Notes by their frequencies, Hz; each ring rests for two seconds or more, so that a door can be heard meanwhile. */
const MELODIES = {
  warble: `${'1067/50 800/50 '.repeat(10)}0/2000`,
  chime: '659/350 523/600 0/2500',
  rise: '523/130 659/130 784/130 1047/350 0/2200',
  quarter: '831/400 740/400 659/400 494/700 0/2000',
  march: '392/150 392/150 523/300 392/150 523/150 659/450 0/2000',
  // For ears that lost the high tones.
  low: '425+550/600 0/200 425+550/600 0/2000',
} as const

/** `country`: the bell of the country, as E.180 has its cadence. */
export type RingName = 'country' | keyof typeof MELODIES
export const RING_NAMES: readonly RingName[] = ['country', ...(Object.keys(MELODIES) as (keyof typeof MELODIES)[])]

/** Patterns of ringing a caller's exchange may ask for, in ms on and off: GR-506, as Alert-Info calls them `Bellcore-dr2` and so on; `dr1` is as usual. */
const PATTERNS = {
  dr2: [800, 400, 800, 4000],
  dr3: [400, 200, 400, 200, 800, 4000],
  dr4: [300, 200, 1000, 200, 300, 4000],
  // A reminder that it does not ring here; its caller is gone by then.
  dr5: [500, 5500],
} as const
export type Cadence = keyof typeof PATTERNS
export const isCadence = (name: string): name is Cadence => Object.hasOwn(PATTERNS, name)

/** For ever; the bell is that of `plan`. */
export function ringTone(name: RingName | Cadence, plan: TonePlan): Tone {
  if (name === 'country') return plan.ring
  if (!isCadence(name)) return tone(MELODIES[name], LEVEL_DB)
  const bell = plan.ring.steps[0]?.frequencies.join('+')
  const steps = PATTERNS[name].map((ms, n) => `${n % 2 === 0 ? bell : 0}/${ms}`)
  return tone(steps.join(' '), LEVEL_DB)
}

/** A key was pressed: short enough to be no tone, soft enough for an ear. */
export const KEY_CLICK: Tone = tone('1x 1200/12', -24)
