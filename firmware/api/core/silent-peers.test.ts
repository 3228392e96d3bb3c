// A peer that hears everything and answers nothing: each request ends by itself after timer F (RFC 3261 17.1.2.2, 32 s) with a 408.
import { expect, test } from 'vitest'
import { audioSdp, startParty, toldBy } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Credentials, Invitation, Registration, SipUri, sendMessage, sendRequest } from './index.ts'

test('REGISTER, MESSAGE, OPTIONS, CANCEL and BYE without any answer: 408 once each, and the way is free again', {
  timeout: 60_000,
}, async () => {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  for (const method of ['REGISTER', 'MESSAGE', 'OPTIONS']) peer.on(method, () => undefined)
  const { engine } = alice
  const [to, way] = [SipUri.parse(peer.uri('bob').address), { engine, route: peer.route }]
  const credentials = new Credentials(peer.uri('alice'))
  const registration = new Registration(credentials, way)
  const withinMs = 45_000
  const [stood, rang] = [200, 180].map((status) => {
    const call = new Invitation(credentials, peer.uri(`${status}`), way)
    call.setOfferedLocalSdp(audioSdp())
    return call
  }) as [Invitation, Invitation]
  peer.on('INVITE', (request) => {
    const headers = [`Contact: <${peer.uri('bob').address}>`]
    return request.uriText.includes('200@')
      ? { status: 200, headers, body: audioSdp().toString() }
      : { status: 180, headers }
  })
  for (const call of [stood, rang]) call.sendInvite()
  await expect.poll(() => [stood.state, rang.state], { interval: 5 }).toEqual(['CONFIRMED', 'EARLY'])
  const ended = Promise.all([
    engine.notifications.next('invitation-got-farewell', { sender: stood, withinMs }),
    engine.notifications.next('invitation-got-farewell', { sender: rang, withinMs }),
    engine.notifications.next('registration-changed-state', { where: ({ code }) => code !== undefined, withinMs }),
    engine.notifications.next('engine-got-message-response', { withinMs }),
    engine.notifications.next('request-got-response', { withinMs }),
  ])
  for (const call of [stood, rang]) call.disconnect()
  registration.register()
  const say = () => sendMessage(credentials, to, 'text/plain', 'anybody?', way)
  say()
  expect(say).toThrow(to.address)
  const options = sendRequest('OPTIONS', credentials, to, way)
  const [bye, cancel, ...all] = await ended
  const unanswered = { code: 408, cause: 'timeout', answered: undefined, headers: undefined }
  expect([bye.data, cancel.data]).toMatchObject([
    { method: 'BYE', ...unanswered },
    { method: 'CANCEL', ...unanswered },
  ])
  await expect.poll(() => [stood.state, rang.state], { interval: 5 }).toEqual(['DISCONNECTED', 'DISCONNECTED'])
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
