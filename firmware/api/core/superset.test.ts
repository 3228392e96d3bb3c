// What goes beyond the document: reliable responses, UPDATE while it rings, redirections, transfers, requests, subscribers.
import { describe, expect, test } from 'vitest'
import { audioSdp, startParty, toldBy } from '../../testing/core.ts'
import { parties, reached, ring, talk } from '../../testing/core-calls.ts'
import { Invitation, type SessionTerms, Subscription, sendRefer, sendRequest } from './index.ts'

const REQUIRED: SessionTerms = { reliable: 'required', timer: { mode: 'always', expires: 1800, minSe: 90 } }

describe('reliable provisional responses (RFC 3262)', () => {
  test('the answer in a 183, then an UPDATE while it rings, answered by itself', async () => {
    const both = await parties()
    const { alice, bob } = both
    const { out, into } = await ring(both, { terms: REQUIRED })
    into.setOfferedLocalSdp(audioSdp(41_000))
    into.respondToInviteProvisionally(183)
    await alice.engine.notifications.next('invitation-got-sdp-update', { sender: out })
    const updated = bob.engine.notifications.next('invitation-got-sdp-update', {
      sender: into,
      where: (data) => data.succeeded && data.remoteSdp.media[0]?.port === 40_010,
    })
    const answered = alice.engine.notifications.next('invitation-got-sdp-update', { sender: out })
    await new Promise((resolve) => setTimeout(resolve, 50))
    out.setOfferedLocalSdp(audioSdp(40_010))
    out.sendUpdate()
    await Promise.all([updated, answered])
    expect(out.state).toBe('EARLY')
    into.acceptInvite()
    await Promise.all([reached(alice.engine, out, 'CONFIRMED'), reached(bob.engine, into, 'CONFIRMED')])
    expect(out.activeRemoteSdp?.media[0]?.port).toBe(41_000)
    const timer = toldBy(alice, 'invitation-got-timer').at(-1)
    expect(timer?.data).toEqual({ expires: 1800, refresher: 'local' })
  })

  test('a late offer in a 183, answered in its PRACK', async () => {
    const both = await parties()
    const { out, into } = await ring(both, { terms: REQUIRED }, false)
    into.setOfferedLocalSdp(audioSdp(41_000))
    const offered = both.alice.engine.notifications.next('invitation-got-sdp-offer', { sender: out })
    into.respondToInviteProvisionally(183)
    expect((await offered).data.remoteSdp.media[0]?.port).toBe(41_000)
    out.setOfferedLocalSdp(audioSdp(40_020))
    const settled = both.bob.engine.notifications.next('invitation-got-sdp-update', { sender: into })
    out.acknowledge()
    expect((await settled).data.succeeded).toBe(true)
    expect(into.activeRemoteSdp?.media[0]?.port).toBe(40_020)
    into.acceptInvite()
    await reached(both.alice.engine, out, 'CONFIRMED')
  })

  test('terms of an incoming one are set before anything is answered', async () => {
    const both = await parties()
    const { out, into } = await ring(both)
    into.setTerms({ ...REQUIRED, reliable: 'off' })
    into.respondToInviteProvisionally()
    expect(() => into.setTerms(REQUIRED)).toThrow(/EARLY/)
    await reached(both.alice.engine, out, 'EARLY')
  })
})

test('the host moves while it rings: the INVITE goes out anew, with the description that was given for that', async () => {
  const both = await parties()
  const { alice, bob } = both
  const { out } = await ring(both)
  const first = out.offeredLocalSdp
  const comes = bob.engine.notifications.next('invitation-changed-state', {
    where: ({ state }) => state === 'INCOMING',
  })
  const again = alice.engine.notifications.next('invitation-changed-state', { sender: out })
  out.offerAgain(audioSdp(40_030))
  expect(out.offeredLocalSdp).toEqual(first)
  alice.engine.move('127.0.0.2')
  await again
  expect(out.offeredLocalSdp?.media[0]?.port).toBe(40_030)
  const { sender: into } = await comes
  expect(into.offeredRemoteSdp?.media[0]?.port).toBe(40_030)
  into.setOfferedLocalSdp(audioSdp(41_000))
  into.acceptInvite()
  await reached(alice.engine, out, 'CONFIRMED')
  expect(out.activeLocalSdp?.media[0]?.port).toBe(40_030)
  expect(() => out.offerAgain(audioSdp())).toThrow('expected CALLING or EARLY, the state is CONFIRMED')
})

test('a redirection is asked about and followed', async () => {
  const both = await parties()
  const carol = await startParty('carol')
  const { out, into } = await ring(both, { asksOnRedirect: true })
  const asked = both.alice.engine.notifications.next('invitation-redirected', { sender: out })
  into.disconnect(302, { Contact: `<${carol.uri.address}>` })
  const { data } = await asked
  expect([data.code, data.targets.map((each) => each.user)]).toEqual([302, ['carol']])
  const came = both.bob.engine.notifications.next('invitation-changed-state')
  out.redirect(data.targets)
  // The route set leads by way of Bob, who is asked for Carol.
  expect((await came).sender.requestUri?.user).toBe('carol')
})

describe('transfers', () => {
  test('blind: accepted, told of, ended', async () => {
    const { alice, bob, out, into } = await talk(await parties())
    const asked = bob.engine.notifications.next('invitation-got-refer', { sender: into })
    const referral = out.refer(alice.uri)
    const { referral: theirs } = (await asked).data
    expect(theirs.referTo?.equals(alice.uri)).toBe(true)
    expect(() => theirs.notify(180)).toThrow(/accepted/)
    theirs.accept()
    const ringing = alice.engine.notifications.next('referral-progress', { where: ({ code }) => code === 180 })
    theirs.notify(180)
    await ringing
    const over = alice.engine.notifications.next('referral-progress', { where: ({ isFinal }) => isFinal })
    theirs.notify(200)
    expect((await over).data).toMatchObject({ by: 'notify', code: 200 })
    expect((await over).sender).toBe(referral)
    expect(referral.isEnded).toBe(true)
    expect(() => theirs.reject()).toThrow(/ended/)
  })

  test('attended: the new call replaces the other one', async () => {
    const both = await parties()
    const carol = await startParty('carol')
    const first = await talk(both)
    const second = await talk({ alice: both.alice, bob: carol })
    const asked = both.bob.engine.notifications.next('invitation-got-refer', { sender: first.into })
    first.out.refer(second.out)
    const { referral } = (await asked).data
    expect(referral.replaces).toContain(second.out.callId)
    referral.accept()
    const transferred = new Invitation(both.bob.credentials, referral.referTo!, {
      ...{ route: carol.route, engine: both.bob.engine },
    })
    transferred.setOfferedLocalSdp(audioSdp())
    const came = carol.engine.notifications.next('invitation-changed-state', {
      where: ({ state }) => state === 'INCOMING',
    })
    transferred.sendInvite({ Replaces: referral.replaces! })
    expect((await came).sender.replaces).toBe(second.into)
  })

  test('outside of a session, refused', async () => {
    const { alice, bob } = await parties()
    const asked = bob.engine.notifications.next('engine-got-refer')
    const over = alice.engine.notifications.next('referral-progress', { where: ({ isFinal }) => isFinal })
    sendRefer(alice.credentials, bob.uri, alice.uri, { route: bob.route, engine: alice.engine })
    ;(await asked).data.referral.reject(486)
    expect((await over).data).toMatchObject({ by: 'response', code: 486 })
  })
})

describe('requests', () => {
  test('INFO and MESSAGE inside a session are told with it', async () => {
    const { alice, bob, out, into } = await talk(await parties())
    for (const [method, name] of [
      ['INFO', 'engine-got-info'],
      ['MESSAGE', 'engine-got-message'],
    ] as const) {
      const came = bob.engine.notifications.next(name)
      const answered = alice.engine.notifications.next('request-got-response')
      const request = out.sendRequest(method, { contentType: 'text/plain', body: 'x', extraHeaders: { 'X-A': 'b' } })
      const { data } = await came
      expect([data.body, data.contentType, data.invitation, data.headers.get('X-A')]).toEqual([
        ...['x', 'text/plain', into, 'b'],
      ])
      expect((await answered).data).toMatchObject({ code: 200, isFinal: true })
      expect(request.isEnded).toBe(true)
    }
    expect(() => out.sendRequest('BYE')).toThrow(/BYE/)
  })

  test('OPTIONS outside of one: the answer with its headers', async () => {
    const { alice, bob } = await parties()
    const answered = alice.engine.notifications.next('request-got-response')
    sendRequest('OPTIONS', alice.credentials, bob.uri, { route: bob.route, engine: alice.engine })
    const { data } = await answered
    expect(data.code).toBe(200)
    expect(data.headers?.get('Allow')).toContain('REFER')
  })
})

test('subscribers: taken, told, ended; refused; of a package nobody tells of', async () => {
  const alice = await startParty('alice')
  const bob = await startParty('bob', { notifierEvents: { presence: ['application/pidf+xml'] } })
  const options = { route: bob.route, engine: alice.engine }
  const subscription = new Subscription(alice.credentials, bob.uri, 'presence', options)
  const came = bob.engine.notifications.next('engine-got-subscription')
  subscription.subscribe()
  const theirs = (await came).data.subscription
  expect([theirs.event, theirs.fromUri.user, theirs.expires, theirs.state]).toEqual(['presence', 'alice', 300, 'new'])
  expect(() => theirs.notify(undefined)).toThrow(/new/)
  const heard = () => alice.engine.notifications.next('subscription-got-notify')
  let told = heard()
  theirs.accept({ contentType: 'application/pidf+xml', body: '<one/>' })
  expect((await told).data.body).toBe('<one/>')
  told = heard()
  theirs.notify({ contentType: 'application/pidf+xml', body: '<two/>' })
  expect((await told).data.body).toBe('<two/>')
  const over = alice.engine.notifications.next('subscription-changed-state', {
    where: ({ state }) => state === 'TERMINATED',
  })
  theirs.end()
  await over
  expect(theirs.state).toBe('terminated')
  const again = bob.engine.notifications.next('engine-got-subscription')
  const second = new Subscription(alice.credentials, bob.uri, 'presence', options)
  second.subscribe()
  ;(await again).data.subscription.reject(404)
  const refused = await alice.engine.notifications.next('subscription-changed-state', { sender: second })
  expect(refused.data.code).toBe(404)
  const third = new Subscription(alice.credentials, bob.uri, 'dialog', options)
  third.subscribe()
  const unknown = await alice.engine.notifications.next('subscription-changed-state', {
    sender: third,
    where: ({ state }) => state === 'TERMINATED',
  })
  expect(unknown.data.code).toBe(489)
})

test('Engine.stop ends subscriptions of others and calls', async () => {
  const alice = await startParty('alice')
  const bob = await startParty('bob', { notifierEvents: { presence: ['application/pidf+xml'] } })
  const { out } = await talk({ alice, bob })
  const subscription = new Subscription(alice.credentials, bob.uri, 'presence', {
    route: bob.route,
    engine: alice.engine,
  })
  const came = bob.engine.notifications.next('engine-got-subscription')
  subscription.subscribe()
  ;(await came).data.subscription.accept(undefined)
  const active = alice.engine.notifications.next('subscription-changed-state', {
    where: ({ state }) => state === 'ACTIVE',
  })
  await active
  const over = alice.engine.notifications.next('subscription-changed-state', {
    where: ({ state }) => state === 'TERMINATED',
  })
  const ended = reached(alice.engine, out, 'DISCONNECTED')
  await bob.engine.stop()
  expect((await over).data.reason).toBe('deactivated')
  await ended
})

test.each([
  ['BAD METHOD', 'sendRequest: method: expected the name of a method, such as OPTIONS, got "BAD METHOD"'],
  ['', 'sendRequest: method: expected the name of a method, such as OPTIONS, got ""'],
  [undefined as never, 'sendRequest: method: expected the name of a method, such as OPTIONS, got undefined'],
  ['REGISTER', 'sendRequest: method: REGISTER is the stack’s own'],
])('a request of the method %j is refused by the name of the argument', async (method, says) => {
  const { engine, credentials, uri } = await startParty('alice')
  const act = () => sendRequest(method, credentials, uri, { engine })
  expect(act).toThrow(says)
  expect(act).toThrow(expect.objectContaining({ code: 'argument', operation: 'sendRequest' }))
})
