// The whole phone with a handset of kind `portaudio`, given to it over MQTT: what is said into it comes back from the echo.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Key } from '../../hal/api/board.ts'
import { createHandsets } from '../../native/lib/testing/handsets.ts'
import { levelOf, powerOf, sleep } from '../../native/lib/testing/harness.ts'
import { publishDesired } from '../../provisioning/fleet/publish.ts'
import { Secret } from '../base/secret.ts'
import type { Witnessed } from './compose.ts'
import { simulateInLab } from './simulator.ts'

const RATE = 16_000
const folder = mkdtempSync(join(tmpdir(), 'offhook-portaudio-'))
const handsets = createHandsets()
handsets.define({ desk: { rate: RATE } })
afterAll(() => {
  handsets.remove()
  rmSync(folder, { recursive: true, force: true })
})

test('a call to the echo through PortAudio', { timeout: 40_000 }, async () => {
  const seen: string[] = []
  const witness = (each: Witnessed) => {
    if (each.of === 'media' && each.event.kind === 'port-opened') seen.push(each.event.detail)
    if (each.of === 'media' && each.event.kind === 'stream-receiving') seen.push('voice')
    if (each.of === 'ua' && each.event.kind === 'account-state') seen.push(each.event.registration)
  }
  const saw = (what: string) => expect.poll(() => seen, { timeout: 8000 }).toContain(what)
  const { lab, board, phone, stop } = await simulateInLab(
    { folder, log: () => {}, witness },
    { speak: '', record: '', mouth: '' },
  )
  try {
    await saw('registered')
    const document = JSON.parse(readFileSync(join(folder, 'desired.json'), 'utf8'))
    const handset = { kind: 'portaudio', capture: 'desk', playback: 'desk', rate: RATE }
    const next = { ...document, version: 2, apply: { when: 'now' }, config: { ...document.config, handset } }
    const { url: broker, username, password } = lab.ready.broker
    const credentials = { username, password: new Secret(password) }
    const none = { ca: undefined, cert: undefined, key: undefined }
    const target = { broker, prefix: 'offhook', deviceId: phone.deviceId, credentials, ...none }
    await publishDesired(target, JSON.stringify(next))
    await saw("PortAudio, 16000 Hz: capture 'desk' (ALSA); playback 'desk' (ALSA)")

    board.lift()
    for (const digit of `${lab.ready.echo}#`) board.press(digit as Key)
    await saw('voice')
    await sleep(2500)
    const second = handsets.heard('desk').subarray(-RATE)
    const said = Array.from({ length: 10 }, (_, i) => second.subarray((i * RATE) / 10, ((i + 1) * RATE) / 10))
    const whole = said.filter((part) => powerOf(part) - levelOf(part, 1000, RATE) < 1 && powerOf(part) > -30)
    expect(whole.length).toBeGreaterThanOrEqual(6)
  } finally {
    await stop()
  }
})
