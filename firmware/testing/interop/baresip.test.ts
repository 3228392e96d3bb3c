// A call each way with baresip through the lab's registrar: the tone of either side is heard by the other.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const [OURS, THEIRS] = [1000, 440]
const TALK_MS = 2500

let phone: PhoneInLab
let peer: Baresip
const heardByPeer: string[] = []

beforeAll(async () => {
  phone = await startPhone(OURS)
  const speaks = join(phone.ear, '..', 'peer.wav')
  writeTone(speaks, THEIRS, 30, 8000)
  const { user, password } = phone.lab.guest
  peer = await startBaresip({ speaks, user, answer: 'auto', registrar: { domain: phone.lab.domain, password } })
}, 20_000)
afterAll(async () => {
  await peer?.stop()
  phone?.dispose()
})

test('the phone calls baresip: keys, answer, voice, handset down', async () => {
  const { board, witness } = phone
  const up = witness.next('answer', 5000, callState('confirmed'))
  await phone.lift()
  phone.dial(`${phone.lab.guest.user}#`)
  await up
  await sleep(TALK_MS)
  const over = witness.next('end', 5000, callState('disconnected'))
  const idle = witness.next('idle', 8000, activity('idle'))
  board.hangUp()
  await over
  await peer.event('CALL_CLOSED')
  heardByPeer.push(peer.heard())
  await idle
})

test('baresip calls the phone: ringing, lifted, voice, baresip leaves', async () => {
  const { board, witness } = phone
  const ringing = witness.next('ringing', 5000, activity('ringing'))
  await peer.dial(`sip:${phone.lab.phone.user}@${phone.lab.domain}`)
  await ringing
  // By its name in the phone book of the lab.
  await expect.poll(() => board.screen().join('\n'), { timeout: 2000 }).toMatch(/Incoming call[\s\S]*Guest/)
  const up = witness.next('the call', 5000, callState('confirmed'))
  board.lift()
  await up
  await sleep(TALK_MS)
  const over = witness.next('end', 5000, callState('disconnected'))
  await peer.hangUp()
  await over
  heardByPeer.push(peer.heard())
  const idle = witness.next('idle', 8000, activity('idle'))
  board.hangUp()
  await idle
})

test('both heard the other, in both calls, at the level it was spoken', async () => {
  expect(new Set(heardByPeer).size).toBe(2)
  for (const file of heardByPeer) {
    const tone = toneIn(file, OURS)
    expect(tone.seconds, file).toBeGreaterThan((TALK_MS / 1000) * 0.8)
    expect(tone.levelDb).toBeGreaterThan(-7.5)
    expect(tone.levelDb).toBeLessThan(-4.5)
  }
  await phone.stop()
  const ours = toneIn(phone.ear, THEIRS)
  expect(ours.seconds).toBeGreaterThan(2 * (TALK_MS / 1000) * 0.8)
  expect(phone.complaints).toEqual([])
})
