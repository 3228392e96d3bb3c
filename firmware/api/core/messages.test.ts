// Messages of the core: sent, answered, one at a time to each.
import { createSocket } from 'node:dgram'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type CoreParty, startParty, toldBy } from '../../testing/core.ts'
import { type LoopbackPeer, startPeer } from '../../testing/loopback-peer.ts'
import { Credentials, MessageInProgressError, SipUri, sendMessage } from './index.ts'

describe('messages', () => {
  const text = 'text/plain'
  const answered = (party: CoreParty) => party.engine.notifications.next('engine-got-message-response')

  test('what was sent is what comes', async () => {
    const [alice, bob] = [await startParty('alice'), await startParty('bob')]
    const came = bob.engine.notifications.next('engine-got-message')
    const said = answered(alice)
    alice.credentials.uri.display = 'Älice'
    sendMessage(alice.credentials, bob.uri, 'text/plain;charset=utf-8', 'grüße', {
      ...{ engine: alice.engine, route: bob.route },
    })
    const { data } = await came
    expect(data).toMatchObject({ contentType: 'text/plain;charset=utf-8', body: 'grüße' })
    expect(data.fromUri.display).toBe('Älice')
    expect(data.fromUri.equals(alice.uri)).toBe(true)
    expect(data.toUri.equals(bob.uri)).toBe(true)
    expect((await said).data).toMatchObject({ code: 200, reason: 'OK', toUri: bob.uri })
  })

  test('one to a URI at a time; exactly one response for each, a refusal too', async () => {
    const [alice, peer] = [await startParty('alice'), await startPeer()]
    const { engine, credentials } = alice
    let release: LoopbackPeer | undefined
    peer.on('MESSAGE', () => (release === undefined ? undefined : { status: 404 }))
    const options = { engine, route: peer.route }
    sendMessage(credentials, peer.uri('bob'), text, 'one', options)
    expect(() => sendMessage(credentials, peer.uri('bob'), text, 'two', options)).toThrow(MessageInProgressError)
    sendMessage(credentials, peer.uri('carol'), text, 'three', options)
    release = peer
    const [first, second] = [answered(alice), answered(alice)]
    await Promise.all([first, second])
    await expect.poll(() => toldBy(alice, 'engine-got-message-response').length).toBe(2)
    sendMessage(credentials, peer.uri('bob'), text, 'two', options)
    expect((await answered(alice)).data).toMatchObject({ code: 404 })
    expect(toldBy(alice, 'engine-got-message-response')).toHaveLength(3)
  })

  test('a route is where it goes, and no name is looked up', async () => {
    const names = await startPeer()
    let asked = 0
    const socket = createSocket('udp4').on('message', () => asked++)
    await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound))
    onTestFinished(() => void socket.close())
    const alice = await startParty('alice', { nameServers: [`127.0.0.1:${socket.address().port}`] })
    const to = new SipUri({ user: 'bob', host: 'somewhere.invalid' })
    names.on('MESSAGE', () => ({ status: 200 }))
    sendMessage(alice.credentials, to, text, 'x', { engine: alice.engine, route: names.route })
    expect((await answered(alice)).data.code).toBe(200)
    expect(names.of('MESSAGE')[0]).toMatchObject({ uriText: 'sip:bob@somewhere.invalid' })
    expect(names.of('MESSAGE')[0]?.header('Route')).toBe(`<sip:127.0.0.1:${names.port};lr>`)
    expect(asked).toBe(0)
    sendMessage(alice.credentials, to, text, 'x', { engine: alice.engine })
    await expect.poll(() => asked).toBeGreaterThan(0)
  })

  test('a challenge is answered with the password', async () => {
    const [alice, peer] = [await startParty('alice'), await startPeer()]
    peer.on('MESSAGE', (request) =>
      request.header('Proxy-Authorization') === undefined
        ? { status: 407, headers: ['Proxy-Authenticate: Digest realm="r", nonce="n", qop="auth"'] }
        : { status: 202 },
    )
    const credentials = new Credentials(peer.uri('alice'), { password: 'secret' })
    sendMessage(credentials, peer.uri('bob'), text, 'x', { engine: alice.engine, route: peer.route })
    expect((await answered(alice)).data).toMatchObject({ code: 202 })
    expect(peer.of('MESSAGE').at(-1)?.header('Proxy-Authorization')).toContain('username="alice"')
  })
})
