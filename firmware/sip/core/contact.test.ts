// Our Contact as an account wants it: parameters of its own in requests and responses, proxies and flow numbers of REGISTER alone.
import { expect, test } from 'vitest'
import { INSTANCE, registering } from '../../testing/registering.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { Identity, RegisterOptions } from './contract.ts'

const WISH = {
  contactParams: { 'x-desk': '12', 'x y': undefined },
  contactUriParams: { line: 'a b', fix: undefined },
}
const GOOD = { ...WISH, contactParams: { 'x-desk': 'two words', isfocus: undefined } }
const SAID = '<sip:alice@10.0.0.1:5060;line=a%20b;fix>'

test('requests and responses of the account say them, each behind what the stack says', () => {
  const { stage, alice, identity, register, requests } = registering()
  const bob = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const who = { ...identity, ...GOOD }
  register({ identity: who, options: { contactParams: { q2: '1' } } })
  stage.run(100)
  expect(requests()[0]?.header('Contact')).toBe(`${SAID};expires=600;q2=1;x-desk="two words";isfocus`)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered', contact: SAID.slice(1, -1) })
  alice.do({ kind: 'invite', id: 'c', identity: who, target: 'sip:bob@10.0.0.2', sdp: 'v=0\r\n', headers: [] })
  stage.run(200)
  expect(bob.requests('INVITE')[0]?.header('Contact')).toBe(`${SAID};x-desk="two words";isfocus`)
  register({ identity, now: true })
  stage.run(300)
  expect(requests().at(-1)?.header('Contact')).toBe('<sip:alice@10.0.0.1:5060>;expires=600')
})

test('a call that came says them as soon as it is known whose it is, whatever user it was for', () => {
  const stage = new Stage()
  const [alice, bob] = [stage.phone('alice', '10.0.0.1'), stage.phone('bob', '10.0.0.2')]
  bob.on('session-incoming', ({ id }) => {
    bob.do({ kind: 'identify', id, identity: { ...bob.identity, contactUser: 'other', ...GOOD } })
    bob.respond(id, 200, 'v=0\r\n')
  })
  alice.call('c', bob)
  stage.run(1000)
  const contact = alice
    .all('session-state')
    .find(({ state }) => state === 'CONNECTING')
    ?.message?.header('Contact')
  expect(contact).toBe('<sip:bob@10.0.0.2:5060;line=a%20b;fix>;x-desk="two words";isfocus')
})

test('a place of its own stands for the socket; what is said in REGISTER alone stands there alone', () => {
  const { stage, alice, identity, register, requests } = registering()
  const bob = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const who = { ...identity, ...WISH, contactParams: {}, contactPlace: { host: '2001:db8::7', port: 7777 } }
  register({ identity: who, options: { contactUriParams: { only: 'here' } } })
  stage.run(100)
  const bound = 'sip:alice@[2001:db8::7]:7777;only=here;line=a%20b;fix'
  expect(requests()[0]?.header('Contact')).toBe(`<${bound}>;expires=600`)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered', contact: bound })
  alice.do({ kind: 'invite', id: 'c', identity: who, target: 'sip:bob@10.0.0.2', sdp: 'v=0\r\n', headers: [] })
  stage.run(200)
  expect(bob.requests('INVITE')[0]?.header('Contact')).toBe('<sip:alice@[2001:db8::7]:7777;line=a%20b;fix>')
})

test('a GRUU stays as the registrar gave it', () => {
  const { stage, alice, identity, register } = registering({ gruu: true })
  const bob = new ScriptedPeer(stage, 'bob', '10.0.0.2')
  const who = { ...identity, ...GOOD }
  register({ identity: who, options: { instance: INSTANCE, gruu: true } })
  stage.run(100)
  const { publicGruu } = alice.last('registration-state') ?? {}
  expect(publicGruu).toMatch(/gr=/)
  alice.do({ kind: 'invite', id: 'c', identity: who, target: 'sip:bob@10.0.0.2', sdp: 'v=0\r\n', headers: [] })
  stage.run(200)
  expect(bob.requests('INVITE')[0]?.header('Contact')).toBe(`<${publicGruu}>;x-desk="two words";isfocus`)
})

const CANNOT = 'a parameter of the Contact that cannot be sent: '
test.each<[Partial<Identity>, string]>([
  [WISH, `${CANNOT}x y`],
  [{ contactParams: { '': '1' } }, CANNOT],
  [{ contactParams: { x: 'a\r\nVia: evil' } }, `${CANNOT}x`],
  [{ contactUriParams: { x: 'a\n' } }, `${CANNOT}x`],
  [{ contactUriParams: { 'x;y': '1' } }, `${CANNOT}x;y`],
  [{ contactUriParams: { x: '' } }, `${CANNOT}x`],
  [{ contactParams: { Expires: '1' } }, `${CANNOT}Expires`],
  [{ contactUriParams: { transport: 'tcp' } }, `${CANNOT}transport`],
  [{ contactPlace: { host: 'a b' } }, 'a place of the Contact that is none: a b'],
  [{ contactPlace: { host: 'a;x=1' } }, 'a place of the Contact that is none: a;x=1'],
])('%j is refused', (wish, reason) => {
  const { alice, identity, register, requests } = registering()
  register({ identity: { ...identity, ...wish } })
  expect(alice.last('rejected')).toMatchObject({ command: 'register', reason })
  expect(requests()).toEqual([])
})

test.each<[RegisterOptions, string]>([
  [{ contactParams: { 'x>': '1' } }, `${CANNOT}x>`],
  [{ regId: 0, instance: INSTANCE }, 'the reg-id is none of 1 to 2147483643'],
  [{ regId: 1.5, instance: INSTANCE }, 'the reg-id is none of 1 to 2147483643'],
  [{ regId: 2 }, 'Outbound needs an instance'],
  [{ routes: ['nowhere'] }, 'a route is no SIP URI'],
])('%j of a registration is refused', (options, reason) => {
  const { alice, register } = registering()
  register({ options })
  expect(alice.last('rejected')).toMatchObject({ command: 'register', reason })
})

test('REGISTER goes by proxies of its own, all else by those of the account', () => {
  const doors = ['10.0.1.1', '10.0.1.2']
  const { stage, registrar, alice, identity, register } = registering({}, new Stage(), doors)
  const who = { ...identity, routes: ['sip:10.0.1.1'] }
  register({ identity: who, options: { routes: ['sip:10.0.1.2'] } })
  stage.run(100)
  alice.do({ kind: 'invite', id: 'c', identity: who, target: 'sip:bob@example.com', sdp: 'v=0\r\n', headers: [] })
  stage.run(200)
  const [first, second] = registrar.doors
  expect([first, second].map((door) => door?.requests('REGISTER').length)).toEqual([0, 1])
  expect([first, second].map((door) => door?.requests('INVITE').length)).toEqual([1, 0])
  register({ identity: who, options: { routes: [] }, now: true })
  stage.run(300)
  expect(registrar.peer.requests('REGISTER')).toHaveLength(1)
})

test('flows are numbered from the number asked for; another number is another flow, and the one before is given up', () => {
  const doors = ['10.0.1.1', '10.0.1.2']
  const outbound = doors.map((address) => `sip:${address}`)
  const { stage, registrar, alice, register, unregister } = registering({ outbound: true }, new Stage(), doors)
  register({ options: { instance: INSTANCE, outbound, regId: 7 } })
  stage.run(2000)
  expect([...registrar.bindings.keys()]).toEqual([`<${INSTANCE}> 7`, `<${INSTANCE}> 8`])
  expect(alice.last('registration-state')?.flows?.map(({ regId }) => regId)).toEqual([7, 8])
  register({ options: { instance: INSTANCE, regId: 3 }, now: true })
  stage.run(10_000)
  expect([...registrar.bindings.keys()]).toEqual([`<${INSTANCE}> 3`])
  unregister()
  stage.run(20_000)
  expect(registrar.bindings.size).toBe(0)
  expect(alice.engine.counts()).toMatchObject({ registrations: 0 })
})
