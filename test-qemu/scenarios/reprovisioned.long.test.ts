// A new configuration comes while somebody speaks: the call goes on undisturbed, and it is used when the handset is down.
import { expect } from 'vitest'
import { HERE } from '../network/network.ts'
import { inTime } from './in-time.ts'
import { scenario } from './scenario.ts'
import { FRIEND, FRIEND_SAYS, PHONE_USER } from './stage.ts'
import { expectTone, HANDSET_DB, SPOKEN_DB } from './voice.ts'

scenario('reprovisioned', 'a configuration that comes during a call is applied after it', 320, async (scene) => {
  const { friend, operator } = scene
  await scene.configure()
  const phone = await scene.started()
  await phone.ready()
  phone.machine.hook.lift()
  await phone.shows('Dial')
  await phone.dial(FRIEND)
  await phone.shows(/☎ 00:0/)
  await phone.handset.listens(2)

  const account = { id: 'main', label: 'Reception', aor: `sip:${PHONE_USER}@${HERE}`, registrar: `sip:${HERE}` }
  await scene.configure({ accounts: [account], network: { sipPort: 5070, jitter: { minMs: 60, maxMs: 400 } } })
  await operator.sees('config/reported', { attempted: 2, result: 'pending', version: 1 })
  expectTone(await phone.hears(FRIEND_SAYS, 6), 6, SPOKEN_DB + HANDSET_DB)
  await phone.shows(/☎ 00:/)
  const during = operator.seen.length
  expect(operator.seen.some(({ text }) => text.includes('"version":2,"attempted":2'))).toBe(false)

  phone.machine.hook.down()
  await inTime('the call to end', 10_000, friend.event('CALL_CLOSED'))
  await operator.sees('config/reported', { version: 2, result: 'applied' }, during)
  await phone.shows(/Ready[\s\S]*Reception/, 20_000)
  await expect
    .poll(() => scene.kamailio.contacts(PHONE_USER), { timeout: 10_000 })
    .toEqual([expect.stringContaining(':5070')])
})
