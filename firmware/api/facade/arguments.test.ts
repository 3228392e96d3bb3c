// Whatever a method of the façade is given in the place of what it takes: nothing but an error of that operation that says what it takes.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Account, AudioMediaPlayer, AudioMediaRecorder, Buddy, Call, OperationError, ToneGenerator } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-arguments-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let alice: Desk
let bob: Desk
let call: Call
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
desksOfAll(() => [alice, bob])

/** Nothing is written where it might be taken for the name of a file. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  '',
  'a b',
  'x\r\ny',
  [],
  {},
  [null],
  { x: 1 },
  () => {},
]

type Act = (junk: never) => unknown
/** By what is given in the wrong place. */
const METHODS: Readonly<Record<string, Act>> = {
  'transportCreate type': (junk) => alice.endpoint.transportCreate(junk),
  'transportCreate config': (junk) => alice.endpoint.transportCreate('tls', junk),
  'transportCreate config.tlsConfig': (junk) => alice.endpoint.transportCreate('tls', { tlsConfig: junk }),
  'transportCreate config.tlsConfig.ciphers': (junk) =>
    alice.endpoint.transportCreate('tls', { tlsConfig: { ciphers: junk } }),
  'transportClose id': (junk) => alice.endpoint.transportClose(junk === 0 ? (99 as never) : junk),
  'transportGetInfo id': (junk) => alice.endpoint.transportGetInfo(junk),
  'handleIpChange address': (junk) => alice.endpoint.handleIpChange({ address: junk ?? (null as never) }),
  'setRtpPorts rtpPort': (junk) => alice.endpoint.setRtpPorts(junk, 10),
  'codecSetPriority codecId': (junk) => alice.endpoint.codecSetPriority(junk, 10),
  'codecSetPriority priority': (junk) => alice.endpoint.codecSetPriority('GSM', junk),
  'utilTimerSchedule msecDelay': (junk) => alice.endpoint.utilTimerCancel(alice.endpoint.utilTimerSchedule(junk)),
  'utilLogWrite level': (junk) => alice.endpoint.utilLogWrite(junk, 'x'),
  'utilLogWrite msg': (junk) => alice.endpoint.utilLogWrite(4, junk),
  'enumCalls max': (junk) => alice.endpoint.enumCalls(junk),
  'create config': (junk) => new Account(alice.endpoint).create(junk),
  'modify config': (junk) => bob.account.modify({ idUri: junk }),
  'setOnlineStatus presence': (junk) => alice.account.setOnlineStatus(junk),
  'setOnlineStatus presence.status': (junk) => alice.account.setOnlineStatus({ status: junk, statusText: '' }),
  'sendRequest prm': (junk) => alice.account.sendRequest(junk),
  'sendRequest targetUri': (junk) => alice.account.sendRequest({ targetUri: junk, method: 'OPTIONS' }),
  'sendRequest method': (junk) => alice.account.sendRequest({ targetUri: bob.uri, method: junk }),
  'sendRequest txOption': (junk) =>
    alice.account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', txOption: junk }),
  'sendRequest txOption.headers': (junk) =>
    alice.account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', txOption: { headers: junk } }),
  'sendRequest txOption.msgBody': (junk) =>
    alice.account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', txOption: { msgBody: junk } }),
  'sendRequest txOption.contentType': (junk) =>
    alice.account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', txOption: { contentType: junk, msgBody: 'x' } }),
  'sendInstantMessage prm': (junk) => alice.account.sendInstantMessage(junk),
  'sendInstantMessage content': (junk) => alice.account.sendInstantMessage({ toUri: bob.uri, content: junk }),
  'sendTypingIndication prm': (junk) => alice.account.sendTypingIndication(junk),
  'findBuddy uri': (junk) => alice.account.findBuddy(junk),
  'Buddy create account': (junk) => new Buddy().create(junk, { uri: bob.uri }),
  'Buddy create config': (junk) => new Buddy().create(alice.account, junk),
  'makeCall dstUri': (junk) => new Call(bob.account).makeCall(junk),
  'makeCall prm': (junk) => new Call(bob.account).makeCall('nobody', junk),
  'makeCall prm.opt': (junk) => new Call(bob.account).makeCall('nobody', { opt: junk }),
  'makeCall prm.opt.sdp': (junk) => new Call(bob.account).makeCall('nobody', { opt: { sdp: junk } }),
  'makeCall prm.txOption': (junk) => new Call(bob.account).makeCall('nobody', { txOption: junk }),
  'makeCall prm.txOption.multipartParts': (junk) =>
    new Call(bob.account).makeCall('nobody', { txOption: { multipartParts: junk } }),
  'makeCall prm.ringTimeMs': (junk) => new Call(bob.account).makeCall('nobody', { ringTimeMs: junk }),
  'Call callId': (junk) => new Call(bob.account, junk),
  'answer prm': (junk) => call.answer(junk),
  'answer statusCode': (junk) => call.answer({ statusCode: junk }),
  'forward targets': (junk) => call.forward(junk),
  'setHold prm': (junk) => call.setHold(junk),
  'reinvite prm': (junk) => call.reinvite(junk),
  'update prm': (junk) => call.update(junk),
  'xfer dest': (junk) => call.xfer(junk),
  'xferReplaces destCall': (junk) => call.xferReplaces(junk),
  'processRedirect op': (junk) => call.processRedirect(junk),
  'dialDtmf digits': (junk) => call.dialDtmf(junk),
  'sendDtmf prm': (junk) => call.sendDtmf(junk),
  'sendDtmf methods': (junk) => call.sendDtmf({ digits: '1', methods: junk }),
  'sendDtmf duration': (junk) => call.sendDtmf({ digits: '1', duration: junk }),
  'Call sendInstantMessage prm': (junk) => call.sendInstantMessage(junk),
  'Call sendTypingIndication prm': (junk) => call.sendTypingIndication(junk),
  'Call sendRequest prm': (junk) => call.sendRequest(junk),
  'Call sendRequest method': (junk) => call.sendRequest({ method: junk }),
  'Call sendRequest txOption': (junk) => call.sendRequest({ method: 'INFO', txOption: junk }),
  'getAudioMedia index': (junk) => call.getAudioMedia(junk),
  'remoteHasCap header': (junk) => call.remoteHasCap(junk, 'x'),
  'remoteHasCap option': (junk) => call.remoteHasCap('Allow', junk),
  'startTransmit sink': (junk) => call.getAudioMedia().startTransmit(junk),
  'stopTransmit sink': (junk) => call.getAudioMedia().stopTransmit(junk),
  'adjustRxLevel level': (junk) => call.getAudioMedia().adjustRxLevel(junk),
  'adjustTxLevel level': (junk) => call.getAudioMedia().adjustTxLevel(junk),
  'createPlayer file': (junk) => new AudioMediaPlayer(alice.endpoint).createPlayer(junk),
  'createPlayer options': (junk) => new AudioMediaPlayer(alice.endpoint).createPlayer('/dev/null', junk),
  'createPlaylist files': (junk) => new AudioMediaPlayer(alice.endpoint).createPlaylist(junk),
  'createRecorder fileName': (junk) =>
    new AudioMediaRecorder(alice.endpoint).createRecorder(typeof junk === 'string' ? join(folder, junk) : junk),
  'play tones': (junk) => tone((each) => each.play(junk)),
  'playDigits digits': (junk) => tone((each) => each.playDigits(junk)),
  'setCaptureDev capture': (junk) => alice.endpoint.audDevManager().setCaptureDev(junk),
  'hangup statusCode': (junk) => call.hangup({ statusCode: junk || (1 as never) }),
  'hangup prm': (junk) => call.hangup(junk ?? (1 as never)),
}

function tone(act: (each: ToneGenerator) => void) {
  using each = new ToneGenerator(alice.endpoint)
  each.createToneGenerator()
  act(each)
}

test('nothing but errors of that operation, that say what it takes', { timeout: 20_000 }, async () => {
  call = (await talking(alice, bob)).mine
  const wrong: string[] = []
  for (const [name, act] of Object.entries(METHODS)) {
    const operation = name.split(' ').at(-2)!
    let refused = 0
    for (const junk of JUNK) {
      try {
        act(junk as never)
      } catch (error) {
        refused++
        const named = error instanceof OperationError && error.operation === operation
        const said =
          named && (error.code !== 'argument' || /^[\w./[\]]+: expected |^not a header field: /.test(error.text))
        if (!said) wrong.push(`${name}, ${JSON.stringify(junk) ?? String(junk)}: ${error}`)
      }
    }
    if (refused === 0) wrong.push(`${name}: nothing is refused`)
    if (!call.isActive() && operation !== 'hangup') call = (await talking(alice, bob)).mine
  }
  expect(wrong).toEqual([])
})

test('what was wrong is said in words, by the name of the argument; nothing within an object is repeated', () => {
  const says = (act: () => unknown) => {
    try {
      act()
    } catch (error) {
      return (error as OperationError).info()
    }
    return ''
  }
  const { account } = bob
  const request = (prm: object) => says(() => account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', ...prm }))
  expect(request({ method: 'BAD METHOD' })).toBe(
    'sendRequest failed: method: expected the name of a method, such as OPTIONS, got "BAD METHOD" [argument/400]',
  )
  expect(request({ method: 'BYE' })).toBe(
    'sendRequest failed: method: BYE belongs to calls or registrations [argument/400]',
  )
  expect(request({ txOption: { headers: { 'X-A': [1] } } })).toBe(
    'sendRequest failed: txOption.headers.X-A[0]: expected text, got 1 [argument/400]',
  )
  expect(request({ txOption: { headers: { 'X-A': { secret: 'geheim' } } } })).toBe(
    'sendRequest failed: txOption.headers.X-A: expected a list, got something of type object [argument/400]',
  )
  expect(says(() => new Call(account).makeCall('x', { opt: { sdp: 'v=0' } }))).toMatch(
    /^makeCall failed: opt\.sdp: expected a session description: /,
  )
})
