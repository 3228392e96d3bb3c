// Kamailio as registrar and record-routing proxy: the demonstration's two calls with baresip as the other party, who has
// registered at another port of it, so that every call takes a route set of two.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callEcho, takeCall } from '../../runtime/demo/calls.ts'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const [ALICE, BOB, ECHO] = ['4201', '4202', '4203']
const users = { [ALICE]: 'a secret, "quoted"', [BOB]: 'bob-secret', [ECHO]: 'echo-secret' }
const [OURS, THEIRS] = [1000, 440]
const TALK_MS = 2500
const quiet = () => {}

let kamailio: Kamailio
let phone: PhoneInLab
let bob: Baresip
let echo: Baresip

beforeAll(async () => {
  kamailio = await startKamailio({ users })
  phone = await startPhone(OURS, { account: { domain: kamailio.domain, user: ALICE, password: users[ALICE]! } })
  const speaks = join(phone.ear, '..', 'peer.wav')
  writeTone(speaks, THEIRS, 30, 8000)
  const registrar = (user: string) => ({ domain: kamailio.second, password: users[user]! })
  ;[bob, echo] = await Promise.all([
    startBaresip({ speaks, user: BOB, answer: 'auto', registrar: registrar(BOB) }),
    startBaresip({ speaks: 'echo', user: ECHO, answer: 'manual', registrar: registrar(ECHO) }),
  ])
}, 30_000)
afterAll(async () => {
  await Promise.all([bob?.stop(), echo?.stop(), phone?.stop()])
  phone?.dispose()
  await kamailio?.stop()
})

test('registered', async () => {
  expect(await kamailio.contacts(ALICE)).toEqual([expect.stringContaining(`:${phone.lab.phone.sipPort}`)])
})

test('the phone calls the echo, talks, and puts the handset down', async () => {
  const { stats } = await callEcho(phone.simulator, phone.witness, ECHO, TALK_MS, quiet)
  expect(stats.lostPackets + stats.latePackets).toBe(0)
  await expect.poll(kamailio.log).toContain(`in-dialog ACK from ${ALICE}`)
  await expect.poll(kamailio.log).toContain(`in-dialog BYE from ${ALICE}`)
})

test('baresip calls the phone, which ends the call', async () => {
  const request = () => void bob.dial(`sip:${ALICE}@${kamailio.second}`)
  const { stats } = await takeCall(phone.simulator, { request }, phone.witness, TALK_MS, quiet)
  expect(stats.lostPackets + stats.latePackets).toBe(0)
  await bob.event('CALL_CLOSED')
  expect(toneIn(bob.heard(), OURS).seconds).toBeGreaterThan((TALK_MS / 1000) * 0.8)
  await expect.poll(kamailio.log).toContain(`in-dialog ACK from ${BOB}`)
})

test('the phone calls baresip, which ends the call', async () => {
  const { witness } = phone
  const up = witness.next('answer', 10_000, callState('confirmed'))
  await phone.lift()
  phone.dial(`${BOB}#`)
  await up
  await sleep(500)
  const over = witness.next('end', 5000, callState('disconnected'))
  await bob.hangUp()
  await over
  await phone.putDown()
  await expect.poll(kamailio.log).toContain(`in-dialog BYE from ${BOB}`)
})

test('nobody has that number', async () => {
  const ended = phone.witness.next('end', 10_000, activity('ended'))
  await phone.lift()
  phone.dial('4299#')
  await ended
  await sleep(100)
  expect(phone.board.screen().join('\n')).toContain('unknown number')
  await phone.putDown()
})

test('all was heard; stopping takes the registration back', async () => {
  await phone.stop()
  expect(await kamailio.contacts(ALICE)).toEqual([])
  expect(toneIn(phone.ear, OURS).seconds, 'echoed').toBeGreaterThan((TALK_MS / 1000) * 0.8)
  expect(toneIn(phone.ear, THEIRS).seconds, 'spoken').toBeGreaterThan((TALK_MS / 1000) * 0.8)
  expect(phone.complaints).toEqual([])
})
