// A peer that hears everything and answers nothing: each request ends by itself after timer F (RFC 3261 17.1.2.2, 32 s) with a 408.
import { expect, test } from 'vitest'
import { startParty, toldBy } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Credentials, Registration, SipUri, sendMessage, sendRequest } from './index.ts'

test('REGISTER, MESSAGE and OPTIONS without any answer: 408 once each, and the way is free again', {
  timeout: 60_000,
}, async () => {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  for (const method of ['REGISTER', 'MESSAGE', 'OPTIONS']) peer.on(method, () => undefined)
  const { engine } = alice
  const [to, way] = [SipUri.parse(peer.uri('bob').address), { engine, route: peer.route }]
  const credentials = new Credentials(peer.uri('alice'))
  const registration = new Registration(credentials, way)
  const withinMs = 45_000
  const ended = Promise.all([
    engine.notifications.next('registration-changed-state', { where: ({ code }) => code !== undefined, withinMs }),
    engine.notifications.next('engine-got-message-response', { withinMs }),
    engine.notifications.next('request-got-response', { withinMs }),
  ])
  registration.register()
  const say = () => sendMessage(credentials, to, 'text/plain', 'anybody?', way)
  say()
  expect(say).toThrow(to.address)
  const options = sendRequest('OPTIONS', credentials, to, way)
  const all = await ended
  expect(all.map(({ data }) => data.code)).toEqual([408, 408, 408])
  expect(options.isEnded).toBe(true)
  expect(toldBy(alice, 'engine-got-message-response', 'request-got-response')).toHaveLength(2)
  expect(all[0].data.contactUri).toBeUndefined()
  // Nothing of the first is left that would refuse a second.
  peer.on('MESSAGE', () => ({ status: 200 }))
  const answered = engine.notifications.next('engine-got-message-response')
  say()
  expect((await answered).data.code).toBe(200)
})
