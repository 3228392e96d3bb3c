// A call each way with Net::SIP: tones both ways, a re-INVITE from its side.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { toneIn } from '../tone.ts'
import { type NetSip, startNetSip } from './net-sip.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const [OURS, THEIRS] = [1000, 440]
const TALK_S = 2.5

let phone: PhoneInLab
const peers: NetSip[] = []
const peer = async (...options: Parameters<typeof startNetSip>) => {
  const started = await startNetSip(...options)
  peers.push(started)
  return started
}
beforeAll(async () => {
  phone = await startPhone(OURS)
}, 20_000)
afterAll(async () => {
  await Promise.all([...peers.map((each) => each.stop()), phone?.stop()])
  phone?.dispose()
})

function expectOurs(file: string) {
  const tone = toneIn(file, OURS)
  expect(tone.seconds).toBeGreaterThan(TALK_S * 0.8)
  expect(tone.levelDb).toBeGreaterThan(-7.5)
  expect(tone.levelDb).toBeLessThan(-4.5)
}

test('the phone calls it, and leaves', async () => {
  const { witness, board } = phone
  const net = await peer(THEIRS)
  const up = witness.next('answer', 12_000, callState('confirmed'))
  await phone.lift()
  phone.dial(`127*0*0*1**${net.port}#`)
  await up
  await net.said('established')
  await sleep(TALK_S * 1000)
  board.hangUp()
  await net.ended
  await expect.poll(net.log).toContain('gone')
  expectOurs(net.heard())
  await phone.putDown()
})

test('it calls the phone, offers anew, and leaves', async () => {
  const { witness, board } = phone
  const { sipPort, user } = phone.lab.phone
  const ringing = witness.next('ringing', 8000, activity('ringing'))
  const over = witness.next('end', 20_000, callState('disconnected'))
  const net = await peer(THEIRS, { uri: `sip:${user}@127.0.0.1:${sipPort}`, seconds: TALK_S })
  await ringing
  board.lift()
  await over
  await net.ended
  await expect.poll(net.log).toContain('changed: OK')
  await expect.poll(net.log).toContain('left: OK')
  expectOurs(net.heard())
  await phone.putDown()
})

test('its tone was heard in both calls', async () => {
  await phone.stop()
  expect(toneIn(phone.ear, THEIRS).seconds).toBeGreaterThan(2 * TALK_S * 0.8)
  expect(phone.complaints).toEqual([])
})
