// The two calls of the demo, made and taken with the keys and the hook of the modelled board.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Key } from '../../../hal/api/board.ts'
import type { Millis } from '../../base/time.ts'
import type { StreamStats } from '../../media/contract.ts'
import type { CallId } from '../../ua/contract.ts'
import { monotonic } from '../clock.ts'
import type { Lab } from '../lab-client.ts'
import type { Simulator } from '../simulator.ts'
import { activity, callState, media, type Witness } from './witness.ts'

export interface CallResult {
  /** Send key pressed → ringing at the other end, or handset lifted → call up; ms. */
  readonly setUpMs: number
  /** Call up → first RTP packet; ms. */
  readonly voiceMs: number
  readonly stats: StreamStats
  /** While talking; on the process's monotonic clock. */
  readonly from: Millis
  readonly until: Millis
  /** CPU of this process while talking, % of one core, and its memory then, MB. */
  readonly cpuPercent: number
  readonly rssMb: number
}

const ANSWER_MS = 6000
const STALL_MS = 1500

export type Say = (step: string) => void

export async function callEcho(simulator: Simulator, witness: Witness, number: string, talkMs: number, say: Say) {
  const { board } = simulator
  say('lift the handset')
  const dialling = witness.next('dial tone', 1000, activity('dialling'))
  board.lift()
  await dialling
  say(`press ${[...number].join(' ')} #`)
  for (const digit of number) board.press(digit as Key)
  await sleep(140 * number.length)
  const ringing = witness.next('ringing at the echo', ANSWER_MS, callState('early'))
  const up = witness.next('answer of the echo', ANSWER_MS, callState('confirmed'))
  const call = callId(witness)
  const voice = witness.next('voice of the echo', ANSWER_MS, media('stream-receiving', 'call:'))
  const pressed = monotonic()
  board.press('#')
  const setUpMs = (await ringing) - pressed
  const confirmed = await up
  const voiceMs = (await voice) - confirmed
  const talk = await talkFor(simulator, witness, await call, talkMs, say, STALL_MS)
  await hangUp(simulator, witness, say)
  return { setUpMs, voiceMs, ...talk } satisfies CallResult
}

export async function takeCall(
  simulator: Simulator,
  lab: Pick<Lab, 'request'>,
  witness: Witness,
  talkMs: number,
  say: Say,
) {
  const { board } = simulator
  say('the second phone calls')
  const ringing = witness.next('ringing', 3000, activity('ringing'))
  lab.request({ do: 'call' })
  await ringing
  await sleep(1000)
  say('lift the handset')
  const up = witness.next('the call', 2000, callState('confirmed'))
  const call = callId(witness)
  const voice = witness.next('voice of the second phone', 3000, media('stream-receiving', 'call:'))
  const lifted = monotonic()
  board.lift()
  const confirmed = await up
  const voiceMs = (await voice) - confirmed
  const talk = await talkFor(simulator, witness, await call, talkMs, say)
  await hangUp(simulator, witness, say)
  return { setUpMs: confirmed - lifted, voiceMs, ...talk } satisfies CallResult
}

/** Of the call that is up next. */
function callId(witness: Witness): Promise<CallId> {
  let id: CallId = ''
  const up = witness.next('a call', ANSWER_MS, (seen) => {
    if (!callState('confirmed')(seen) || seen.of !== 'ua' || seen.event.kind !== 'call-state') return false
    id = seen.event.call
    return true
  })
  return up.then(() => id)
}

/** `stallMs`: for so long in the middle JavaScript stands still, which the voice must not notice. */
async function talkFor({ phone }: Simulator, witness: Witness, call: CallId, ms: number, say: Say, stallMs = 0) {
  say(`talk for ${ms / 1000} s`)
  const [from, before] = [monotonic(), process.cpuUsage()]
  await sleep((ms - stallMs) / 2)
  if (stallMs > 0) {
    say(`JavaScript stands still for ${stallMs / 1000} s`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs)
  }
  await sleep((ms - stallMs) / 2)
  const { user, system } = process.cpuUsage(before)
  const until = monotonic()
  const cpuPercent = (user + system) / 10 / (until - from)
  const rssMb = process.memoryUsage.rss() / 1e6
  let stats: StreamStats | undefined
  const asked = witness.next('stream statistics', 1000, (seen) => {
    if (seen.of === 'ua' && seen.event.kind === 'call-stats') stats = seen.event.stats
    return stats !== undefined
  })
  phone.command({ kind: 'query-call', call, ref: 1 })
  await asked
  return { stats: stats!, from, until, cpuPercent, rssMb }
}

async function hangUp({ board }: Simulator, witness: Witness, say: Say) {
  say('put the handset down')
  const over = witness.next('end of the call', 3000, callState('disconnected'))
  const idle = witness.next('idle', 5000, activity('idle'))
  board.hangUp()
  await Promise.all([over, idle])
}
