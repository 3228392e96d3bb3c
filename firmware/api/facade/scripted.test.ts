// What an endpoint makes of a peer that is a script: numbers as addresses, NOTIFYs without a body, redirections nobody decides on.
import { expect, test } from 'vitest'
import { takePorts } from '../../testing/interop/ports.ts'
import { type LoopbackPeer, startPeer } from '../../testing/loopback-peer.ts'
import { Account, Buddy, Call } from './index.ts'
import { type Desk, desksOfEach, Person } from './testing/pair.ts'

const upDesk = desksOfEach()

/** An endpoint the peer has heard from, so that it knows where that is. */
async function known(peer: LoopbackPeer, user: string): Promise<Desk> {
  const desk = await upDesk(user)
  peer.on('OPTIONS', () => ({ status: 200 }))
  const heard = desk.account.once('sendRequest')
  desk.account.sendRequest({ targetUri: `${peer.uri('peer')}`, method: 'OPTIONS' })
  await heard
  return desk
}

test.each([
  ['tel:+49-30-(123)', 'a tel: URI'],
  ['sip:+49-30-(123)@127.0.0.1;user=phone', 'a SIP URI that is a number'],
])('%s, %s, is for the account of that number', async (uri) => {
  const peer = await startPeer()
  const { endpoint, account } = await known(peer, 'alice')
  const number = new Person(endpoint)
  number.create({ idUri: 'sip:+4930123@example.com' })
  account.setDefault()
  const call = number.once('incomingCall')
  peer.send('INVITE', uri, [])
  expect((await call).rdata.headers.To).toEqual([`<${uri}>`])
  const message = number.once('instantMessage')
  peer.send('MESSAGE', uri, ['Content-Type: text/plain'], 'hello')
  expect((await message).msgBody).toBe('hello')
  const watcher = number.once('incomingSubscribe')
  peer.send('SUBSCRIBE', uri, ['Event: presence', 'Accept: application/pidf+xml', 'Expires: 60'])
  expect((await watcher).event).toBe('presence')
  // A number that is nobody's is for the default account, as a name is.
  const other = account.once('instantMessage')
  peer.send('MESSAGE', uri.replace('123', '124'), ['Content-Type: text/plain'], 'who?')
  expect((await other).msgBody).toBe('who?')
})

const PIDF = `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@x">
  <tuple id="a"><status><basic>open</basic></status></tuple></presence>`

/** Takes every subscription, and tells nothing, then `body`. */
function notifies(peer: LoopbackPeer, event: string, type: string, body: string): void {
  peer.on('SUBSCRIBE', (request) => {
    const state = ['Subscription-State: active;expires=300', `Event: ${event}`]
    setTimeout(() => peer.ask(request, 'NOTIFY', state))
    setTimeout(() => peer.ask(request, 'NOTIFY', [...state, `Content-Type: ${type}`], body), 30)
    return { status: 200, headers: [`Contact: <sip:bob@127.0.0.1:${peer.port}>`, 'Expires: 300'] }
  })
}

test('of a buddy each NOTIFY is told, also one without a body', async () => {
  const peer = await startPeer()
  const { account } = await upDesk('alice')
  notifies(peer, 'presence', 'application/pidf+xml', PIDF)
  const buddy = new Buddy()
  const told: string[] = []
  buddy.on('buddyEvSubState', ({ event, state, previous, rdata }) => {
    told.push(
      rdata === undefined ? `${previous} → ${state}` : `${event} ${state} ${JSON.stringify(rdata.body.slice(0, 9))}`,
    )
  })
  const online = buddy.once('buddyState', ({ presStatus }) => presStatus.status === 'online')
  buddy.create(account, { uri: `${peer.uri('bob')}`, subscribe: true })
  await online
  expect(told.slice(-3)).toEqual(['accepted → active', 'presence active ""', 'presence active "<presence"'])
})

test('of a mailbox a NOTIFY without a body is told, and changes nothing', async () => {
  const peer = await startPeer()
  const { endpoint } = await upDesk('alice')
  notifies(
    peer,
    'message-summary',
    'application/simple-message-summary',
    'Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n',
  )
  const account = new Account(endpoint)
  const told: unknown[] = []
  account.on('mwiInfo', ({ state, messages }) => void told.push([state, messages?.waiting]))
  account.create({ idUri: `${peer.uri('alice')}`, mwiConfig: { enabled: true } })
  await expect
    .poll(() => told)
    .toEqual([
      ['active', undefined],
      ['active', true],
    ])
})

test('a redirection left pending ends the call after redirectTimeoutSec', async () => {
  const peer = await startPeer()
  const { account } = await upDesk('alice', {}, { callConfig: { redirectTimeoutSec: 1 } })
  peer.on('INVITE', () => ({ status: 302, headers: ['Contact: <sip:carol@127.0.0.1:9>'] }))
  const call = new Call(account)
  call.on('callRedirected', (prm) => {
    prm.op = 'pending'
  })
  const asked = call.once('callRedirected')
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(`${peer.uri('bob')}`)
  await asked
  const from = performance.now()
  expect((await end).statusCode).toBe(302)
  expect(performance.now() - from).toBeGreaterThan(900)
  expect(() => call.processRedirect('accept')).toThrow('the call is over')
})

test('media ports change at run time: from the next call on', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const called = async () => {
    const comes = bob.account.nextCall()
    new Call(alice.account).makeCall(bob.uri)
    return Number(/^m=audio (\d+)/m.exec((await comes).getSdp().remote!)?.[1])
  }
  const { rtpPort } = alice.endpoint.settings.medConfig
  expect(await called()).toBeLessThan(rtpPort + 40)
  const range = takePorts(20)
  alice.endpoint.setRtpPorts(range, 20)
  const next = await called()
  expect(next).toBeGreaterThanOrEqual(range)
  expect(next).toBeLessThan(range + 20)
  expect(() => alice.endpoint.setRtpPorts(80, 20)).toThrow('/medConfig/rtpPort: expected')
  expect(alice.endpoint.settings.medConfig.rtpPort).toBe(range)
})
