// The library's life, its transports, codecs, timers and accounts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Account, Call, Endpoint, OperationError } from './index.ts'
import { desksOfEach, talking } from './testing/pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-endpoint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const upDesk = desksOfEach()

const loopback = { boundAddress: '127.0.0.1' }

test('one of a kind, in its order', async () => {
  expect(() => Endpoint.instance()).toThrow('Endpoint.instance: there is none yet: new Endpoint() (not-started)')
  const endpoint = new Endpoint()
  expect(() => new Endpoint()).toThrow('there is one already')
  expect(Endpoint.instance()).toBe(endpoint)
  expect(() => endpoint.libInit()).toThrow('libInit: the library is null, not created: libCreate comes first (state)')
  endpoint.libCreate()
  expect(() => endpoint.libCreate()).toThrow('created already')
  await expect(endpoint.libStart()).rejects.toThrow('libInit comes first')
  expect(() => endpoint.transportCreate('udp')).toThrow('libInit comes first')
  endpoint.libInit()
  expect(() => new Account().create({ idUri: 'sip:a@b' })).toThrow('create: the library is init: libStart comes first')
  endpoint.transportCreate('udp', loopback)
  await endpoint.libStart()
  expect(endpoint.libGetState()).toBe('running')
  new Account().create({ idUri: 'sip:a@b' })
  await endpoint.libDestroy()
  expect(endpoint.libGetState()).toBe('null')
  expect(() => Endpoint.instance()).toThrow('there is none yet')
  await new Endpoint().libDestroy()
})

test('after the end nothing of it is left: the same port can be had again', async () => {
  let port = 0
  for (let n = 0; n < 2; n++) {
    const endpoint = new Endpoint({ beside: true })
    endpoint.libCreate()
    endpoint.libInit()
    const id = endpoint.transportCreate('udp', { ...loopback, port })
    await endpoint.libStart()
    port = Number(endpoint.transportGetInfo(id).localAddress.split(':')[1])
    await endpoint.libDestroy()
  }
})

test('a start that cannot be leaves it as it was', async () => {
  const { endpoint: other } = await upDesk('alice')
  const port = Number(other.transportGetInfo(0).localAddress.split(':')[1])
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  endpoint.libInit()
  const id = endpoint.transportCreate('udp', { ...loopback, port })
  const failure = await endpoint.libStart().catch((error: OperationError) => error)
  expect(failure).toBeInstanceOf(OperationError)
  expect(failure).toMatchObject({ operation: 'libStart', code: 'system', status: 503 })
  expect((failure as OperationError).info()).toBe(`libStart failed: udp 127.0.0.1:${port}: EADDRINUSE [system/503]`)
  endpoint.transportClose(id)
  endpoint.transportCreate('tcp', loopback)
  await endpoint.libStart()
  await endpoint.libDestroy()
})

test('transports are created, listed, closed, and told of', async () => {
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  endpoint.libInit()
  const [udp, tcp, tls] = (['udp', 'tcp', 'tls'] as const).map((type) => endpoint.transportCreate(type, loopback))
  expect(() => endpoint.transportClose(9)).toThrow('there is no transport 9')
  endpoint.transportClose(tls!)
  expect(endpoint.transportEnum()).toEqual([udp, tcp])
  const told: string[] = []
  endpoint.on('transportState', ({ type, state }) => told.push(`${type} ${state}`))
  await endpoint.libStart()
  expect(endpoint.transportGetInfo(udp!).localAddress).toMatch(/^127\.0\.0\.1:[1-9]/)
  endpoint.transportClose(udp!)
  expect(() => endpoint.transportClose(tcp!)).toThrow('the last transport cannot be closed')
  const other = await upDesk('bob')
  const [, port] = other.endpoint.transportGetInfo(0).localAddress.split(':')
  expect(() => endpoint.transportCreate('udp', { ...loopback, port: Number(port) })).toThrow('EADDRINUSE')
  expect(endpoint.transportEnum()).toEqual([tcp])
  const again = endpoint.transportCreate('udp', loopback)
  const account = new Account(endpoint)
  const uri = `sip:late@${endpoint.transportGetInfo(again).localAddress}`
  account.create({ idUri: uri })
  const comes = account.once('incomingCall')
  new Call(other.account).makeCall(uri)
  await comes
  await endpoint.libDestroy()
  expect(told).toEqual(['udp up', 'tcp up', 'udp down', 'udp up', 'tcp down', 'udp down'])
})

test('settings are checked, and do what they say', async () => {
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  expect(() => endpoint.libInit({ uaConfig: { maxCalls: 0 } })).toThrow('/uaConfig/maxCalls: expected a whole number')
  expect(() => endpoint.libInit({ medConfig: { jitter: 1 } } as never)).toThrow(
    '/medConfig/jitter: expected no such key',
  )
  const filename = join(folder, 'log')
  const alice = await upDesk('alice', { uaConfig: { userAgent: 'Just a Test' }, logConfig: { filename, level: 3 } })
  const bob = await upDesk('bob')
  const comes = bob.account.once('incomingCall')
  new Call(alice.account).makeCall(bob.uri)
  expect((await comes).rdata.headers['User-Agent']).toEqual(['Just a Test'])
  alice.endpoint.utilLogWrite(3, 'by hand')
  alice.endpoint.utilLogWrite(4, 'too much')
  await alice.endpoint.libDestroy()
  const text = readFileSync(filename, 'utf8')
  expect(text).toMatch(/ 3 application: by hand\n/)
  expect(text).not.toContain('too much')
})

test('codecs: the first in use is the first offered', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  expect(alice.endpoint.codecEnum()[0]).toMatchObject({ codecId: 'PCMA' })
  alice.endpoint.codecSetPriority('PCMU/8000/1', 255)
  alice.endpoint.codecSetPriority('PCMA', 0)
  const { mine } = await talking(alice, bob)
  expect(mine.getSdp().local).toMatch(/m=audio \d+ RTP\/AVP 0 9 111 101/)
  expect(mine.getInfo().media[0]?.codec).toBe('PCMU/8000')
  const all = () => alice.endpoint.codecEnum().filter(({ priority }) => priority === 9)
  alice.endpoint.codecSetPriority('speex', 9)
  expect(all().map(({ codecId }) => codecId)).toEqual(['SPEEX/8000', 'SPEEX/16000', 'SPEEX/32000'])
  alice.endpoint.codecSetPriority('speex', 0)
  expect(() => alice.endpoint.codecSetPriority('X', 1)).toThrow('codecId: expected one of')
  for (const codec of ['G722', 'OPUS']) alice.endpoint.codecSetPriority(codec, 0)
  expect(() => alice.endpoint.codecSetPriority('PCMU', 0)).toThrow('the last codec in use cannot be left out')
})

test('timers', async () => {
  const { endpoint } = await upDesk('alice')
  const told: unknown[] = []
  endpoint.on('timer', ({ userData }) => told.push(userData))
  const cancelled = endpoint.utilTimerSchedule(1, 'never')
  expect(endpoint.utilTimerCancel(cancelled)).toBe(true)
  expect(endpoint.utilTimerCancel(cancelled)).toBe(false)
  const due = endpoint.once('timer')
  endpoint.utilTimerSchedule(5, 'once')
  expect(await due).toEqual({ userData: 'once', msecDelay: 5 })
  expect(told).toEqual(['once'])
})

test('a subclass and a listener see the same', async () => {
  const seen: string[] = []
  class MyCall extends Call {
    override onCallState({ state }: { readonly state: string }) {
      seen.push(`method ${state}`)
      if (state === 'calling') throw new Error('a fault of the application')
    }
  }
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const call = new MyCall(alice.account)
  call.on('callState', ({ state }) => seen.push(`listener ${state}`))
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  const comes = bob.account.nextCall()
  call.makeCall(bob.uri)
  ;(await comes).hangup()
  await end
  expect(seen).toEqual(['calling', 'disconnected'].flatMap((state) => [`method ${state}`, `listener ${state}`]))
})

test('several accounts: each call is for its own, unless the application says otherwise', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const second = new (Object.getPrototypeOf(bob.account).constructor)(bob.endpoint)
  second.create({ idUri: bob.uri.replace('bob', 'office') }, true)
  expect([bob.account.isDefault(), second.isDefault()]).toEqual([false, true])
  expect(bob.endpoint.enumAccounts()).toHaveLength(2)
  const office = second.once('incomingCall')
  new Call(alice.account).makeCall(bob.uri.replace('bob', 'office'))
  await office
  bob.endpoint.on('selectAccount', (prm) => {
    prm.account = second
  })
  const again = second.once('incomingCall')
  new Call(alice.account).makeCall(bob.uri)
  const { callId } = await again
  expect(Call.lookup(second, callId)?.getInfo().accountId).toBe(second.getId())
  second.shutdown()
  expect(() => new Call(second).makeCall(alice.uri)).toThrow('the account was not created, or is deleted')
})

test('an account is checked, modified, and refuses what there is not', async () => {
  const { endpoint, account, uri } = await upDesk('alice')
  expect(() => account.create({ idUri: uri })).toThrow('create: the account was created already; use modify (exists)')
  const other = new Account(endpoint)
  expect(() => other.create({ idUri: 'alice' })).toThrow('/idUri: expected a SIP URI, got "alice"')
  expect(() => other.create({ idUri: uri, natConfig: { iceEnabled: true } })).toThrow(
    '/natConfig/iceEnabled: expected false',
  )
  expect(() => other.create({ idUri: uri, regConfig: { timeoutSec: 1 } })).toThrow('/regConfig/timeoutSec')
  expect(other.isValid()).toBe(false)
  account.modify({ idUri: `"Alice" <${uri}>`, callConfig: { headers: { 'X-Of': 'account' } } })
  const bob = await upDesk('bob')
  const comes = bob.account.once('incomingCall')
  new Call(account).makeCall(bob.uri)
  const { rdata } = await comes
  expect([rdata.peer.display, rdata.headers['X-Of']]).toEqual(['Alice', ['account']])
  expect(() => account.setRegistration(true)).toThrow('a local account has no registrar')
})

test('an account that takes nothing less than SRTP refuses a plain call, and takes one that has it', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  bob.account.modify({ idUri: bob.uri, mediaConfig: { srtpUse: 'mandatory' } })
  const plain = new Call(alice.account)
  const end = plain.once('callState', ({ state }) => state === 'disconnected')
  plain.makeCall(bob.uri)
  await end
  alice.account.modify({ idUri: alice.uri, mediaConfig: { srtpUse: 'optional' } })
  const comes = bob.account.once('incomingCall')
  new Call(alice.account).makeCall(bob.uri)
  await comes
})

test('another address: calls go on from there', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const { mine, theirs } = await talking(alice, bob)
  const done = alice.endpoint.once('ipChangeProgress', ({ op }) => op === 'done')
  const moved = alice.endpoint.once('ipChangeProgress', ({ op }) => op === 'call')
  const heard = theirs.once('callRxReinvite')
  alice.endpoint.handleIpChange({ address: '127.0.0.2' })
  expect((await heard).offer).toContain('c=IN IP4 127.0.0.2')
  expect(await moved).toMatchObject({ statusCode: 200, callId: mine.getId() })
  await done
})

test('another address while a call rings here: it goes on from there', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const mine = new Call(bob.account)
  const comes = alice.account.nextCall()
  mine.makeCall(alice.uri)
  const theirs = await comes
  alice.endpoint.handleIpChange({ address: '127.0.0.2' })
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200 })
  await stands
  await expect.poll(() => mine.getSdp().remote).toContain('c=IN IP4 127.0.0.2')
  await expect.poll(async () => (await theirs.getStreamStat()).rx.packets).toBeGreaterThan(5)
})

test.each([
  ['has not rung yet', 0],
  ['rings', 180],
  ['is heard already', 183],
])('another address while a call of ours %s there: it is called anew, and goes on', async (_name, statusCode) => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri)
  const first = await comes
  if (statusCode > 0) {
    const rings = mine.once('callState', ({ state }) => state === 'early')
    first.answer({ statusCode })
    await rings
  }
  const again = bob.account.nextCall()
  const off = first.once('callState', ({ state }) => state === 'disconnected')
  const done = alice.endpoint.once('ipChangeProgress', ({ op }) => op === 'done')
  alice.endpoint.handleIpChange({ address: '127.0.0.2' })
  await off
  const theirs = await again
  expect(mine.isActive()).toBe(true)
  expect(theirs.getSdp().remote).toContain('c=IN IP4 127.0.0.2')
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  let changes = 0
  theirs.on('callRxReinvite', () => void changes++)
  theirs.answer({ statusCode: 200 })
  await stands
  await done
  await expect.poll(async () => (await theirs.getStreamStat()).rx.packets).toBeGreaterThan(5)
  await expect.poll(async () => (await mine.getStreamStat()).rx.packets).toBeGreaterThan(5)
  expect(mine.getSdp().local).toContain('c=IN IP4 127.0.0.2')
  expect(changes).toBe(0)
})

test('what NAT there is: nobody to ask, nobody who answers', { timeout: 20_000 }, async () => {
  const alice = await upDesk('alice')
  expect(() => alice.endpoint.natDetectType()).toThrow('no server to ask: /uaConfig/stunServer is empty')
  const bob = await upDesk('bob', { uaConfig: { stunServer: ['127.0.0.1:9'] } })
  const told = bob.endpoint.once('natDetectionComplete')
  bob.endpoint.natDetectType()
  expect(await told).toEqual({ natType: 'blocked', reason: '' })
  expect(bob.endpoint.natGetType()).toBe('blocked')
})

test('encrypted sound, as both accounts ask for it', async () => {
  const mandatory = { mediaConfig: { srtpUse: 'mandatory' } } as const
  const [alice, bob] = await Promise.all([upDesk('alice', {}, mandatory), upDesk('bob', {}, mandatory)])
  const { mine } = await talking(alice, bob)
  expect(mine.getInfo().media[0]?.srtp).toMatch(/^A/)
  const carol = await upDesk('carol')
  const call = new Call(alice.account)
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(carol.uri)
  expect((await end).statusCode).toBe(488)
})
