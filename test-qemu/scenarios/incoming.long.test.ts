// Somebody calls: it rings, is answered from the hook, is on hold by a soft key of the other board, and ends when the caller
// leaves. Then one who gives up: a missed call.
import { expect } from 'vitest'
import { startSipp } from '../../firmware/testing/interop/sipp.ts'
import { toneOf } from '../../firmware/testing/tone.ts'
import { HERE, PHONE } from '../network/network.ts'
import { inTime } from './in-time.ts'
import { OFF, PERSON_SAYS } from './phone.ts'
import { scenario } from './scenario.ts'
import { FRIEND, FRIEND_SAYS, PHONE_USER } from './stage.ts'
import { expectSilence, expectTone, HANDSET_DB, SPOKEN_DB } from './voice.ts'

/** The longer note of the ring, 0.6 s of each 3.45 s, Hz. */
const CHIME = 523

scenario('incoming', 'rings, is answered from the hook; another caller gives up', 320, async (scene) => {
  const { friend } = scene
  await scene.configure({ tones: { country: 'de', ring: 'chime' } })
  const phone = await scene.on({ board: 'matrix-on-expander' })
  await phone.ready()

  await friend.dial(`sip:${PHONE_USER}@${HERE}`)
  await phone.shows(new RegExp(`Incoming call[\\s\\S]*${FRIEND}`))
  await expect.poll(() => phone.machine.lamps.lit(), { timeout: 3000 }).toContain('ring')
  expect((await phone.hears(CHIME, 7)).seconds, 'seconds of the bell').toBeGreaterThan(0.5)
  phone.machine.hook.lift()
  await phone.shows(/☎ 00:0/)
  await inTime('the call', 10_000, friend.event('CALL_ESTABLISHED'))
  await phone.handset.listens(2)
  expectTone(await phone.hears(FRIEND_SAYS, 4), 4, SPOKEN_DB + HANDSET_DB)
  await phone.press('soft1')
  await phone.shows('On hold')
  await phone.handset.listens(1)
  expectSilence(await phone.hears(FRIEND_SAYS, 2))
  await phone.press('soft1')
  await phone.shows(/☎ 00:/)
  await phone.handset.listens(1)
  expectTone(await phone.hears(FRIEND_SAYS, 2), 2, SPOKEN_DB + HANDSET_DB)
  await friend.hangUp()
  await phone.shows('Call ended')
  expectTone(toneOf(phone.spoken(), PERSON_SAYS, OFF), 8, SPOKEN_DB, 10)
  phone.machine.hook.down()
  await phone.shows('Ready')
  await expect.poll(() => phone.machine.lamps.lit(), { timeout: 3000 }).toEqual([])

  const caller = await startSipp('cancel', { target: `${PHONE}:5060`, user: PHONE_USER, address: HERE, holdMs: 2000 })
  await phone.shows('Incoming call')
  const { code, log } = await caller.done
  expect(code, log).toBe(0)
  await phone.shows('1 missed')
})
