// Registration, publication and subscription over loopback: their states, queues and what goes over the wire.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SipRequest } from '../../sip/message/message.ts'
import { type CoreParty, startParty, toldBy } from '../../testing/core.ts'
import { freePort } from '../../testing/interop/ports.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import {
  CoreError,
  Credentials,
  type Notification,
  type NotificationName,
  Publication,
  Registration,
  Route,
  SipUri,
  Subscription,
} from './index.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

const statesOf = (party: CoreParty, name: NotificationName) =>
  toldBy(party, name).map(({ data }) => (data as { readonly state: string }).state)

const contactOf = (request: SipRequest) => /<.*?>/.exec(request.header('Contact') ?? '')?.[0] ?? ''
const granted = (request: SipRequest, ...more: readonly string[]) => ({
  status: 200,
  headers: [`Contact: ${contactOf(request)};expires=120`, ...more],
})

const settled = (party: CoreParty, name: NotificationName, state: string) =>
  party.engine.notifications.next(name, { where: (data) => (data as { readonly state: string }).state === state })

async function registering(options: { readonly expires?: number } = {}) {
  const [alice, peer] = [await startParty('alice'), await startPeer()]
  const credentials = new Credentials(peer.uri('alice'), { token: 'tok', password: 'secret' })
  const registration = new Registration(credentials, {
    ...{ engine: alice.engine, route: peer.route, extraHeaders: { 'X-Mark': 'here' } },
    ...options,
  })
  return { alice, peer, registration, credentials }
}

describe('Registration', () => {
  test('register and unregister, with all that is told and everything on the wire', async () => {
    const { alice, peer, registration, credentials } = await registering({ expires: 200 })
    peer.on('REGISTER', (request) =>
      request.header('Expires') === '0'
        ? { status: 200 }
        : granted(request, 'Contact: <sip:other@192.0.2.7>;expires=50'),
    )
    expect(registration.state).toBe('unregistered')
    expect(registration.expiresReceived).toBeUndefined()
    credentials.token = 'changed later'
    registration.register()
    expect(registration.state).toBe('registering')
    const { data } = await settled(alice, 'registration-changed-state', 'registered')
    expect(data).toMatchObject({ code: 200, reason: 'Scripted', expires: 120 })
    const change = data as { readonly contactUri: string; readonly contactUriList: readonly string[] }
    expect(change.contactUri).toContain('sip:tok@127.0.0.1')
    expect(change.contactUriList).toHaveLength(2)
    expect(registration.expiresReceived).toBe(120)
    registration.unregister()
    expect(registration.state).toBe('unregistering')
    await settled(alice, 'registration-changed-state', 'unregistered')
    expect(statesOf(alice, 'registration-changed-state')).toEqual([
      ...['registering', 'registered', 'unregistering', 'unregistered'],
    ])
    const [first, last] = peer.of('REGISTER')
    expect(first?.header('X-Mark')).toBe('here')
    expect(last?.header('X-Mark')).toBe('here')
    expect(first?.header('Expires')).toBe('200')
    expect(first?.uriText).toBe(`sip:127.0.0.1:${peer.port}`)
    expect(contactOf(first!)).toContain('tok@')
    expect(first?.header('Route')).toBe(`<sip:127.0.0.1:${peer.port};lr>`)
    registration.unregister()
    expect(peer.of('REGISTER')).toHaveLength(2)
  })

  test('queued: unregister while it registers follows the answer', async () => {
    const { alice, peer, registration } = await registering()
    peer.on('REGISTER', (request) => (request.header('Expires') === '0' ? { status: 200 } : granted(request)))
    registration.register()
    registration.unregister()
    await settled(alice, 'registration-changed-state', 'unregistered')
    expect(peer.of('REGISTER').map((request) => request.header('Expires'))).toEqual(['300', '0'])
  })

  test('a new expires counts from the next REGISTER on', async () => {
    const { alice, peer, registration } = await registering()
    peer.on('REGISTER', (request) => granted(request))
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
    registration.expires = 77
    expect(peer.of('REGISTER')).toHaveLength(1)
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
    expect(peer.of('REGISTER').at(-1)?.header('Expires')).toBe('77')
  })

  test('other credentials, a registrar of another name, and options: what is sent says so', async () => {
    const [alice, peer] = [await startParty('alice'), await startPeer()]
    peer.on('REGISTER', (request) => granted(request, 'Service-Route: <sip:edge.example.com;lr>'))
    const uri = SipUri.parse('sip:alice@example.com')
    const registration = new Registration(new Credentials(uri, { token: 'tok' }), {
      ...{ engine: alice.engine, route: [peer.route, Route.parse('sip:second.example.com;x=1')], transport: 'udp' },
      ...{ registrar: SipUri.parse('sip:reg.example.com'), options: { q: 0.5 } },
    })
    registration.register()
    const { data } = await settled(alice, 'registration-changed-state', 'registered')
    expect(data).toMatchObject({ serviceRoute: ['<sip:edge.example.com;lr>'], cause: undefined, tries: [] })
    const [first] = peer.of('REGISTER')
    expect(first?.uriText).toBe('sip:reg.example.com')
    expect(first?.headers('Route')).toEqual([`<sip:127.0.0.1:${peer.port};lr>`, '<sip:second.example.com;x=1;lr>'])
    expect(first?.header('Contact')).toMatch(/;q=0\.5/)
    registration.setCredentials(new Credentials(uri.copy(), { token: 'other' }))
    expect(peer.of('REGISTER')).toHaveLength(1)
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
    expect(contactOf(peer.of('REGISTER').at(-1)!)).toContain('other@')
  })

  test.each([
    ['a password for any realm', { password: 'secret' }, 'one', 'alice:one:secret'],
    [
      'a password of that realm',
      { password: 'other', realm: 'two', more: [{ realm: 'one', password: 'secret' }] },
      'one',
      'alice:one:secret',
    ],
    ['a hash', { username: 'al', realm: 'one', ha1: md5('al:one:secret') }, 'one', 'al:one:secret'],
    [
      'another name elsewhere',
      { password: 'x', realm: 'y', more: [{ username: 'bob', realm: 'one', ha1: md5('bob:one:k') }] },
      'one',
      'bob:one:k',
    ],
  ])('proof by %s', async (_what, options, realm, known) => {
    const { alice, peer } = await registering()
    peer.on('REGISTER', (request) =>
      request.header('Authorization') === undefined
        ? { status: 401, headers: [`WWW-Authenticate: Digest realm="${realm}", nonce="n"`] }
        : granted(request),
    )
    const credentials = new Credentials(peer.uri('alice'), options).copy()
    new Registration(credentials, { engine: alice.engine, route: peer.route }).register()
    await settled(alice, 'registration-changed-state', 'registered')
    const request = peer.of('REGISTER').at(-1)!
    const [name, , secret] = known.split(':')
    const response = md5(`${md5(`${name}:${realm}:${secret}`)}:n:${md5(`REGISTER:${request.uriText}`)}`)
    expect(request.header('Authorization')).toContain(`username="${name}"`)
    expect(request.header('Authorization')).toContain(`response="${response}"`)
  })

  test('a new port: the Contact that is registered follows', async () => {
    const { alice, peer, registration } = await registering()
    peer.on('REGISTER', (request) => granted(request))
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
    const before = alice.engine.localUdpPort
    alice.engine.setLocalUdpPort(await freePort())
    const { localUdpPort } = alice.engine
    expect(localUdpPort).not.toBe(before)
    await expect.poll(() => peer.of('REGISTER').at(-1)?.header('Contact')).toContain(`tok@127.0.0.1:${localUdpPort}`)
  })

  test('a refusal reverts to unregistered with its code; a second try is made when asked for', async () => {
    const { alice, peer, registration } = await registering()
    peer.on('REGISTER', () => ({ status: 403 }))
    registration.register()
    const { data } = await settled(alice, 'registration-changed-state', 'unregistered')
    expect(data).toMatchObject({ code: 403, contactUri: undefined, contactUriList: undefined })
    peer.on('REGISTER', (request) => granted(request))
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
  })

  test('nobody there: 503 or 408 is made here', async () => {
    const { alice, registration, peer } = await registering()
    peer.on('REGISTER', () => ({ status: 503, headers: ['Retry-After: 60'] }))
    registration.register()
    const { data } = await settled(alice, 'registration-changed-state', 'unregistered')
    expect(data).toMatchObject({ code: 503 })
    expect((data as { retryMs: number }).retryMs).toBeGreaterThan(0)
    registration.unregister()
  })

  test('Engine.stop gives the binding back', async () => {
    const { alice, peer, registration } = await registering()
    peer.on('REGISTER', (request) => (request.header('Expires') === '0' ? { status: 200 } : granted(request)))
    registration.register()
    await settled(alice, 'registration-changed-state', 'registered')
    await alice.engine.stop()
    expect(peer.of('REGISTER').at(-1)?.header('Expires')).toBe('0')
    expect(() => registration.register()).toThrow(/stopped/)
  })
})

describe('Publication', () => {
  const publishing = async () => {
    const [alice, peer] = [await startParty('alice'), await startPeer()]
    const { engine } = alice
    const publication = new Publication(new Credentials(peer.uri('alice')), 'presence', {
      ...{ engine, route: peer.route, expires: 90, extraHeaders: { 'X-Mark': 'here' } },
    })
    let etag = 0
    peer.on('PUBLISH', () => ({ status: 200, headers: [`SIP-ETag: e${++etag}`, 'Expires: 90'] }))
    return { alice, peer, publication }
  }

  test('publish, update, unpublish, and again without the old entity-tag', async () => {
    const { alice, peer, publication } = await publishing()
    publication.publish('application/pidf+xml', '<one/>')
    expect(publication.state).toBe('publishing')
    await settled(alice, 'publication-changed-state', 'published')
    publication.publish('application/pidf+xml', '<two/>')
    await settled(alice, 'publication-changed-state', 'published')
    publication.unpublish()
    expect(publication.state).toBe('unpublishing')
    await settled(alice, 'publication-changed-state', 'unpublished')
    publication.publish('application/pidf+xml', '<three/>')
    await settled(alice, 'publication-changed-state', 'published')
    const seen = peer.of('PUBLISH').map((r) => [r.header('SIP-If-Match'), r.header('Expires'), r.body])
    expect(seen).toEqual([
      [undefined, '90', '<one/>'],
      ['e1', '90', '<two/>'],
      ['e2', '0', ''],
      [undefined, '90', '<three/>'],
    ])
    expect(peer.of('PUBLISH').every((r) => r.header('X-Mark') === 'here' && r.header('Event') === 'presence')).toBe(
      true,
    )
  })

  test('queued: unpublish while it publishes', async () => {
    const { alice, peer, publication } = await publishing()
    publication.publish('application/pidf+xml', '<one/>')
    publication.unpublish()
    await settled(alice, 'publication-changed-state', 'unpublished')
    expect(peer.of('PUBLISH').map((r) => r.header('Expires'))).toEqual(['90', '0'])
  })

  test('the server lost it (412): it is put there anew', async () => {
    const { alice, peer, publication } = await publishing()
    publication.publish('application/pidf+xml', '<one/>')
    await settled(alice, 'publication-changed-state', 'published')
    peer.on('PUBLISH', (request) =>
      request.header('SIP-If-Match') === undefined
        ? { status: 200, headers: ['SIP-ETag: new', 'Expires: 90'] }
        : { status: 412 },
    )
    publication.publish('application/pidf+xml', '<two/>')
    await settled(alice, 'publication-changed-state', 'published')
    expect(peer.of('PUBLISH').at(-1)).toMatchObject({ body: '<two/>' })
  })

  test('a refusal reverts to unpublished with its code', async () => {
    const { alice, peer, publication } = await publishing()
    peer.on('PUBLISH', () => ({ status: 403 }))
    publication.publish('application/pidf+xml', '<one/>')
    const { data } = await settled(alice, 'publication-changed-state', 'unpublished')
    expect(data).toMatchObject({ code: 403, expires: undefined })
    publication.unpublish()
  })

  test('an unknown package is refused', async () => {
    const { engine, credentials } = await startParty('alice')
    expect(() => new Publication(credentials, 'weather', { engine })).toThrow(/expected a package of Engine.events/)
    engine.addEvent('weather', ['text/plain'])
    expect(new Publication(credentials, 'weather', { engine }).state).toBe('unpublished')
  })
})

describe('Subscription', () => {
  const subscribing = async () => {
    const [alice, peer] = [await startParty('alice'), await startPeer()]
    const { engine } = alice
    const subscription = new Subscription(new Credentials(peer.uri('alice')), peer.uri('bob'), 'presence', {
      ...{ engine, route: peer.route, expires: 90, extraHeaders: { 'X-Mark': 'here' } },
    })
    peer.on('SUBSCRIBE', (request) => ({
      status: 200,
      headers: [`Expires: ${request.header('Expires')}`, `Contact: <sip:bob@127.0.0.1:${peer.port}>`],
    }))
    const notify = (state: string, body = '') =>
      peer.ask(
        peer.of('SUBSCRIBE').at(-1)!,
        'NOTIFY',
        [
          ...['Event: presence', `Subscription-State: ${state}`],
          ...(body === '' ? [] : ['Content-Type: application/pidf+xml']),
        ],
        body,
      )
    return { alice, peer, subscription, notify }
  }
  const stateOf = (error: () => void) => {
    try {
      error()
    } catch (thrown) {
      return thrown instanceof CoreError && thrown.code === 'state' ? thrown.text : String(thrown)
    }
    return 'nothing thrown'
  }

  test('NULL to TERMINATED by way of all, with a state of the peer’s own, and again', async () => {
    const { alice, peer, subscription, notify } = await subscribing()
    expect(subscription.state).toBe('NULL')
    expect(stateOf(() => subscription.unsubscribe())).toContain('NULL')
    subscription.subscribe()
    expect(subscription.state).toBe('SENT')
    expect(stateOf(() => subscription.subscribe())).toContain('SENT')
    await settled(alice, 'subscription-changed-state', 'ACCEPTED')
    notify('pending;expires=80')
    await settled(alice, 'subscription-changed-state', 'PENDING')
    notify('foo;expires=80')
    await settled(alice, 'subscription-changed-state', 'foo')
    const got = alice.engine.notifications.next('subscription-got-notify')
    notify('active;expires=80', '<open/>')
    expect((await got).data).toMatchObject({ contentType: 'application/pidf+xml', body: '<open/>' })
    const { data: empty } = toldBy(
      alice,
      'subscription-got-empty-notify',
    )[0] as Notification<'subscription-got-empty-notify'>
    expect(empty).toMatchObject({ contentType: '', body: '' })
    expect(empty.headers.get('Subscription-State')).toBe('pending;expires=80')
    expect(subscription.state).toBe('ACTIVE')
    expect(toldBy(alice, 'subscription-got-notify')).toHaveLength(1)
    subscription.unsubscribe()
    await expect.poll(() => peer.of('SUBSCRIBE').length).toBe(2)
    notify('terminated;reason=timeout')
    await settled(alice, 'subscription-changed-state', 'TERMINATED')
    expect(stateOf(() => subscription.unsubscribe())).toContain('TERMINATED')
    const [first, last] = [peer.of('SUBSCRIBE')[0], peer.of('SUBSCRIBE').at(-1)]
    expect(first).toMatchObject({ uriText: `sip:bob@127.0.0.1:${peer.port}` })
    expect(first?.header('Accept')).toBe('application/pidf+xml')
    expect([first, last].map((r) => [r?.header('Expires'), r?.header('Event'), r?.header('X-Mark')])).toEqual([
      ['90', 'presence', 'here'],
      ['0', 'presence', 'here'],
    ])
    subscription.subscribe()
    expect(subscription.state).toBe('SENT')
  })

  test('a refusal: TERMINATED with its code', async () => {
    const { alice, peer, subscription } = await subscribing()
    peer.on('SUBSCRIBE', () => ({ status: 403 }))
    subscription.subscribe()
    const { data } = await settled(alice, 'subscription-changed-state', 'TERMINATED')
    expect(data).toMatchObject({ code: 403 })
  })

  test('an unknown package is refused', async () => {
    const { engine, credentials, uri } = await startParty('alice')
    expect(() => new Subscription(credentials, uri, 'weather', { engine })).toThrow(/Engine.events/)
  })
})
