// Challenges an application decides about, by every object that sends requests; and what becomes of them by themselves.
import { describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { challenge, verify } from '../../sip/auth/server.ts'
import type { SipRequest } from '../../sip/message/message.ts'
import { audioSdp, startParty } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { testTable } from '../../testing/state-table.ts'
import {
  type Challenge,
  Credentials,
  Invitation,
  type Notification,
  Publication,
  Registration,
  Subscription,
  sendMessage,
  sendRefer,
  sendRequest,
} from './index.ts'

const REALM = 'lab'
const METHODS = ['INVITE', 'BYE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'MESSAGE', 'OPTIONS', 'REFER']

/** A peer that asks for the password of `alice`, and an engine beside it. */
async function doorman(own: { readonly password?: string; readonly asksOnChallenge?: boolean | number } = {}) {
  const [alice, peer] = [await startParty('alice', { logLevel: 0 }), await startPeer()]
  const knows = (request: SipRequest) => {
    const asked = { method: request.method, uri: request.uriText, body: request.body }
    const kept = { nonce: () => ({ count: 0 }), kept: () => ({ password: new Secret('secret') }) }
    const value = request.header('Authorization') ?? ''
    return verify(value, asked, { realm: REALM, algorithms: ['MD5'], ...kept }).kind === 'accepted'
  }
  const passed: string[] = []
  for (const method of METHODS)
    peer.on(method, (request) => {
      if (!knows(request)) {
        const values = challenge({ realm: REALM, nonce: 'n', algorithms: ['MD5'], qop: ['auth'], stale: false })
        return { status: 401, headers: values.map((value) => `WWW-Authenticate: ${value}`) }
      }
      passed.push(method)
      const contact = method === 'REGISTER' ? `${request.header('Contact')}` : `<${peer.uri('bob').address}>`
      const described = method === 'INVITE' ? { body: audioSdp().toString() } : {}
      return { status: 200, headers: [`Contact: ${contact}`, 'Expires: 600'], ...described }
    })
  const credentials = new Credentials(peer.uri('alice'), { token: 'alice', asksOnChallenge: true, ...own })
  const right = new Credentials(peer.uri('alice'), { password: 'secret' })
  const wrong = new Credentials(peer.uri('alice'), { password: 'guess' })
  /** The next one, which waits. */
  const asked = () => {
    const { promise, resolve } = Promise.withResolvers<Challenge>()
    const defer = ({ data: { challenge } }: Notification<'engine-got-challenge'>) => {
      end()
      challenge.defer()
      resolve(challenge)
    }
    const end = alice.engine.notifications.addObserver(defer, { name: 'engine-got-challenge' })
    return promise
  }
  const common = { engine: alice.engine, route: peer.route }
  return { alice, peer, passed, credentials, right, wrong, asked, common }
}
type Doorman = Awaited<ReturnType<typeof doorman>>

const OBJECTS: Readonly<Record<string, (at: Doorman) => object | undefined>> = {
  INVITE: ({ credentials, common, peer }) => {
    const call = new Invitation(credentials, peer.uri('bob'), common)
    call.setOfferedLocalSdp(audioSdp())
    call.sendInvite()
    return call
  },
  REGISTER: ({ credentials, common }) => {
    const registration = new Registration(credentials, common)
    registration.register()
    return registration
  },
  SUBSCRIBE: ({ credentials, common, peer }) => {
    const subscription = new Subscription(credentials, peer.uri('bob'), 'presence', common)
    subscription.subscribe()
    return subscription
  },
  PUBLISH: ({ credentials, common }) => {
    const publication = new Publication(credentials, 'presence', common)
    publication.publish('application/pidf+xml', '<presence/>')
    return publication
  },
  MESSAGE: ({ credentials, common, peer }) => {
    sendMessage(credentials, peer.uri('bob'), 'text/plain', 'hi', common)
    return undefined
  },
  OPTIONS: ({ credentials, common, peer }) => sendRequest('OPTIONS', credentials, peer.uri('bob'), common),
  REFER: ({ credentials, common, peer }) => sendRefer(credentials, peer.uri('bob'), peer.uri('carol'), common),
}

test.each(Object.entries(OBJECTS))('%s: asked about, refused, authorised', async (method, begin) => {
  const at = await doorman()
  const first = at.asked()
  const subject = begin(at)
  const challenge = await first
  expect(challenge).toMatchObject({ method, code: 401, token: 'alice', realm: REALM, ownCredentials: 'none' })
  expect(challenge.withinMs).toBe(60_000)
  expect(challenge.subject).toBe(subject)
  expect(challenge.challenges).toMatchObject([{ algorithm: 'MD5', isProxy: false, isStale: false, nonce: 'n' }])
  expect(challenge.requestUri).toBe(at.peer.of(method)[0]?.uriText)
  const second = at.asked()
  challenge.authorize(at.wrong)
  const again = await second
  expect(again.ownCredentials).toBe('refused')
  again.authorize(at.right)
  await expect.poll(() => at.passed, { interval: 5 }).toEqual([method])
})

test('a call: what was said to the INVITE is good for the BYE', async () => {
  const at = await doorman()
  const { notifications } = at.alice.engine
  const asked = at.asked()
  const call = OBJECTS.INVITE!(at) as Invitation
  const confirmed = notifications.next('invitation-changed-state', { where: ({ state }) => state === 'CONFIRMED' })
  ;(await asked).authorize(at.right)
  await confirmed
  const over = notifications.next('invitation-changed-state', { where: ({ state }) => state === 'DISCONNECTED' })
  call.disconnect()
  expect((await over).data.code).toBe(200)
  expect(at.passed).toEqual(['INVITE', 'BYE'])
})

describe('without a word', () => {
  test.each([
    ['the own password answers', 'secret', 200],
    ['a wrong one was tried', 'guess', 401],
    ['there is none', undefined, 401],
  ])('%s', async (_name, password, code) => {
    const at = await doorman(password === undefined ? {} : { password })
    const told: string[] = []
    at.alice.engine.notifications.addObserver(({ data }) => told.push(data.challenge.ownCredentials), {
      name: 'engine-got-challenge',
    })
    const ended = at.alice.engine.notifications.next('request-got-response')
    OBJECTS.OPTIONS!(at)
    expect((await ended).data.code).toBe(code)
    expect(told).toEqual(password === undefined ? ['none'] : code === 200 ? ['fit'] : ['fit', 'refused'])
  })

  test('deferred, and nothing is said in time', async () => {
    const at = await doorman({ asksOnChallenge: 100 })
    const ended = at.alice.engine.notifications.next('request-got-response')
    const asked = at.asked()
    OBJECTS.OPTIONS!(at)
    const challenge = await asked
    expect((await ended).data).toMatchObject({ code: 401, cause: 'authentication' })
    expect(() => challenge.authorize(at.right)).toThrow(/no such challenge/)
  })

  test('who does not ask is not asked', async () => {
    const at = await doorman({ asksOnChallenge: false, password: 'secret' })
    at.alice.engine.notifications.addObserver(() => expect.fail('asked'), { name: 'engine-got-challenge' })
    const ended = at.alice.engine.notifications.next('request-got-response')
    OBJECTS.OPTIONS!(at)
    expect((await ended).data.code).toBe(200)
  })

  test('the call is over before it is told', async () => {
    const at = await doorman({ password: 'secret' })
    const { notifications } = at.alice.engine
    let call: Invitation | undefined
    notifications.addObserver(() => call?.disconnect(), { name: 'engine-got-challenge' })
    const over = notifications.next('invitation-changed-state', { where: ({ state }) => state === 'DISCONNECTED' })
    call = OBJECTS.INVITE!(at) as Invitation
    expect((await over).data.code).toBe(487)
    expect(at.passed).toEqual([])
  })
})

test('an incoming call says who it is by setCredentials: its BYE is let in', async () => {
  const at = await doorman()
  const { notifications } = at.alice.engine
  const came = notifications.next('invitation-changed-state')
  sendRequest('OPTIONS', new Credentials(at.peer.uri('alice')), at.peer.uri('bob'), at.common)
  await expect.poll(() => at.peer.of('OPTIONS').length, { interval: 5 }).toBe(1)
  at.peer.open('sip:alice@127.0.0.1', ['Content-Type: application/sdp'], audioSdp().toString())
  const call = (await came).sender
  call.setCredentials(new Credentials(at.peer.uri('alice'), { password: 'secret' }))
  call.setOfferedLocalSdp(audioSdp(41_000))
  call.acceptInvite()
  await expect.poll(() => at.peer.responses.at(-1)?.status, { interval: 5 }).toBe(200)
  at.peer.acknowledge(at.peer.responses.at(-1)!)
  await expect.poll(() => call.state, { interval: 5 }).toBe('CONFIRMED')
  const over = notifications.next('invitation-changed-state', { where: ({ state }) => state === 'DISCONNECTED' })
  call.disconnect()
  expect((await over).data.code).toBe(200)
  expect(at.passed).toEqual(['BYE'])
})

async function placed(ready: (challenge: Challenge, at: Doorman) => void) {
  const at = await doorman()
  const { notifications } = at.alice.engine
  const asked = at.asked()
  OBJECTS.OPTIONS!(at)
  const challenge = await asked
  ready(challenge, at)
  // What that brought is told.
  await Promise.resolve()
  const state = () => (challenge.isAnswered ? 'answered' : 'waiting')
  return { at, challenge, notifications, state, tells: ['request-got-response'] }
}

testTable('Challenge', {
  states: {
    waiting: () => placed(() => {}),
    answered: () => placed((challenge) => challenge.giveUp()),
  },
  inputs: {
    defer: ({ challenge }) => challenge.defer(),
    authorize: ({ challenge, at }) => challenge.authorize(at.right),
    own: ({ challenge }) => challenge.authorize(),
    none: ({ challenge, at }) => challenge.authorize(new Credentials(at.peer.uri('alice'))),
    authorizeBy: ({ challenge }) => challenge.authorizeBy({ Route: '<sip:x>' }),
    giveUp: ({ challenge }) => challenge.giveUp(),
  },
  cells: {
    waiting: 'waiting answered! -refused -argument -argument answered!',
    answered: '-state -state -state -state -state -state',
  },
})
