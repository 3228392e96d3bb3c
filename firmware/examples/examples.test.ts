// Each example does what it says, called by an endpoint of the test's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AudioMediaPlayer, AudioMediaRecorder, Call } from '../api/facade/index.ts'
import { type Desk, desk } from '../api/facade/testing/pair.ts'
import { endPrograms, type Program, startProgram } from '../testing/program.ts'
import { toneIn, writeTone } from '../testing/tone.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-examples-'))
const at = (name: string) => join(folder, name)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
  for (const hertz of [440, 880]) writeTone(at(`${hertz}.wav`), hertz, 0.4, 8000)
})
afterEach(async () => {
  for (const { endpoint } of [alice, bob]) endpoint.hangupAllCalls()
  await endPrograms()
})
afterAll(async () => {
  await Promise.all([alice, bob].map((each) => each?.endpoint.libDestroy()))
  rmSync(folder, { recursive: true, force: true })
})

const example = (name: string, ...args: readonly string[]): Program =>
  startProgram(fileURLToPath(new URL(name, import.meta.url)), args)

async function called(from: Desk, uri: string): Promise<Call> {
  const call = new Call(from.account)
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(uri)
  await stands
  return call
}

/** Says a tone into the call and keeps what comes back. */
async function speak(desk: Desk, call: Call, hertz: number, file: string, ms: number): Promise<void> {
  const [says, hears] = [new AudioMediaPlayer(desk.endpoint), new AudioMediaRecorder(desk.endpoint)]
  says.createPlayer(at(`${hertz}.wav`))
  hears.createRecorder(at(file))
  says.startTransmit(call.getAudioMedia())
  call.getAudioMedia().startTransmit(hears)
  await pause(ms)
  for (const each of [says, hears]) each.dispose()
  await pause(100)
}

test('echo', { timeout: 60_000 }, async () => {
  const echo = example('echo.ts')
  const call = await called(alice, await echo.line('sip:'))
  await speak(alice, call, 440, 'echo.wav', 1500)
  expect(toneIn(at('echo.wav'), 440).seconds).toBeGreaterThan(0.7)
  call.hangup()
  await echo.line('DISCONNCTD')
  echo.stop()
})

test('answering machine', { timeout: 60_000 }, async () => {
  const machine = example('answering-machine.ts', at('880.wav'), folder)
  const call = new Call(alice.account)
  const ringing = call.once('callState', ({ statusCode }) => statusCode === 180)
  const speaks = call.once('instantMessage')
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(await machine.line('sip:'))
  await ringing
  await stands
  await speaks
  await speak(alice, call, 440, 'greeting-after.wav', 1000)
  call.hangup()
  expect(await machine.line('message-1.wav')).toContain(`from ${alice.uri}`)
  machine.stop()
  await expect.poll(() => toneIn(at('message-1.wav'), 440).seconds).toBeGreaterThan(0.5)
})

test('conference: each hears the other', { timeout: 60_000 }, async () => {
  const comes = bob.account.nextCall()
  const room = example('conference.ts', '127.0.0.1', bob.uri)
  const uri = await room.line('sip:')
  const theirs = await comes
  theirs.answer({ statusCode: 200 })
  const mine = await called(alice, uri)
  await room.line('2 in the room')
  await Promise.all([speak(alice, mine, 440, 'a.wav', 1500), speak(bob, theirs, 880, 'b.wav', 1500)])
  expect(toneIn(at('a.wav'), 880).seconds).toBeGreaterThan(0.5)
  expect(toneIn(at('b.wav'), 440).seconds).toBeGreaterThan(0.5)
  mine.hangup()
  await room.line('1 in the room')
  room.stop()
})

test('presence', { timeout: 60_000 }, async () => {
  bob.account.setOnlineStatus({ status: 'offline', statusText: '' })
  const watcher = example('presence.ts', '127.0.0.1', bob.uri)
  await watcher.line('is offline')
  const written = bob.account.once('instantMessage')
  bob.account.setOnlineStatus({ status: 'online', statusText: 'back' })
  await watcher.line('is online: back')
  expect((await written).msgBody).toBe('Good to see you')
  bob.account.sendInstantMessage({ toUri: (await written).fromUri, content: 'Hello' })
  await watcher.line('says: Hello')
  watcher.stop()
})

test('click to dial', { timeout: 60_000 }, async () => {
  const web = example('click-to-dial.ts', bob.uri)
  const url = await web.line('http://')
  expect(await (await fetch(url)).text()).toContain('<form')
  const post = (to: string, headers = {}) => fetch(url, { method: 'POST', body: new URLSearchParams({ to }), headers })
  expect((await post(alice.uri, { Origin: 'http://elsewhere' })).status).toBe(403)
  const desk = bob.account.nextCall()
  const target = alice.account.once('incomingCall')
  expect(await (await post(alice.uri)).text()).toBe('Your phone rings')
  ;(await desk).answer({ statusCode: 200 })
  expect((await target).rdata.peer.uri).toBe(bob.uri)
  alice.account.incoming.at(-1)!.answer({ statusCode: 200 })
  await web.line('transfer 200')
  web.stop()
})

test('softphone, in a thread of its own', { timeout: 60_000 }, async () => {
  const phone = example('softphone.ts', '127.0.0.1', 'null')
  const uri = await phone.line('sip:')
  const call = new Call(alice.account)
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(uri)
  await phone.line(`${alice.uri} calls`)
  phone.type('nonsense')
  await phone.line('expected one of: call, answer')
  phone.type('answer')
  await stands
  const digit = call.once('dtmfDigit')
  phone.type('dtmf 7')
  expect((await digit).digit).toBe('7')
  const written = call.once('instantMessage')
  phone.type('say good morning')
  expect((await written).msgBody).toBe('good morning')
  const held = call.once('callMediaState', () => call.getInfo().media[0]?.status === 'remote-hold')
  phone.type('hold')
  await held
  call.hangup()
  await phone.line('disconnected')
  phone.type('answer')
  await phone.line('the call is over')
  phone.type('quit')
})
