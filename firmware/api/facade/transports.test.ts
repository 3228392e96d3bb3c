// Several transports of a kind, at several addresses of this host, and accounts that go by one of them (Net::SIP's leg, PJSUA2's
// transportId).
import { expect, test } from 'vitest'
import type { CallInfo } from './call-types.ts'
import { Account, type Call, Endpoint } from './index.ts'
import { desksOfEach, Person, talking } from './testing/pair.ts'

const upDesk = desksOfEach()
const hostOf = (uri: string) => /@?([\d.]+)(?::\d+)?>?$/.exec(uri)?.[1]
const placeOf = (call: Call) => /^c=IN IP4 (.*)\r$/m.exec(call.getSdp().local ?? '')?.[1]

test('an account by a transport: calls of it and to it, with their sound, are of that address; others go on by the first', async () => {
  const [alice, bob] = [await upDesk('alice'), await upDesk('bob')]
  const { endpoint } = alice
  const told: string[] = []
  endpoint.on('transportState', ({ transportId, state, localAddress }) =>
    told.push(`${transportId} ${state} ${localAddress.split(':')[0]}`),
  )
  const second = endpoint.transportCreate('udp', { boundAddress: '127.0.0.2' })
  const { localAddress } = endpoint.transportGetInfo(second)
  expect(localAddress).toMatch(/^127\.0\.0\.2:[1-9]/)
  expect(endpoint.transportEnum()).toEqual([0, second])
  // Without a user, as pjsua_acc_add_local makes them.
  const there = new Person(endpoint)
  there.create({ idUri: `sip:${localAddress}`, sipConfig: { transportId: second } })

  const ours = await talking({ ...alice, account: there, uri: `sip:${localAddress}` }, bob)
  const infoOf = (call: Call): CallInfo => call.getInfo()
  expect(hostOf(infoOf(ours.theirs).remoteContact)).toBe('127.0.0.2')
  expect([placeOf(ours.mine), placeOf(ours.theirs)]).toEqual(['127.0.0.2', '127.0.0.1'])
  const digit = ours.theirs.once('dtmfDigit')
  ours.mine.dialDtmf('7')
  expect((await digit).digit).toBe('7')
  ours.mine.hangup()

  const theirs = await talking(bob, { ...alice, account: there, uri: `sip:${localAddress}` })
  expect(hostOf(infoOf(theirs.mine).remoteContact)).toBe('127.0.0.2')
  expect(placeOf(theirs.theirs)).toBe('127.0.0.2')
  theirs.mine.hangup()

  const usual = await talking(alice, bob)
  expect(hostOf(infoOf(usual.theirs).remoteContact)).toBe('127.0.0.1')
  expect(placeOf(usual.mine)).toBe('127.0.0.1')
  usual.mine.hangup()

  endpoint.transportClose(second)
  const gone = new Account(endpoint)
  expect(() => gone.create({ idUri: 'sip:x@y', sipConfig: { transportId: second } })).toThrow(
    `/sipConfig/transportId: expected one of transportEnum, got ${second}`,
  )
  expect(told).toEqual([`${second} up 127.0.0.2`, `${second} down 127.0.0.2`])
})

test('created before the start, by number and kind; what cannot be is said, and nothing is left of it', async () => {
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  endpoint.libInit()
  const first = endpoint.transportCreate('udp', { boundAddress: '127.0.0.1' })
  const [udp, tcp] = (['udp', 'tcp'] as const).map((type) =>
    endpoint.transportCreate(type, { boundAddress: '127.0.0.3' }),
  ) as [number, number]
  expect(() => endpoint.transportCreate('tls', { boundAddress: '127.0.0.3' })).toThrow('first of TLS')
  const tls = endpoint.transportCreate('tls', { port: 5061 })
  expect(() => endpoint.transportCreate('tls', { boundAddress: '127.0.0.3', tlsConfig: {} })).toThrow(
    'tlsConfig: expected none',
  )
  endpoint.transportClose(tls)
  const foreign = endpoint.transportCreate('udp', { boundAddress: '192.0.2.77' })
  await expect(endpoint.libStart()).rejects.toThrow('192.0.2.77')
  endpoint.transportClose(foreign)
  await endpoint.libStart()
  expect(endpoint.transportEnum().map((id) => endpoint.transportGetInfo(id).localAddress.split(':')[0])).toEqual([
    ...['127.0.0.1', '127.0.0.3', '127.0.0.3'],
  ])
  const port = (id: number) => Number(endpoint.transportGetInfo(id).localAddress.split(':')[1])
  expect(() => endpoint.transportCreate('udp', { boundAddress: '127.0.0.1', port: port(first) })).toThrow('EADDRINUSE')
  const beside = endpoint.transportCreate('udp', { boundAddress: '127.0.0.1' })
  expect(port(beside)).not.toBe(port(first))

  const account = new Account(endpoint)
  const create = (transport: 'tcp' | 'auto', transportId: number) =>
    account.create({ idUri: 'sip:a@127.0.0.3', sipConfig: { transport, transportId } })
  expect(() => create('tcp', udp)).toThrow(`/sipConfig/transport: expected auto or that of transport ${udp}, got tcp`)
  create('tcp', tcp)
  account.modify({ idUri: 'sip:a@127.0.0.3', sipConfig: { transportId: first } })
  await endpoint.libDestroy()
})
