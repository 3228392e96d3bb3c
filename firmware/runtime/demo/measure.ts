// The rows of the demo's table, each with its bound.
import { join } from 'node:path'
import type { Millis } from '../../base/time.ts'
import type { CallResult } from './calls.ts'
import { compare, type Handset, lastSound, readHandset, samples } from './recordings.ts'
import type { Bound, Measurement } from './table.ts'

export interface DemoResult {
  readonly folder: string
  readonly registrationMs: number
  readonly idleMb: number
  readonly echo: CallResult
  readonly call: CallResult
  /** Faults and overflows of the hub. */
  readonly faults: number
  /** When the mark was put into the phone's recordings. */
  readonly markedAt: Millis
}

const row = (name: string, value: number, unit: string, bound: Bound): Measurement => ({ name, value, unit, bound })

export function measure(result: DemoResult): readonly Measurement[] {
  const { folder, echo, call } = result
  const file = (name: string) => join(folder, name)
  const mine = readHandset(file('mouth.wav'), file('ear.wav'))
  const theirs = readHandset(file('second-mouth.wav'), file('second-ear.wav'))
  const round = echoPath(mine, result)
  const oneWay = between(mine, theirs, result)
  const talked = echo.until - echo.from + call.until - call.from
  const packets = (each: CallResult) => each.stats.sentPackets + each.stats.receivedPackets
  return [
    row('registration', result.registrationMs, 'ms', { most: 400 }),
    row('post-dial delay (# pressed → ringing)', echo.setUpMs, 'ms', { most: 400 }),
    row('handset lifted → call up', call.setUpMs, 'ms', { most: 400 }),
    row('call up → first voice packet', Math.max(echo.voiceMs, call.voiceMs), 'ms', { most: 100 }),
    row('round trip mouth → echo → ear', round?.delayMs ?? Number.NaN, 'ms', { most: 130 }),
    row('one way mouth → ear', oneWay ?? Number.NaN, 'ms', { most: 65 }),
    row('echoed speech, level', round?.quality.levelDb ?? Number.NaN, 'dB', { least: -1, most: 1 }),
    row('echoed speech, signal to noise', round?.quality.snrDb ?? Number.NaN, 'dB', { least: 30 }),
    row('echoed speech, worst tenth', round?.quality.worstSnrDb ?? Number.NaN, 'dB', { least: 25 }),
    row('packets sent and received', packets(echo) + packets(call), '', { least: Math.floor(talked / 11) }),
    row('packets lost or late', lost(echo) + lost(call), '', { most: 0 }),
    row('concealed', echo.stats.concealedMs + call.stats.concealedMs, 'ms', { most: 100 }),
    row('CPU in a call', Math.max(echo.cpuPercent, call.cpuPercent), '% of a core', { most: 10 }),
    row('memory idle', result.idleMb, 'MB', { most: 180 }),
    row('memory in a call', Math.max(echo.rssMb, call.rssMb), 'MB', { most: 190 }),
    row('faults and overflows', result.faults, '', { most: 0 }),
  ]
}

const lost = ({ stats }: CallResult) => stats.lostPackets + stats.latePackets

/** Not judged at both ends of a conversation, ms: buffers fill, and the last is still on its way. */
const EDGE_MS = 500
/** The longest way looked for, ms. */
const LONGEST_MS = 1000
/** The lab's recordings began at most this much earlier or later, ms. */
const APART_MS = 15_000

function echoPath({ mouth, ear, mark }: Handset, { markedAt, echo }: DemoResult) {
  const at = (time: number) => mark + samples(time - markedAt)
  return compare(mouth, ear, { from: at(echo.from + EDGE_MS), until: at(echo.until - EDGE_MS) }, 0, LONGEST_MS)
}

/**
 * The two phones' recordings have different clocks, apart by an unknown time: what one way measures too long by it, the
 * other measures too short, so the mean of both is the true mean delay.
 */
function between(mine: Handset, theirs: Handset, { call }: DemoResult): number | undefined {
  const stretch = (ear: Float32Array) => {
    const until = lastSound(ear) - samples(EDGE_MS)
    return { from: until - samples(call.until - call.from - 2 * EDGE_MS), until }
  }
  const to = compare(mine.mouth, theirs.ear, stretch(theirs.ear), -APART_MS, APART_MS)
  if (to === undefined) return undefined
  const back = compare(theirs.mouth, mine.ear, stretch(mine.ear), -to.delayMs, LONGEST_MS - to.delayMs)
  return back === undefined ? undefined : (to.delayMs + back.delayMs) / 2
}
