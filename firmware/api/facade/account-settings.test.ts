// The settings of an account, each as it shows on the wire: a scripted peer is registrar, proxy, presence server and callee.
import { expect, test } from 'vitest'
import type { SipRequest } from '../../sip/message/message.ts'
import { audioSdp } from '../../testing/core.ts'
import { type LoopbackPeer, startPeer } from '../../testing/loopback-peer.ts'
import type { AccountSettings } from './account-schema.ts'
import type { Part } from './checked.ts'
import { Account, Call } from './index.ts'
import { type Desk, desksOfEach } from './testing/pair.ts'

const upDesk = desksOfEach()

/** An account whose address, and registrar with `registers`, is the peer. */
async function account(settings: Part<AccountSettings>, registers = false) {
  const peer = await startPeer()
  peer.on('REGISTER', granted)
  peer.on('INVITE', () => taken(peer))
  for (const method of ['BYE', 'OPTIONS', 'CANCEL', 'PUBLISH']) peer.on(method, () => ({ status: 200 }))
  const desk = await upDesk('alice')
  const made = new Account(desk.endpoint)
  const registrarUri = registers ? `sip:127.0.0.1:${peer.port}` : ''
  const all = { idUri: `${peer.uri('alice')}`, ...settings, regConfig: { registrarUri, ...settings.regConfig } }
  return { peer, desk, made, create: () => made.create(all) }
}

const granted = (request: SipRequest) => ({ status: 200, headers: [`Contact: ${request.header('Contact')}`] })
const taken = (peer: LoopbackPeer) => ({
  ...{ status: 200, headers: [`Contact: <sip:bob@127.0.0.1:${peer.port}>`], body: `${audioSdp(40_950)}` },
})

/** The INVITE of a call of that account. */
async function invite(settings: Part<AccountSettings>): Promise<SipRequest> {
  const { peer, made, create } = await account(settings)
  create()
  new Call(made).makeCall('bob')
  await expect.poll(() => peer.of('INVITE').length).toBe(1)
  return peer.of('INVITE')[0]!
}

async function stands(desk: Desk, made: Account): Promise<Call> {
  const call = new Call(made)
  const confirmed = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall('bob')
  await confirmed
  expect(desk.endpoint.callGetCount()).toBe(1)
  return call
}

test('regConfig: how long, how soon again, and what it says of itself', { timeout: 15_000 }, async () => {
  const regConfig = { timeoutSec: 77, firstRetryIntervalSec: 1, randomRetryIntervalSec: 0, retryIntervalSec: 1 }
  const { peer, made, create } = await account({ regConfig }, true)
  let refusals = 3
  peer.on('REGISTER', (request) => (refusals-- > 0 ? { status: 480 } : granted(request)))
  const waits: (number | undefined)[] = []
  made.on('regState', ({ statusCode, retryMs }) => void (statusCode >= 400 && waits.push(retryMs)))
  const registered = made.once('regState', ({ active }) => active)
  create()
  await expect.poll(() => made.getInfo().regStatus).toBe(480)
  expect(made.getInfo()).toMatchObject({ regStatusText: 'Scripted', regIsActive: false, regLastErr: 'remote' })
  await registered
  expect(waits).toEqual([1000, 1000, 1000])
  expect(peer.of('REGISTER').map((request) => request.header('Expires'))).toEqual(Array(4).fill('77'))
  expect(made.getInfo()).toMatchObject({ regExpiresSec: 77, regLastErr: '', onlineStatus: true, onlineStatusText: '' })
})

test('regConfig.dropCallsOnFail: calls end with the registration', async () => {
  const { peer, desk, made, create } = await account({ regConfig: { dropCallsOnFail: true } }, true)
  const registered = made.once('regState', ({ active }) => active)
  create()
  await registered
  const call = await stands(desk, made)
  const end = call.once('callEnd')
  peer.on('REGISTER', () => ({ status: 403 }))
  made.setRegistration(true)
  expect((await end).by).toBe('local')
  expect(peer.of('BYE')).toHaveLength(1)
})

test('sipConfig.proxies and uaConfig.outboundProxies: first hop first; sipConfig.transport', async () => {
  const peer = await startPeer()
  const at = `127.0.0.1:${peer.port}`
  const { account: made } = await upDesk(
    'alice',
    { uaConfig: { outboundProxies: [`sip:${at}`] } },
    { idUri: 'sip:alice@example.com', sipConfig: { proxies: ['sip:second.example.com'], transport: 'udp' } },
  )
  new Call(made).makeCall('bob')
  await expect
    .poll(() => peer.of('INVITE')[0]?.headers('Route'))
    .toEqual([...[`<sip:${at};lr>`, '<sip:second.example.com;lr>']])
  expect(peer.of('INVITE')[0]?.header('Via')).toContain('SIP/2.0/UDP')
  expect(() => made.modify({ sipConfig: { proxies: ['nowhere'] } })).toThrow('/sipConfig/proxies/0: expected')
})

test('callConfig: reliable responses, session timers, header fields', async () => {
  const headers = { 'X-Desk': '12' }
  const timer = { timerUse: 'required', timerMinSESec: 120, timerSessExpiresSec: 600 } as const
  const asked = await invite({ callConfig: { prackUse: 'mandatory', ...timer, headers } })
  expect(asked.headers('Require').join()).toMatch(/100rel/)
  expect(asked.headers('Require').join()).toMatch(/timer/)
  expect([asked.header('Session-Expires'), asked.header('Min-SE')]).toEqual(['600', '120'])
  expect(asked.header('X-Desk')).toBe('12')
  const plain = await invite({ callConfig: { prackUse: 'notUsed', timerUse: 'inactive' } })
  expect(plain.headers('Supported').join()).not.toMatch(/100rel|timer/)
  expect(plain.header('Session-Expires')).toBeUndefined()
})

test('callConfig.ringTimeoutSec: a call nobody answers is cancelled', async () => {
  const { peer, made, create } = await account({ callConfig: { ringTimeoutSec: 1 } })
  peer.on('INVITE', () => ({ status: 180 }))
  create()
  const call = new Call(made)
  const late = call.once('ringTimeout')
  const from = performance.now()
  call.makeCall('bob')
  await late
  expect(performance.now() - from).toBeGreaterThan(900)
  await expect.poll(() => peer.of('CANCEL').length).toBe(1)
})

test('presConfig: the online status is published, with its header fields and time', async () => {
  const presConfig = { publishEnabled: true, expirationSec: 90, headers: { 'X-Presence': 'desk' } }
  const { peer, made, create } = await account({ presConfig })
  peer.on('PUBLISH', (request) => ({ status: 200, headers: [`SIP-ETag: e${request.cseq.number}`, 'Expires: 90'] }))
  const states: string[] = []
  made.on('publishState', ({ state, statusCode }) => void states.push(`${state} ${statusCode}`))
  create()
  await expect.poll(() => states).toEqual(['publishing 0', 'published 200'])
  made.setOnlineStatus({ status: 'offline', statusText: 'away' })
  await expect.poll(() => states.length).toBe(4)
  made.shutdown()
  await expect.poll(() => peer.of('PUBLISH').length).toBe(3)
  const [first, second, last] = peer.of('PUBLISH')
  expect([first, second, last].map((each) => each?.header('Expires'))).toEqual(['90', '90', '0'])
  expect([first?.header('Event'), first?.header('X-Presence')]).toEqual(['presence', 'desk'])
  expect(first?.body).toContain('<basic>open</basic>')
  expect(second?.body).toMatch(/<basic>closed<\/basic>[\s\S]*away/)
  expect(second?.header('SIP-If-Match')).toMatch(/^e/)
})

test('natConfig: outbound registrations name their instance and flow; TURN is refused', async () => {
  const sipOutboundInstanceId = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
  const { peer, desk, made } = await account({})
  const at = `sip:127.0.0.1:${peer.port}`
  const registered = made.once('regState', ({ active }) => active)
  made.create({
    ...{ idUri: `${peer.uri('alice')}`, regConfig: { registrarUri: at }, sipConfig: { proxies: [at] } },
    natConfig: { sipOutboundUse: true, sipOutboundInstanceId },
  })
  await registered
  const [first] = peer.of('REGISTER')
  expect(first?.header('Contact')).toContain(`+sip.instance="<${sipOutboundInstanceId}>"`)
  expect(first?.header('Contact')).toMatch(/;reg-id=1\b/)
  expect(first?.headers('Supported').join()).toMatch(/outbound/)
  const other = new Account(desk.endpoint)
  expect(() => other.create({ idUri: 'sip:a@b', natConfig: { turnEnabled: true } })).toThrow(
    '/natConfig/turnEnabled: expected false',
  )
})

test('natConfig.udpKaIntervalSec asks the registrar; their sound stays away meanwhile', {
  timeout: 20_000,
}, async () => {
  const { peer, desk, made, create } = await account({ natConfig: { udpKaIntervalSec: 5 } }, true)
  const registered = made.once('regState', ({ active }) => active)
  create()
  await registered
  const call = await stands(desk, made)
  const silent = await call.once('callMediaTransportState', () => true, 9000)
  expect(silent).toMatchObject({ medIdx: 0, state: 'silent' })
  expect(silent.forMs).toBeGreaterThanOrEqual(5000)
  await expect.poll(() => peer.of('OPTIONS').length, { timeout: 4000 }).toBeGreaterThan(0)
})

test('mediaConfig.srtpSecureSignaling: no keys in clear', async () => {
  const optional = await invite({ mediaConfig: { srtpUse: 'optional' } })
  expect(optional.body).toContain('a=crypto:')
  const secure = await invite({ mediaConfig: { srtpUse: 'optional', srtpSecureSignaling: true } })
  expect(secure.body).not.toContain('a=crypto:')
  const { made, create } = await account({ mediaConfig: { srtpUse: 'mandatory', srtpSecureSignaling: true } })
  create()
  expect(() => new Call(made).makeCall('bob')).toThrow('its keys are to go over TLS only')
})

test('ipChangeConfig.hangupCalls: calls end with the address', async () => {
  const { peer, desk, made, create } = await account({ ipChangeConfig: { hangupCalls: true } })
  create()
  const call = await stands(desk, made)
  const end = call.once('callEnd')
  desk.endpoint.handleIpChange({ address: '127.0.0.2' })
  await end
  expect(peer.of('BYE')).toHaveLength(1)
})

const CONTACT = { contactParams: ';x-desk=12;y="a b"', contactUriParams: ';line=a%20b;flag' }

test('sipConfig.contactParams, contactUriParams: in what is sent and answered; regConfig.contactParams in REGISTER', async () => {
  const { peer, made, create } = await account({ sipConfig: CONTACT, regConfig: { contactParams: ';z' } }, true)
  const registered = made.once('regState', ({ active }) => active)
  create()
  await registered
  const uri = /^<sip:\w+@127\.0\.0\.1:\d+;line=a%20b;flag>/
  expect(peer.of('REGISTER')[0]?.header('Contact')).toMatch(
    new RegExp(`${uri.source};expires=300;z;x-desk=12;y="a b"$`),
  )
  new Call(made).makeCall('bob')
  await expect.poll(() => peer.of('INVITE').length).toBe(1)
  const said = new RegExp(`${uri.source};x-desk=12;y="a b"$`)
  expect(peer.of('INVITE')[0]?.header('Contact')).toMatch(said)
  made.on('incomingCall', ({ callId }) => made.newCall(callId).answer({ statusCode: 180 }))
  peer.open(/<([^>]+)>/.exec(peer.of('REGISTER')[0]?.header('Contact') ?? '')![1]!, [], '')
  await expect.poll(() => peer.responses.find(({ status }) => status === 180)?.header('Contact')).toMatch(said)
  for (const contactParams of ['x=1', ';x=\r\ny', ';=1', ';x="', ';x=a;;'])
    expect(() => made.modify({ sipConfig: { contactParams } })).toThrow('/sipConfig/contactParams: expected')
  expect(() => made.modify({ idUri: 'sip:a@b', sipConfig: { contactUriParams: ';ob' } })).toThrow(
    'a parameter of the Contact that cannot be sent: ob',
  )
})

test('sipConfig.contactForced: others reach us by another door; regConfig.contactUriParams and headers in REGISTER', async () => {
  const sipConfig = { contactForced: 'sip:door@203.0.113.7:7777;transport=tcp;via=nat', contactUriParams: ';line=1' }
  const regConfig = { contactUriParams: ';first=a%20b', headers: { 'X-Desk': '12' } }
  const { peer, made, create } = await account({ sipConfig, regConfig }, true)
  const registered = made.once('regState', ({ active }) => active)
  create()
  await registered
  const [register] = peer.of('REGISTER')
  expect(register?.header('X-Desk')).toBe('12')
  expect(register?.header('Contact')).toBe('<sip:door@203.0.113.7:7777;first=a%20b;via=nat;line=1>;expires=300')
  new Call(made).makeCall('bob')
  await expect.poll(() => peer.of('INVITE').length).toBe(1)
  const said = '<sip:door@203.0.113.7:7777;via=nat;line=1>'
  expect(peer.of('INVITE')[0]?.header('Contact')).toBe(said)
  made.on('incomingCall', ({ callId }) => made.newCall(callId).answer({ statusCode: 180 }))
  peer.open('sip:door@203.0.113.7:7777', [], '')
  await expect.poll(() => peer.responses.find(({ status }) => status === 180)?.header('Contact')).toBe(said)
  expect(() => made.modify({ idUri: 'sip:a@b', sipConfig: { contactForced: 'door' } })).toThrow(
    '/sipConfig/contactForced: expected a SIP URI, got "door"',
  )
})

test.each([
  [0, []],
  [1, ['endpoint']],
  [2, ['account']],
  [3, ['endpoint', 'account']],
] as const)('regConfig.proxyUse %i: REGISTER goes by %j, calls by both', async (proxyUse, names) => {
  const peer = await startPeer()
  peer.on('REGISTER', granted)
  const at = (name: string) => `sip:127.0.0.1:${peer.port};is=${name};lr`
  const desk = await upDesk('alice', { uaConfig: { outboundProxies: [at('endpoint')] } })
  const made = new Account(desk.endpoint)
  const registered = made.once('regState', ({ active }) => active)
  made.create({
    idUri: `${peer.uri('alice')}`,
    regConfig: { registrarUri: `sip:127.0.0.1:${peer.port}`, proxyUse },
    sipConfig: { proxies: [at('account')] },
  })
  await registered
  const routes = (method: string) =>
    peer
      .of(method)[0]
      ?.headers('Route')
      .map((route) => /is=(\w+)/.exec(route)?.[1])
  expect(routes('REGISTER')).toEqual([...names])
  new Call(made).makeCall('bob')
  await expect.poll(() => routes('INVITE')).toEqual(['endpoint', 'account'])
})

test('natConfig.sipOutboundRegId: the number of the flow, with proxies or without', async () => {
  const sipOutboundInstanceId = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
  const natConfig = { sipOutboundUse: true, sipOutboundInstanceId, sipOutboundRegId: '5' }
  const { peer, made, create } = await account({ natConfig }, true)
  const registered = made.once('regState', ({ active }) => active)
  create()
  await registered
  expect(peer.of('REGISTER')[0]?.header('Contact')).toMatch(/\+sip\.instance="<urn:uuid:[^>]+>";reg-id=5$/)
})
