// Broker and registrar go away and come back: what is shown, told and possible meanwhile.
import { expect } from 'vitest'
import { BACKOFF } from '../../provisioning/mqtt/backoff.ts'
import { inTime } from './in-time.ts'
import { scenario } from './scenario.ts'
import { FRIEND, PHONE_USER } from './stage.ts'

scenario('away', 'broker and registrar away and back', 500, async (scene) => {
  const { broker, friend, operator } = scene
  await scene.configure()
  const phone = await scene.started()
  await phone.ready()

  const seen = operator.seen.length
  await broker.stop()
  await phone.machine.said('provisioning.mqtt not connected', 20_000)
  phone.machine.hook.lift()
  await phone.shows('Dial')
  await phone.dial(FRIEND)
  await phone.shows(/☎ 00:0/)
  phone.machine.hook.down()
  await inTime('the call to end', 10_000, friend.event('CALL_CLOSED'))
  await phone.shows('Ready')
  await broker.start()
  await operator.sees('status', { state: 'online' }, seen, BACKOFF.most + 10_000)

  await scene.registrarAway()
  await operator.publish('cmd/reregister', '')
  await phone.shows('Not registered', 60_000)
  await scene.registrarBack()
  await phone.shows('Ready', 120_000)
  expect(await scene.kamailio.contacts(PHONE_USER)).toHaveLength(1)
})
