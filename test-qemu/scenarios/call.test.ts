// Power on; a person lifts the handset, dials by keys, is heard and hears, holds and resumes by the hook, puts it down; power
// off by the button. The display at every step.
import { expect } from 'vitest'
import { toneOf } from '../../firmware/testing/tone.ts'
import { inTime } from './in-time.ts'
import { DIAL_TONE, OFF, PERSON_SAYS } from './phone.ts'
import { scenario } from './scenario.ts'
import { FRIEND, FRIEND_SAYS, PHONE_USER } from './stage.ts'
import { expectSilence, expectTone, HANDSET_DB, SPOKEN_DB } from './voice.ts'

scenario('call', 'boots, registers, a person calls somebody by keys; off in order', 320, async (scene) => {
  const { friend, operator } = scene
  await scene.configure()
  const phone = await scene.on()
  await phone.ready()
  await phone.shows(new RegExp(`Ready[\\s\\S]*${PHONE_USER}`))
  expect(await scene.kamailio.contacts(PHONE_USER)).toHaveLength(1)
  await operator.sees('config/reported', { version: 1, result: 'applied' })

  phone.machine.hook.lift()
  await phone.shows('Dial')
  expectTone(await phone.hears(DIAL_TONE, 2), 2, -20)
  await phone.dial(FRIEND)
  await phone.shows(new RegExp(`☎ 00:0[\\s\\S]*${FRIEND}`))
  await inTime('the friend to answer', 10_000, friend.event('CALL_ESTABLISHED'))
  await expect.poll(() => phone.machine.lamps.lit(), { timeout: 3000 }).toContain('line')
  await phone.handset.listens(2)
  expectTone(await phone.hears(FRIEND_SAYS, 5), 5, SPOKEN_DB + HANDSET_DB)

  const held = phone.seconds()
  await phone.flash()
  await phone.shows('On hold')
  await phone.handset.listens(1)
  expectSilence(await phone.hears(FRIEND_SAYS, 2))
  await phone.flash()
  await phone.shows(/☎ 00:/)
  const pause = phone.seconds() - held
  await phone.handset.listens(1)
  expectTone(await phone.hears(FRIEND_SAYS, 3), 3, SPOKEN_DB + HANDSET_DB)

  phone.machine.hook.down()
  await inTime('the call to end', 10_000, friend.event('CALL_CLOSED'))
  await phone.shows('Ready')
  // Seven seconds before it was on hold and four after.
  expectTone(toneOf(phone.spoken(), PERSON_SAYS, OFF), 11, SPOKEN_DB, pause)
  const requests = ['ACK', 'INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'].map((method) => `${method} from ${PHONE_USER}`)
  // Each once: a 200 that comes again is acknowledged again (RFC 3261 §13.2.2.4), and what is sent again is logged again.
  const seen = new Set(
    [...scene.kamailio.log().matchAll(/in-dialog (\w+ from \d+, CSeq \d+)/g)].map(([, what]) => what!),
  )
  expect([...seen].map((what) => what.split(',')[0])).toEqual(requests)
  const activities = operator.seen.filter(({ topic }) => topic === 'state/call')
  expect([...new Set(activities.map(({ text }) => JSON.parse(text).activity))]).toEqual(
    expect.arrayContaining(['idle', 'dialling', 'in-call', 'held']),
  )
  const { earXruns, mouthXruns } = phone.handset.counters()
  console.log(`sound card of the guest: ${earXruns} xruns of the ear, ${mouthXruns} of the mouth`)

  // Who listens to the button comes after the phone.
  await phone.machine.said('Watching system buttons', 30_000)
  await phone.machine.powerDown()
  expect(await inTime('the power to go off', 30_000, phone.machine.ended)).toBe(0)
  await operator.sees('status', { state: 'offline' })
})
