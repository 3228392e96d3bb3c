// Codecs with baresip, each call in its own, both ways: a tone is heard by the other that, where the codec is wideband, no narrowband
// call could carry. Its G.726 packs the bits as AAL2 does, under the other name, so the two cannot hear each other.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const WIDE = [5000, 6000, 16_000] as const
const NARROW = [1100, 1500, 8000] as const
const TALK_MS = 2500

let phone: PhoneInLab | undefined
let peer: Baresip | undefined
afterEach(async () => {
  await peer?.stop()
  phone?.dispose()
})

test.each([
  ['G722', 'g722/16000/1', WIDE],
  ['OPUS', 'opus/48000/2', WIDE],
  ['L16/16000', 'L16/16000/1', WIDE],
  ['GSM', 'gsm/8000/1', NARROW],
] as const)('%s, called and calling', { timeout: 60_000 }, async (codec, theirs, [OURS, THEIRS, rate]) => {
  phone = await startPhone(OURS, { account: { codecs: [codec, 'PCMA'] } })
  const { board, witness, lab } = phone
  const speaks = join(phone.ear, '..', 'peer.wav')
  writeTone(speaks, THEIRS, 30, rate)
  const { user, password } = lab.guest
  const registrar = { domain: lab.domain, password }
  peer = await startBaresip({ speaks, user, answer: 'auto', rate, codecs: [theirs, 'PCMA/8000/1'], registrar })

  const confirmed = witness.next('answer', 5000, callState('confirmed'))
  await phone.lift()
  phone.dial(`${user}#`)
  await confirmed
  await sleep(TALK_MS)
  await phone.putDown()
  await peer.event('CALL_CLOSED')
  const called = peer.heard()

  const ringing = witness.next('ringing', 5000, activity('ringing'))
  await peer.dial(`sip:${lab.phone.user}@${lab.domain}`)
  await ringing
  const up = witness.next('the call', 5000, callState('confirmed'))
  board.lift()
  await up
  await sleep(TALK_MS)
  const over = witness.next('end', 5000, callState('disconnected'))
  await peer.hangUp()
  await over
  const calling = peer.heard()
  await phone.putDown()

  expect(calling).not.toBe(called)
  for (const file of [called, calling]) expect(toneIn(file, OURS).seconds, file).toBeGreaterThan((TALK_MS / 1000) * 0.8)
  await phone.stop()
  expect(toneIn(phone.ear, THEIRS).seconds).toBeGreaterThan(2 * (TALK_MS / 1000) * 0.8)
  expect(phone.complaints).toEqual([])
})
