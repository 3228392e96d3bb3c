// The façade with baresip: called and calling, held and resumed, digits, encrypted sound both ways.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AudioMediaPlayer, AudioMediaRecorder, Call } from '../../api/facade/index.ts'
import { type Desk, desk } from '../../api/facade/testing/pair.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'

const [OURS, THEIRS] = [1000, 440]
const folder = mkdtempSync(join(tmpdir(), 'offhook-facade-baresip-'))
const file = (name: string) => join(folder, name)
let me: Desk
let peer: Baresip
beforeAll(async () => {
  writeTone(file('ours.wav'), OURS, 5, 8000)
  writeTone(file('theirs.wav'), THEIRS, 30, 8000)
  me = await desk('me')
})
afterEach(() => peer?.stop())
afterAll(async () => {
  await me?.endpoint.libDestroy()
  rmSync(folder, { recursive: true, force: true })
})

const reaches = (call: Call, state: string) => call.once('callState', (prm) => prm.state === state)

const WAYS = [
  ['out', 'disabled'],
  ['in', 'disabled'],
  ['out', 'mandatory'],
  ['in', 'mandatory'],
] as const

test.each(WAYS)('%s, SRTP %s: both hear each other, also after a hold', { timeout: 30_000 }, async (way, srtpUse) => {
  me.account.modify({ idUri: me.uri, mediaConfig: { srtpUse } })
  const encrypts = srtpUse === 'mandatory' ? { encrypts: 'srtp-mand' as const } : {}
  peer = await startBaresip({ speaks: file('theirs.wav'), user: 'peer', answer: 'auto', ...encrypts })
  let call: Call
  if (way === 'out') {
    call = new Call(me.account)
    const stands = reaches(call, 'confirmed')
    call.makeCall(peer.uri)
    await stands
  } else {
    const comes = me.account.nextCall()
    await peer.dial(me.uri)
    call = await comes
    const stands = reaches(call, 'confirmed')
    call.answer({ statusCode: 200 })
    await stands
  }
  const [play, record] = [new AudioMediaPlayer(me.endpoint), new AudioMediaRecorder(me.endpoint)]
  play.createPlayer(file('ours.wav'))
  record.createRecorder(file(`${way}-${srtpUse}.wav`))
  play.startTransmit(call.getAudioMedia())
  call.getAudioMedia().startTransmit(record)
  await sleep(1000)
  expect(await call.setHold()).toMatchObject({ statusCode: 200 })
  expect(call.getInfo().media[0]?.status).toBe('local-hold')
  await sleep(300)
  expect(await call.reinvite({ opt: { unhold: true } })).toMatchObject({ statusCode: 200 })
  await sleep(1000)
  expect(call.getInfo().media[0]).toMatchObject({ status: 'active', dir: 'sendrecv' })
  expect(call.getInfo().media[0]?.srtp === undefined).toBe(srtpUse === 'disabled')
  const over = reaches(call, 'disconnected')
  call.hangup()
  await over
  await peer.event('CALL_CLOSED')
  for (const each of [play, record]) each.dispose()
  await sleep(200)
  expect(toneIn(file(`${way}-${srtpUse}.wav`), THEIRS).seconds).toBeGreaterThan(1.2)
  // Its last file begins with the sound that came back.
  expect(toneIn(peer.heard(), OURS).seconds).toBeGreaterThan(0.6)
})
