// Presence and messages between two endpoints, and calls that go elsewhere.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Buddy, Call } from './index.ts'
import { type Desk, desk } from './testing/pair.ts'

let alice: Desk
let bob: Desk
let carol: Desk
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([desk('alice'), desk('bob'), desk('carol')])
})
afterAll(() => Promise.all([alice, bob, carol].map((each) => each?.endpoint.libDestroy())))

test('presence: seen, changed, ended', async () => {
  const buddy = new Buddy()
  const asked = bob.account.once('incomingSubscribe')
  const online = buddy.once('buddyState', ({ presStatus }) => presStatus.status === 'online')
  buddy.create(alice.account, { uri: bob.uri, name: 'Bob', subscribe: true })
  expect(buddy.getInfo().presStatus.status).toBe('unknown')
  expect(await asked).toMatchObject({ event: 'presence', fromUri: alice.uri })
  expect((await online).name).toBe('Bob')
  const meeting = buddy.once('buddyState', ({ presStatus }) => presStatus.statusText === 'in a meeting')
  bob.account.setOnlineStatus({ status: 'offline', statusText: 'in a meeting' })
  expect((await meeting).presStatus.status).toBe('offline')
  expect(alice.account.findBuddy(bob.uri.toUpperCase().replace('SIP:BOB', 'sip:bob'))).toBe(buddy)
  expect(() => new Buddy().create(alice.account, { uri: bob.uri })).toThrow('is there already')
  const ended = buddy.once('buddyEvSubState', ({ state }) => state === 'terminated')
  buddy.subscribePresence(false)
  await ended
  buddy.delete()
  expect(alice.account.enumBuddies()).toEqual([])
  expect(() => buddy.getInfo()).toThrow('the buddy was not created, or is deleted')
})

test('presence is refused', async () => {
  const off = bob.account.on('incomingSubscribe', (prm) => {
    prm.code = 403
  })
  const buddy = new Buddy()
  const ended = buddy.once('buddyEvSubState', ({ statusCode }) => statusCode === 403)
  buddy.create(alice.account, { uri: bob.uri, subscribe: true })
  await ended
  off()
  buddy.delete()
})

test('messages both ways, typing, and their status', async () => {
  const buddy = new Buddy()
  buddy.create(alice.account, { uri: bob.uri })
  const heard = bob.account.once('instantMessage')
  const status = buddy.once('instantMessageStatus')
  buddy.sendInstantMessage({ content: 'Grüße', userData: 3 })
  expect(await heard).toMatchObject({ fromUri: alice.uri, msgBody: 'Grüße', contentType: 'text/plain' })
  expect(await status).toMatchObject({ code: 200, userData: 3 })
  const back = buddy.once('instantMessage')
  bob.account.sendInstantMessage({ toUri: alice.uri, content: 'Hallo' })
  expect((await back).msgBody).toBe('Hallo')
  const typing = bob.account.once('typingIndication')
  buddy.sendTypingIndication({ isTyping: true })
  expect((await typing).isTyping).toBe(true)
  buddy.delete()
})

test('any request outside calls', async () => {
  const status = alice.account.once('sendRequest')
  alice.account.sendRequest({ targetUri: bob.uri, method: 'OPTIONS', userData: 'x' })
  expect(await status).toMatchObject({ method: 'OPTIONS', statusCode: 200, userData: 'x' })
  expect(() => alice.account.sendRequest({ targetUri: bob.uri, method: 'REGISTER' })).toThrow('belongs to calls')
})

test.each(['accept', 'stop', 'pending'] as const)('a call is sent on: %s', async (op) => {
  const call = new Call(alice.account)
  const asked = call.once('callRedirected')
  call.on('callRedirected', (prm) => {
    prm.op = op
  })
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  const comes = bob.account.nextCall()
  call.makeCall(bob.uri)
  ;(await comes).forward([carol.uri], 'user-busy')
  expect(await asked).toMatchObject({ targetUri: carol.uri, statusCode: 302 })
  if (op !== 'stop') {
    const at = carol.account.nextCall()
    if (op === 'pending') call.processRedirect('accept')
    ;(await at).hangup({ statusCode: 486 })
  }
  expect((await end).statusCode).toBe(op === 'stop' ? 302 : 486)
})

test('nobody answers in time', async () => {
  const call = new Call(alice.account)
  const late = call.once('ringTimeout')
  const end = call.once('callEnd')
  call.makeCall(bob.uri, { ringTimeMs: 150, params: { why: 'test' } })
  await late
  expect((await end).by).toBe('local')
  expect(call.getParam('why')).toBe('test')
})

test('the offer is theirs', async () => {
  const call = new Call(alice.account)
  const comes = bob.account.nextCall()
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(bob.uri, { opt: { noSdpOffer: true } })
  const theirs = await comes
  expect(theirs.getSdp().remote).toBeUndefined()
  theirs.answer({ statusCode: 200 })
  await stands
  expect(call.hasMedia()).toBe(true)
  expect(() => call.reinvite({ opt: { videoCount: 1 } })).toThrow('opt.videoCount: expected 0, got 1 (unsupported)')
  const end = call.once('callEnd')
  theirs.hangup()
  expect(await end).toMatchObject({ by: 'remote' })
})
