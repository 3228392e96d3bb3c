// A call each way with Linphone: tones both ways, and a hold from its side.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { toneIn } from '../tone.ts'
import { type Linphone, startLinphone } from './linphone.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const [OURS, THEIRS] = [1000, 440]
const TALK_S = 2.5

let phone: PhoneInLab
let peer: Linphone
/** Whether the other side holds the call, as shown, at each change. */
const held: boolean[] = []
beforeAll(async () => {
  phone = await startPhone(OURS, {
    witness(seen) {
      const doing = seen.of === 'view' && seen.view.activity
      if (!doing || (doing.name !== 'in-call' && doing.name !== 'held')) return
      if (held.at(-1) !== doing.call.remoteHold) held.push(doing.call.remoteHold)
    },
  })
  peer = await startLinphone(THEIRS)
}, 30_000)
afterAll(async () => {
  await Promise.all([peer?.stop(), phone?.stop()])
  peer?.dispose()
  phone?.dispose()
})

test('the phone calls it, and leaves', async () => {
  const { witness, board } = phone
  const ringing = witness.next('ringing there', 12_000, callState('early'))
  const up = witness.next('answer', 15_000, callState('confirmed'))
  await phone.lift()
  phone.dial(`127*0*0*1**${peer.port}#`)
  await ringing
  peer.tell('answer')
  await up
  await sleep(TALK_S * 1000)
  board.hangUp()
  await peer.said('ended', 5000)
  await phone.putDown()
})

test('it calls the phone, holds, resumes, and leaves', async () => {
  const { witness, board } = phone
  const { sipPort, user } = phone.lab.phone
  const ringing = witness.next('ringing', 8000, activity('ringing'))
  held.length = 0
  peer.tell(`call sip:${user}@127.0.0.1:${sipPort}`)
  await ringing
  const up = witness.next('the call', 5000, callState('confirmed'))
  board.lift()
  await up
  await sleep(500)
  peer.tell('pause')
  await sleep(1500)
  peer.tell('resume')
  await sleep(1500)
  const over = witness.next('end', 5000, callState('disconnected'))
  peer.tell('terminate')
  await over
  await phone.putDown()
  expect(held).toEqual([false, true, false])
})

test('both tones were heard', async () => {
  await Promise.all([peer.stop(), phone.stop()])
  // The first call, and the second without the hold, in which Linphone plays its file on.
  for (const tone of [toneIn(phone.ear, THEIRS), toneIn(peer.ear, OURS)]) {
    expect(tone.seconds).toBeGreaterThan((TALK_S + 2) * 0.8)
    expect(tone.levelDb).toBeGreaterThan(-7.5)
    expect(tone.levelDb).toBeLessThan(-4.5)
  }
  expect(phone.complaints).toEqual([])
})
