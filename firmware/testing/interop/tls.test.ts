// SIP over TLS with others: baresip both ways, and Kamailio as registrar and proxy that wants certificates of its callers too.
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'
import { startPhone } from './phone.ts'
import { freePort } from './ports.ts'

const folder = mkdtempSync(join(tmpdir(), 'sip-tls-'))
const authority = createAuthority(folder, 'authority')
const here = { names: ['DNS:localhost', 'IP:127.0.0.1'] }
const open: (() => unknown)[] = []
afterAll(async () => {
  await Promise.all(open.map((close) => close()))
  rmSync(folder, { recursive: true, force: true })
})

const confirmed = { event: 'call-state', state: 'confirmed' }
const over = { event: 'call-state', state: 'disconnected' }

/** A console with TLS on a port of its own, as `user`. */
async function consoleAs(user: string, tls: object = {}, start: object = {}) {
  const is = startConsole()
  open.push(() => is.end())
  const port = await freePort()
  const { cert: certificate, key } = authority.sign(`console-${user}`, here)
  const files = { ca: authority.ca, certificate, key, port }
  await is.do({ do: 'start', address: '127.0.0.1', tls: { ...files, ...tls }, logLevel: 'info', trace: true, ...start })
  return { is, port }
}

describe('baresip', () => {
  let baresip: Baresip
  let alice: ConsoleProcess
  let port: number
  beforeAll(async () => {
    const speech = join(folder, 'speech.wav')
    writeTone(speech, 440, 30, 8000)
    const { cert, key } = authority.sign('baresip', here)
    const both = join(folder, 'baresip-both.pem')
    copyFileSync(cert, both)
    appendFileSync(both, readFileSync(key))
    baresip = await startBaresip({
      ...{ speaks: speech, user: 'bob', answer: 'auto', tls: { ca: authority.ca, certificate: both } },
    })
    open.push(() => baresip.stop())
    const mouth = join(folder, 'mouth.wav')
    writeTone(mouth, 1000, 30, 8000)
    const device = { kind: 'wav', in: mouth, out: join(folder, 'ear.wav'), loop: true, rate: 8000 }
    const console = await consoleAs('alice', {}, { device })
    alice = console.is
    port = console.port
    await alice.do({ do: 'account', account: 'me', aor: `sip:alice@127.0.0.1:${port}`, transport: 'tls' })
  }, 20_000)

  test('is called, heard and hung up', async () => {
    const { call } = await alice.do({ do: 'call', to: baresip.uri })
    await alice.heard({ ...confirmed, call })
    await sleep(1000)
    await alice.do({ do: 'hangup', call })
    await alice.heard({ ...over, call })
    await baresip.event('CALL_CLOSED')
    const sent = alice.lines.filter(({ event, direction }) => event === 'trace' && direction === 'sent')
    expect(new Set(sent.map(({ protocol }) => protocol))).toEqual(new Set(['TLS']))
    expect(sent[0]?.message).toMatch(/^Via: SIP\/2.0\/TLS .*$/m)
    expect(sent[0]?.message).toMatch(/^Contact: <sip:.*;transport=tls>\r$/m)
    expect(toneIn(join(folder, 'ear.wav'), 440).seconds).toBeGreaterThan(0.5)
  })

  test('calls us and hangs up', async () => {
    const from = alice.lines.length
    await baresip.dial(`sip:alice@127.0.0.1:${port};transport=tls`)
    const { call } = await alice.heard({ event: 'incoming' }, from)
    await alice.do({ do: 'answer', call })
    await alice.heard({ ...confirmed, call }, from)
    await sleep(300)
    await baresip.hangUp()
    await alice.heard({ ...over, call, cause: 'remote' }, from)
  })

  test('its certificate is for another name: the call fails in words, nothing is sent', async () => {
    const { is } = await consoleAs('carol', { serverName: 'pbx.example.com' })
    await is.do({ do: 'account', account: 'me', aor: 'sip:carol@127.0.0.1' })
    const { call } = await is.do({ do: 'call', to: baresip.uri })
    const end = await is.heard({ ...over, call })
    expect(end).toMatchObject({ status: 503, cause: 'transport' })
    expect(end.reason).toBe('Service Unavailable: the certificate is for localhost, 127.0.0.1, not for pbx.example.com')
    expect(is.lines.some(({ event, direction }) => event === 'trace' && direction === 'sent')).toBe(false)
    expect(is.lines.find(({ event, what }) => event === 'log' && what === 'connection gone')?.fields.reason).toContain(
      'pbx.example.com',
    )
  })
})

describe('Kamailio', () => {
  const users = { alice: 'alice-secret', bob: 'bob-secret', carol: 'carol-secret' }
  let kamailio: Kamailio
  const authorityFiles = () => {
    const { cert: certificate, key } = authority.sign('kamailio', here)
    return { certificate, key }
  }
  beforeAll(async () => {
    kamailio = await startKamailio({ users, tls: { ...authorityFiles(), ca: authority.ca } })
    open.push(() => kamailio.stop())
  }, 20_000)

  const join_ = async (user: 'alice' | 'bob', tls: object = {}) => {
    const { is } = await consoleAs(user, tls)
    const aor = `sip:${user}@localhost:${kamailio.tlsPort}`
    const registrar = `sips:localhost:${kamailio.tlsPort}`
    const proxies = [`sip:localhost:${kamailio.tlsPort};transport=tls`]
    await is.do({ do: 'account', account: 'me', aor, registrar, password: users[user], transport: 'tls', proxies })
    return is
  }

  test('registrations and a call between two, over TLS alone, by name', async () => {
    const [alice, bob] = await Promise.all([join_('alice'), join_('bob')])
    await Promise.all([alice, bob].map((is) => is.heard({ event: 'registration', state: 'registered' })))
    const { call } = await alice.do({ do: 'call', to: 'bob' })
    const { call: theirs } = await bob.heard({ event: 'incoming' })
    await bob.do({ do: 'answer', call: theirs })
    await alice.heard({ ...confirmed, call })
    await bob.do({ do: 'hangup', call: theirs })
    await alice.heard({ ...over, call, cause: 'remote' })
    await bob.heard({ ...over, call: theirs, status: 200 })
    for (const is of [alice, bob])
      expect(new Set(is.lines.flatMap(({ event, protocol }) => (event === 'trace' ? [protocol] : [])))).toEqual(
        new Set(['TLS']),
      )
  }, 20_000)

  test('the whole phone, so configured: registers, calls and is called over TLS', async () => {
    const { cert: certificate, key } = authority.sign('phone', here)
    const tls = { ca: authority.ca, certificate, key, port: await freePort() }
    const domain = `localhost:${kamailio.tlsPort}`
    const account = { domain, user: 'carol', password: users.carol, transport: 'tls', network: { tls } } as const
    const phone = await startPhone(1000, { account })
    const bob = await join_('bob')
    try {
      await bob.heard({ event: 'registration', state: 'registered' })
      expect(await kamailio.contacts('carol')).toEqual([expect.stringMatching(/;transport=tls$/)])
      const ringing = phone.witness.next('ringing', 5000, activity('ringing'))
      const up = phone.witness.next('up', 8000, callState('confirmed'))
      const { call } = await bob.do({ do: 'call', to: 'carol' })
      await ringing
      phone.board.lift()
      await up
      await bob.heard({ ...confirmed, call })
      await sleep(500)
      expect((await bob.do({ do: 'stats', call })).stats.receivedPackets).toBeGreaterThan(10)
      await phone.putDown()
      await bob.heard({ ...over, call, cause: 'remote' })
      expect(phone.complaints).toEqual([])
    } finally {
      await phone.stop()
      phone.dispose()
    }
  }, 30_000)

  test('who has no certificate is called over the connection they registered by', async () => {
    const open_ = await startKamailio({ users, tls: authorityFiles() })
    open.push(() => open_.stop())
    const at = (user: 'alice' | 'bob') => ({
      ...{
        aor: `sip:${user}@localhost:${open_.tlsPort}`,
        registrar: `sip:localhost:${open_.tlsPort}`,
        transport: 'tls',
      },
      ...{ account: 'me', password: users[user] },
    })
    const none = { certificate: undefined, key: undefined }
    const [alice, bob] = await Promise.all((['alice', 'bob'] as const).map((user) => consoleAs(user, none)))
    await Promise.all([alice!.is.do({ do: 'account', ...at('alice') }), bob!.is.do({ do: 'account', ...at('bob') })])
    await Promise.all([alice, bob].map((each) => each!.is.heard({ event: 'registration', state: 'registered' })))
    const { call } = await alice!.is.do({ do: 'call', to: 'bob' })
    const { call: theirs } = await bob!.is.heard({ event: 'incoming' })
    await bob!.is.do({ do: 'answer', call: theirs })
    await alice!.is.heard({ ...confirmed, call })
    await bob!.is.do({ do: 'hangup', call: theirs })
    await alice!.is.heard({ ...over, call, cause: 'remote' })
  }, 30_000)

  test('without a certificate it does not take us', async () => {
    const stranger = await join_('alice', { certificate: undefined, key: undefined })
    const state = await stranger.heard({ event: 'registration', state: 'unregistered' })
    expect(state).toMatchObject({ status: 503, cause: 'transport' })
    expect(state.reason).toMatch(/wants a certificate of this phone|does not accept the certificate|closed|ECONNRESET/)
  })
})
