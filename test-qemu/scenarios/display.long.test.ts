// The display is unplugged, then its whole bus, then it refuses its transfers: told to the operator, and all there again after.
import { expect } from 'vitest'
import { scenario } from './scenario.ts'

scenario('display', 'unplugged and back, with its bus and alone, and transfers refused', 320, async (scene) => {
  const { operator } = scene
  await scene.configure()
  const phone = await scene.started()
  await phone.ready()
  const { lcd, adapter, hook } = phone.machine

  let seen = operator.seen.length
  lcd.unplug()
  await operator.sees('event/alarm', { alarm: 'device-lost', device: 'lcd' }, seen)
  hook.lift()
  await operator.sees('state/call', { activity: 'dialling' }, seen)
  lcd.plug()
  // What became of the phone meanwhile.
  await phone.shows('Dial', 10_000)
  hook.down()
  await phone.shows('Ready')

  seen = operator.seen.length
  await adapter.unplug()
  await operator.sees('event/alarm', { alarm: 'device-lost', device: 'lcd' }, seen)
  await adapter.plug()
  hook.lift()
  await phone.shows('Dial', 40_000)
  hook.down()
  await phone.shows('Ready')

  lcd.nak(5)
  hook.lift()
  await phone.shows('Dial', 20_000)
  hook.down()
  await phone.shows('Ready')
  expect((await phone.shell.out('systemctl show -P NRestarts offhook')).trim(), 'starts after the first').toBe('0')
})
