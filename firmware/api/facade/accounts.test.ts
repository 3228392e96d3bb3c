// Which account a call is for, when it is for nobody; what NAT we are behind, in descriptions.
import { expect, test } from 'vitest'
import { Account, Call } from './index.ts'
import { type Desk, desksOfEach, Person } from './testing/pair.ts'

const upDesk = desksOfEach()

test('a call for nobody is for the default account, or for the one of the highest priority', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  const second = new Person(bob.endpoint)
  second.create({ idUri: bob.uri.replace('bob', 'office') })
  const nobody = bob.uri.replace('bob', 'nobody')
  const first = bob.account.nextCall()
  new Call(alice.account).makeCall(nobody)
  ;(await first).hangup()
  second.setDefault()
  const other = second.nextCall()
  new Call(alice.account).makeCall(nobody)
  ;(await other).hangup()
  bob.account.modify({ idUri: bob.uri, priority: 1 })
  const back = bob.account.nextCall()
  new Call(alice.account).makeCall(nobody)
  ;(await back).hangup()
})

test('without an account there is nobody', async () => {
  const alice = await upDesk('alice')
  const bob = await upDesk('bob')
  bob.account.shutdown()
  const call = new Call(alice.account)
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(bob.uri)
  expect((await end).statusCode).toBe(404)
})

test('what NAT we are behind is said where it is asked for', { timeout: 20_000 }, async () => {
  const alice = await upDesk('alice', { uaConfig: { natTypeInSdp: 2, stunServer: ['127.0.0.1:9'] } })
  const bob = await upDesk('bob')
  const carol = await upDesk('carol', { uaConfig: { natTypeInSdp: 1 } })
  const told = alice.endpoint.once('natDetectionComplete')
  alice.endpoint.natDetectType()
  await told
  const reached = async (from: Desk) => {
    const comes = bob.account.nextCall()
    const mine = new Call(from.account)
    mine.makeCall(bob.uri)
    return { mine, theirs: await comes }
  }
  const named = await reached(alice)
  expect(named.theirs.getSdp().remote).toContain('a=X-nat:3 blocked\r\n')
  expect(named.theirs.getRemNatType()).toBe(3)
  expect(() => named.mine.getRemNatType()).toThrow('no description of theirs has come')
  const numbered = await reached(carol)
  expect(numbered.theirs.getSdp().remote).toContain('a=X-nat:0\r\n')
  const silent = new Call(bob.account)
  const comes = alice.account.nextCall()
  silent.makeCall(alice.uri)
  expect((await comes).getSdp().remote).not.toContain('X-nat')
})

test('a hash is of one realm; more proofs than one', async () => {
  const { endpoint, uri } = await upDesk('alice')
  const ha1 = { username: 'a', dataType: 'ha1', data: '0'.repeat(32) } as const
  const account = new Account(endpoint)
  const create = (...authCreds: object[]) => account.create({ idUri: uri, sipConfig: { authCreds } as never })
  expect(() => create(ha1)).toThrow(/realm.*\(argument\)/)
  create({ ...ha1, realm: 'one' }, { username: 'b', data: 'secret', realm: 'two' })
  expect(account.credentials.proofs.map(({ realm, username }) => `${realm} ${username}`)).toEqual(['one a', 'two b'])
})
