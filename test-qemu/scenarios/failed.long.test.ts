// What becomes of a scenario that fails: it says where there is something to read, all of it is there, and nothing is left running.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toneIn } from '../../firmware/testing/tone.ts'
import { DIAL_TONE, project } from './phone.ts'
import { playScenario } from './scenario.ts'

const folder = join(project, 'build/hil/failed')
/** Of this process namespace, which the scenarios have for themselves. */
const processes = () => globSync('/proc/[0-9]*/comm').map((file) => readFileSync(file, 'utf8').trim())
const PARTS = /qemu|dnsmasq|mosquitto|kamailio|baresip/
const expectNobodyLeft = () => expect(processes().filter((name) => PARTS.test(name))).toEqual([])

test('one that does not end is ended, and the next one is not in its way', { timeout: 120_000 }, async () => {
  const endless = playScenario({ name: 'failed', seconds: 2 }, () => new Promise(() => {}))
  await expect(endless).rejects.toThrow(`waited 2 s for the end of the scenario\nwhat there is to read is in ${folder}`)
  expectNobodyLeft()
})

test('console, pictures of the display, wire, sound, journal and the peers’ logs', { timeout: 300_000 }, async () => {
  const failing = playScenario({ name: 'failed', seconds: 200 }, async (scene) => {
    await scene.configure()
    const phone = await scene.on()
    await phone.ready()
    phone.machine.hook.lift()
    await phone.shows('Dial')
    await phone.handset.listens(2)
    await phone.shows('what it never shows', 100)
  })
  await expect(failing).rejects.toThrow(
    new RegExp(`does not show what it never shows but[\\s\\S]*Dial[\\s\\S]*what there is to read is in ${folder}`),
  )
  expectNobodyLeft()
  const text = (name: string) => readFileSync(join(folder, name), 'utf8')
  expect(text('boot-1/console.log')).toContain('registered')
  expect(text('boot-1/journal.log')).toContain('registered')
  expect(text('boot-1/display.log')).toMatch(/^\d+\.\d\d s\n( {8}\|.{20}\|\n){4}/)
  expect(text('boot-1/display.log')).toContain('Dial')
  expect(statSync(join(folder, 'boot-1/wire.pcap')).size).toBeGreaterThan(5000)
  expect(toneIn(join(folder, 'boot-1/heard.wav'), DIAL_TONE, 0.01).seconds).toBeGreaterThan(1)
  expect(text('mqtt.log')).toContain('config/reported')
  for (const name of ['friend.log', 'kamailio.log']) expect(text(name), name).not.toBe('')
})
