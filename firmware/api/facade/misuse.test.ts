// What an application does wrong is said at once, by operation, in words; what it throws goes no further.
import { beforeAll, describe, expect, test } from 'vitest'
import { Account, AudioMediaPlayer, Buddy, BuddyConfig, Call, OperationError, ToneGenerator } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
desksOfAll(() => [alice, bob])

/** What it throws. */
function thrown(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof OperationError) return error.info()
    throw error
  }
  return 'nothing was thrown'
}

const made = (target: string, headers = {}) => new Call(alice.account).makeCall(target, { txOption: { headers } })

describe('an address that is none, a header that may not be', () => {
  test.each([
    ['', 'makeCall failed: dstUri: expected a SIP URI or a number, got "": no number [argument/400]'],
    ['sip:', 'makeCall failed: dstUri: expected a SIP URI or a number, got "sip:": not a SIP address [argument/400]'],
    [
      'mailto:bob@example.com',
      'makeCall failed: dstUri: expected a SIP URI or a number, got "mailto:bob@example.com": not a SIP address [argument/400]',
    ],
    [
      'Bob Smith',
      'makeCall failed: dstUri: expected a SIP URI or a number, got "Bob Smith": not a SIP address [argument/400]',
    ],
  ])('%j', (target, says) => {
    expect(thrown(() => made(target))).toBe(says)
    expect(alice.endpoint.callGetCount()).toBe(0)
  })
  test.each([
    ['Via', 'Via is the stack’s own'],
    ['Content-Length', 'Content-Length is the stack’s own'],
    ['m', 'm is the stack’s own'],
    ['X A', 'not a header field: "X A"'],
  ])('%s', (name, says) => {
    expect(thrown(() => made(bob.uri, { [name]: '1' }))).toBe(`makeCall failed: ${says} [argument/400]`)
    const { account } = alice
    const message = { toUri: bob.uri, content: 'x', txOption: { headers: { [name]: '1' } } }
    expect(thrown(() => account.sendInstantMessage(message))).toContain(says)
    expect(alice.endpoint.callGetCount()).toBe(0)
  })
})

test('whom it calls may have a name', async () => {
  const comes = bob.account.once('incomingCall')
  made(`"Bob" <${bob.uri}>`)
  expect((await comes).rdata.peer.uri).toBe(alice.uri)
})

test('what an application throws, being told, is warned of with its place; the call goes on', async () => {
  const warned: string[] = []
  const hear = ({ message }: Error) => void warned.push(message)
  process.on('warning', hear)
  const { mine } = await talking(alice, bob)
  mine.on('callModified', () => {
    throw new Error('oops')
  })
  expect((await mine.setHold()).statusCode).toBe(200)
  await expect.poll(() => warned.join()).toMatch(/^told of callModified, the application threw Error: oops\n.*misuse/s)
  process.off('warning', hear)
  expect(mine.isActive()).toBe(true)
})

test('in the wrong state the operation is the one that was called', async () => {
  const call = new Call(alice.account)
  expect(thrown(() => call.dialDtmf('1'))).toBe('dialDtmf failed: this object has no call yet [state/481]')
  const { mine } = await talking(alice, bob)
  expect(thrown(() => mine.dialDtmf('x'))).toMatch(/^dialDtmf failed: digits: expected up to 128 characters/)
  expect(thrown(() => mine.sendDtmf({ digits: '1', duration: 5 }))).toMatch(/^sendDtmf failed: duration: expected 40/)
  const end = mine.once('callEnd')
  mine.hangup()
  await end
  expect(thrown(() => mine.hangup())).toBe('hangup failed: the call is over [state/481]')
  expect(await mine.dump(true, '>')).toMatch(/^>Call \d+ \[disconnected, last 200 OK\]\n/)
})

test('settings say what comes later; a buddy needs an address', () => {
  const account = new Account(alice.endpoint)
  expect(thrown(() => account.create({ idUri: 'sip:a@b', natConfig: { iceEnabled: true } }))).toBe(
    'create failed: /natConfig/iceEnabled: expected false, as ICE comes later [unsupported/501]',
  )
  const config = new BuddyConfig()
  expect(thrown(() => new Buddy().create(alice.account, { name: 'Bob' }))).toBe(
    'create failed: /uri: expected a SIP URI, got "" [argument/400]',
  )
  config.uri = bob.uri
  new Buddy().create(alice.account, config.settings)
  expect(alice.account.findBuddy(bob.uri)?.getConfig().subscribe).toBe(false)
})

test('media may be disposed of again, and after the endpoint', async () => {
  const { endpoint } = await desk('carol')
  const [player, tone] = [new AudioMediaPlayer(endpoint), new ToneGenerator(endpoint)]
  const logged = endpoint.once('log', ({ level }) => level === 2)
  player.createPlayer('/nowhere.wav')
  expect((await logged).msg).toMatch(/player:\d: \/nowhere.wav: No such file/)
  tone.createToneGenerator()
  {
    using second = new ToneGenerator(endpoint)
    second.createToneGenerator()
    expect(endpoint.mediaActivePorts()).toBe(3)
  }
  expect(endpoint.mediaActivePorts()).toBe(2)
  player.dispose()
  player.dispose()
  await endpoint.libDestroy()
  tone.dispose()
  tone.dispose()
  expect(thrown(() => tone.play([]))).toMatch(/^play failed/)
})

test('a tone that cannot be is refused at once', () => {
  using tone = new ToneGenerator(alice.endpoint)
  tone.createToneGenerator()
  const play = (freq1: number, onMsec = 10, count = 1) =>
    thrown(() => tone.play(Array.from({ length: count }, () => ({ freq1, onMsec, offMsec: 0 }))))
  expect(play(99_999)).toBe('play failed: frequencies: expected 20 to 20000 Hz, got 99999 [argument/400]')
  expect(play(400, 0.5)).toBe('play failed: ms: expected a whole number, 0 to 3600000, got 0.5 [argument/400]')
  expect(play(400, 10, 65)).toBe('play failed: steps: expected 1 to 64, got 65 [argument/400]')
  expect(tone.isBusy()).toBe(false)
  expect(play(400, 10, 64)).toBe('nothing was thrown')
})

test('while the library closes no call is begun; who was called hears the end of all', async () => {
  const { endpoint, account } = await desk('carol')
  const call = new Call(account)
  const comes = bob.account.nextCall()
  call.makeCall(bob.uri)
  const theirs = await comes
  theirs.answer({ statusCode: 180 })
  await call.once('callState', ({ statusCode }) => statusCode === 180)
  const again: string[] = []
  call.on('callEnd', () => again.push(thrown(() => call.makeCall(bob.uri))))
  const over = theirs.once('callEnd')
  const closed = endpoint.libDestroy()
  again.push(thrown(() => new Call(account).makeCall(bob.uri)))
  await closed
  expect(again).toEqual(Array(2).fill('makeCall failed: the library is closing [not-started/503]'))
  expect((await over).info.lastStatusCode).toBe(487)
})
