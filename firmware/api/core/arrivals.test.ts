// What comes unasked: requests answered by the application or by themselves, NOTIFYs nobody subscribed to.
import { describe, expect, test } from 'vitest'
import { startParty, toldBy } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Credentials, type IncomingRequest, Registration, SipUri, sendRequest } from './index.ts'

async function parties(options = {}) {
  const [alice, bob] = [await startParty('alice'), await startParty('bob', options)]
  const send = async (method: string, more = {}) => {
    const request = sendRequest(method, alice.credentials, bob.uri, {
      ...{ route: bob.route, engine: alice.engine, contentType: 'text/plain', body: 'käse' },
      ...more,
    })
    return alice.engine.notifications.next('request-got-response', { sender: request, where: (data) => data.isFinal })
  }
  return { alice, bob, send }
}

const ALL = { requestMethods: ['MESSAGE', 'INFO', 'OPTIONS', 'NOTIFY', 'X-ASK'] }

describe('requests outside of sessions', () => {
  test.each([
    ['MESSAGE', 200],
    ['NOTIFY', 200],
    ['OPTIONS', 200],
    ['X-ASK', 501],
    ['X-OTHER', 405],
  ])('%s that nobody answers gets %i', async (method, code) => {
    const { send } = await parties(ALL)
    const extraHeaders = method === 'NOTIFY' ? { Event: 'x', 'Subscription-State': 'active' } : {}
    expect((await send(method, { extraHeaders })).data.code).toBe(code)
  })

  test('answered by an observer: code, phrase, headers and body', async () => {
    const { alice, bob, send } = await parties(ALL)
    bob.engine.notifications.addObserver(
      ({ data: { request } }) =>
        request.respond(480, {
          ...{ reason: 'Grüße', extraHeaders: { 'X-Why': 'so' }, contentType: 'text/x', body: 'nö' },
        }),
      { name: 'engine-got-request' },
    )
    const { data } = await send('X-ASK', { extraHeaders: { 'X-Mark': 'here' } })
    expect(data).toMatchObject({ code: 480, reason: 'Grüße', body: 'nö' })
    expect(data.headers?.get('X-Why')).toBe('so')
    const { request } = toldBy(bob, 'engine-got-request').map(({ data }) => data as { request: IncomingRequest })[0]!
    expect(request).toMatchObject({ method: 'X-ASK', contentType: 'text/plain', body: 'käse', isAnswered: true })
    expect(request.headers.get('X-Mark')).toBe('here')
    expect(request.fromUri.equals(alice.uri)).toBe(true)
    expect(request.requestUri?.user).toBe('bob')
    expect(request.source).toEqual({ address: '127.0.0.1', port: alice.engine.localUdpPort })
    expect(() => request.respond()).toThrow(/not answered yet/)
    expect(() => request.defer()).toThrow(/not answered yet/)
  })

  test('deferred: answered later, once', async () => {
    const { bob, send } = await parties()
    bob.engine.notifications.addObserver(
      ({ data: { request } }) => {
        request.defer()
        setTimeout(() => request.respond(202), 30)
      },
      { name: 'engine-got-message' },
    )
    expect((await send('MESSAGE')).data.code).toBe(202)
  })

  test('an observer that throws leaves the answer to what happens otherwise', async () => {
    const { bob, send } = await parties()
    bob.engine.notifications.addObserver(
      () => {
        throw new Error('broken')
      },
      { name: 'engine-got-message' },
    )
    expect((await send('MESSAGE')).data.code).toBe(200)
  })
})

test('a NOTIFY nobody subscribed to is taken from our registrar, and refused from others', async () => {
  const alice = await startParty('alice', { unsolicitedEvents: ['message-summary'] })
  const peer = await startPeer()
  peer.on('REGISTER', (request) => ({ status: 200, headers: [`Contact: ${request.header('Contact')}`] }))
  const credentials = new Credentials(peer.uri('alice'), { token: 'tok' })
  const registration = new Registration(credentials, { engine: alice.engine, route: peer.route })
  const registered = alice.engine.notifications.next('registration-changed-state', {
    where: ({ state }) => state === 'registered',
  })
  registration.register()
  await registered
  const came = alice.engine.notifications.next('engine-got-unsolicited-notify')
  peer.send(
    'NOTIFY',
    new SipUri({ user: 'tok', host: '127.0.0.1' }).address,
    [...['Event: message-summary', 'Subscription-State: active', 'Content-Type: text/plain']],
    'Messages-Waiting: yes',
  )
  const { data } = await came
  expect(data).toMatchObject({ event: 'message-summary', contentType: 'text/plain', body: 'Messages-Waiting: yes' })
  expect(data.requestUri?.user).toBe('tok')
  const bob = await startParty('bob', { unsolicitedEvents: ['message-summary'] })
  const refused = sendRequest('NOTIFY', alice.credentials, bob.uri, {
    ...{ route: bob.route, engine: alice.engine },
    extraHeaders: { Event: 'message-summary', 'Subscription-State': 'active' },
  })
  const { data: answer } = await alice.engine.notifications.next('request-got-response', { sender: refused })
  expect(answer.code).toBe(403)
})
