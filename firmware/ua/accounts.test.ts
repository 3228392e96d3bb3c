import { describe, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import type { RegistrationState, SipCommand } from '../sip/core/contract.ts'
import { ALICE, invite, sdp, uaScript } from '../testing/ua-script.ts'
import type { AccountConfig } from './contract.ts'

const registers = (sent: readonly SipCommand[]) => sent.filter((c) => c.kind === 'register')
const registration = (ua: ReturnType<typeof uaScript>, id: string, state: RegistrationState, status = 200) =>
  ua.sip({
    kind: 'registration-state',
    id,
    state,
    previous: 'unregistered',
    status,
    reason: 'OK',
    cause: undefined,
    contact: '',
    contacts: [],
    expires: 300,
    retryMs: undefined,
  })

describe('registration', () => {
  test('an account registers as soon as it is set, by a random contact', () => {
    const ua = uaScript()
    ua.account('a', { displayName: 'Jörg', proxies: ['sip:proxy.example.com'] })
    expect(ua.lines()).toEqual(['media stock-pairs 0', 'media stock-pairs 4', 'sip register a#1'])
    const [sent] = registers(ua.sent)
    expect(sent).toMatchObject({ registrar: 'sip:example.com', expires: 300, now: true })
    expect(sent?.identity).toMatchObject({
      aor: 'sip:alice@example.com',
      displayName: 'J\xc3\xb6rg',
      routes: ['sip:proxy.example.com'],
      credentials: [{ realm: '*', username: 'alice', password: ALICE.password }],
    })
    expect(sent?.identity.contactUser).toMatch(/^[0-9a-f]{16}$/)
    registration(ua, 'a#1', 'registered')
    expect(ua.lines()).toEqual(['app account a registered 200'])
  })

  test('how the registrar is watched is asked for with the registration, and again when it changes', () => {
    const ua = uaScript()
    ua.account('a', { keepAlive: 'options' })
    ua.account('a', { keepAlive: 'crlf', keepAliveS: 45 })
    ua.account('a', { keepAlive: 'off', keepAliveS: 45 })
    expect(registers(ua.sent).map(({ id, options }) => [id, options?.keepAlive])).toEqual([
      ['a#1', { kind: 'options', everyMs: 20_000 }],
      ['a#1', { kind: 'crlf', everyMs: 45_000 }],
      ['a#1', undefined],
    ])
  })

  test('where it is registered is told, and where in vain', () => {
    const ua = uaScript()
    ua.account()
    const tries = [{ server: 'UDP 192.0.2.1:5060', what: 'no answer' }]
    ua.sip({
      ...{ kind: 'registration-state', id: 'a#1', state: 'registered', previous: 'registering', status: 200 },
      ...{ reason: 'OK', cause: undefined, contact: '', contacts: [], expires: 300, retryMs: undefined },
      ...{ server: 'UDP 192.0.2.2:5060', tries },
    })
    expect(ua.heard.at(-1)).toMatchObject({ kind: 'account-state', server: 'UDP 192.0.2.2:5060', tries })
  })

  test('with a hash or keys instead of a password; asked the same way again, what is known of them stays', () => {
    const ua = uaScript()
    const credentials = () => registers(ua.sent).at(-1)?.identity.credentials
    const value = new Secret('a'.repeat(64))
    ua.account('a', { password: undefined, realm: 'r', ha1: { hash: 'SHA-256', value } })
    expect(credentials()).toEqual([{ realm: 'r', username: 'alice', ha1: value, hash: 'SHA-256' }])
    const [k, opc] = [new Secret('1'.repeat(32)), new Secret('2'.repeat(32))]
    ua.account('a', { password: undefined, aka: { k, opc, sqn: 64 } })
    const [subscriber] = credentials() ?? []
    if (!subscriber || !('aka' in subscriber)) throw new Error('no keys')
    expect(subscriber).toMatchObject({ realm: '*', username: 'alice', aka: { k, opc } })
    expect(subscriber.aka.sqn.take(64)).toBe(false)
    expect(subscriber.aka.sqn.take(128)).toBe(true)
    ua.account('a', { password: undefined, aka: { k, opc, sqn: 64 }, expires: 60 })
    expect(credentials()).toEqual([subscriber])
    ua.lines()
    registration(ua, 'a#1', 'registered')
    expect(ua.heard.at(-1)).toMatchObject({ kind: 'account-state', sqn: 128 })
    ua.account('a', { password: undefined, aka: { k, opc: new Secret('3'.repeat(32)) } })
    const [other] = credentials() ?? []
    expect(other && 'aka' in other && other.aka.sqn.highest).toBe(0)
  })

  test('hashes, device, proxies, routes and patience go to the engine', () => {
    const ua = uaScript()
    const registration = { instance: 'urn:uuid:x', outbound: ['sip:p'], gruu: true, retry: { spreadMs: 5 } }
    ua.account('a', { hashes: ['SHA-256'], registration })
    const [sent] = registers(ua.sent)
    expect(sent?.options).toEqual(registration)
    expect(sent?.identity.credentials).toMatchObject([{ hashes: ['SHA-256'] }])
    ua.account('a', { hashes: ['SHA-256'], registration: { ...registration, outbound: [] } })
    expect(registers(ua.sent)).toHaveLength(2)
    expect(registers(ua.sent)[1]?.id).toBe('a#1')
  })

  test('what the registrar gave is told', () => {
    const ua = uaScript()
    ua.account()
    const flows = [{ regId: 1, proxy: 'sip:p', registered: true, status: 200 }]
    ua.sip({
      ...{ kind: 'registration-state', id: 'a#1', state: 'registered', previous: 'registering', status: 200 },
      ...{ reason: 'OK', cause: undefined, contact: '', contacts: [], expires: 300, retryMs: undefined },
      ...{ publicGruu: 'sip:g', flows },
    })
    expect(ua.heard.at(-1)).toMatchObject({ kind: 'account-state', learnt: { publicGruu: 'sip:g', flows } })
    registration(ua, 'a#1', 'registered')
    expect(ua.heard.at(-1)).not.toHaveProperty('learnt')
    expect(ua.heard.at(-1)).not.toHaveProperty('sqn')
  })

  test.each<[string, Partial<AccountConfig>]>([
    ['one of password, ha1 and aka is enough', { ha1: { hash: 'MD5', value: new Secret('a'.repeat(32)) } }],
    [
      'an ha1 is of one realm, which has to be named',
      { password: undefined, ha1: { hash: 'MD5', value: new Secret('a'.repeat(32)) } },
    ],
    [
      'an ha1 of SHA-256 has 64 hexadecimal digits',
      { password: undefined, realm: 'r', ha1: { hash: 'SHA-256', value: new Secret('a'.repeat(32)) } },
    ],
    ['aka needs either op or opc', { password: undefined, aka: { k: new Secret('a'.repeat(32)) } }],
    [
      'keys of aka have 32 hexadecimal digits',
      { password: undefined, aka: { k: new Secret('a'), op: new Secret('a'.repeat(32)) } },
    ],
    [
      'sqn of aka is a number of 48 bits',
      { password: undefined, aka: { k: new Secret('a'.repeat(32)), op: new Secret('a'.repeat(32)), sqn: 2 ** 48 } },
    ],
  ])('refused: %s', (reason, config) => {
    const ua = uaScript()
    ua.account('a', config)
    expect(ua.lines()).toContain(`app refused set-account a: ${reason}`)
    expect(registers(ua.sent)).toEqual([])
  })

  test('a local account does not register', () => {
    const ua = uaScript()
    ua.account('a', { registrar: undefined })
    ua.app({ kind: 'set-registration', account: 'a', on: true })
    expect(ua.lines()).toEqual([
      'media stock-pairs 0',
      'media stock-pairs 4',
      'app refused set-registration a: account has no registrar',
    ])
  })

  test('the same again does nothing; codecs are not the registrar’s business', () => {
    const ua = uaScript()
    ua.account()
    ua.lines()
    ua.account('a', { password: new Secret('wonder') })
    ua.account('a', { codecs: ['PCMU'] })
    expect(ua.lines()).toEqual([])
  })

  test('a new password registers again, another registrar is another binding, none gives it up', () => {
    const ua = uaScript()
    ua.account()
    ua.lines()
    ua.account('a', { password: new Secret('land') })
    expect(ua.lines()).toEqual(['sip register a#1'])
    ua.account('a', { registrar: 'sip:other.example.com' })
    expect(ua.lines()).toEqual(['sip unregister a#1', 'sip register a#2'])
    registration(ua, 'a#1', 'unregistered')
    registration(ua, 'a#2', 'registered')
    expect(ua.lines()).toEqual(['app account a registered 200'])
    ua.account('a', { registrar: undefined })
    expect(ua.lines()).toEqual(['sip unregister a#2'])
    const [first, again, other] = registers(ua.sent).map((c) => c.identity.contactUser)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test('un-registered and registered by command', () => {
    const ua = uaScript()
    ua.account()
    ua.lines()
    ua.app({ kind: 'set-registration', account: 'a', on: false })
    ua.app({ kind: 'set-registration', account: 'a', on: true })
    ua.app({ kind: 'set-registration', account: 'b', on: true })
    expect(ua.lines()).toEqual([
      'sip unregister a#1',
      'sip register a#1',
      'app refused set-registration b: unknown account',
    ])
  })

  test('removed: its calls end, it un-registers, and the end of that is told once', () => {
    const ua = uaScript()
    ua.account()
    ua.incoming('in:1', sdp())
    ua.lines()
    ua.app({ kind: 'remove-account', account: 'a' })
    expect(ua.lines()).toEqual(['media release-pair 1', 'sip end in:1 480', 'sip unregister a#1'])
    registration(ua, 'a#1', 'unregistered')
    registration(ua, 'a#1', 'unregistered')
    expect(ua.lines()).toEqual(['app account a unregistered 200'])
    ua.app({ kind: 'remove-account', account: 'a' })
    expect(ua.lines()).toEqual(['app refused remove-account a: unknown account'])
  })

  test.each([
    [{ aor: 'alice' }, 'not a SIP address: alice'],
    [{ registrar: 'tel:1' }, 'not a SIP address: tel:1'],
    [{ proxies: ['x y'] }, 'not a SIP address: x y'],
    [{ codecs: ['G729'] }, 'no codec known among: G729'],
  ])('%j is refused', (change, why) => {
    const ua = uaScript()
    ua.account('a', change)
    expect(ua.lines()).toEqual(['media stock-pairs 0', 'media stock-pairs 4', `app refused set-account a: ${why}`])
  })

  test('the engine would not register', () => {
    const ua = uaScript()
    ua.account()
    ua.lines()
    ua.sip({ kind: 'rejected', command: 'register', id: 'a#1', reason: 'bad' })
    expect(ua.lines()).toEqual(['app refused set-registration a: bad'])
  })
})

describe('whom an incoming call is for', () => {
  const two = () => {
    const ua = uaScript()
    ua.account('a')
    ua.account('b', { aor: 'sip:bob@example.com' })
    ua.account('c', { aor: 'sip:alice@example.org', registrar: undefined })
    return ua
  }
  const taken = (ua: ReturnType<typeof uaScript>, uri: string, to: string) => {
    ua.incoming('in:1', sdp(), invite(uri, to))
    const event = ua.heard.find((e) => e.kind === 'call-incoming')
    return event?.kind === 'call-incoming' ? event.account : undefined
  }

  test('the contact user decides before everything else', () => {
    const ua = two()
    const contact = registers(ua.sent)[1]?.identity.contactUser
    expect(taken(ua, `sip:${contact}@192.0.2.1`, '<sip:alice@example.com>')).toBe('b')
  })
  test.each([
    ['sip:x@192.0.2.1', '<sip:bob@example.com>', 'b'],
    ['sip:x@192.0.2.1', '<sip:alice@example.org>', 'c'],
    ['sip:bob@192.0.2.1', '<sip:bob@192.0.2.1>', 'b'],
    ['sip:alice@192.0.2.1', '<sip:alice@192.0.2.1>', undefined],
    ['sip:group@example.org', '<sip:group@example.org>', 'c'],
    ['sip:group@example.com', '<sip:group@example.com>', undefined],
    ['sip:192.0.2.1', '<sip:192.0.2.1>', undefined],
    ['sip:100@192.0.2.1', '<sip:100@192.0.2.1>', undefined],
  ])('%s to %s: %s', (uri, to, account) => expect(taken(two(), uri, to)).toBe(account))

  test('a number is for the account that has it (RFC 3966), whatever it looks like', () => {
    const numbered = () => {
      const ua = uaScript()
      ua.account('a')
      ua.account('n', { aor: 'sip:+4930123@example.com' })
      return ua
    }
    expect(taken(numbered(), 'tel:+49-30-123', '<tel:+49-30-123>')).toBe('n')
    expect(taken(numbered(), 'tel:+4930124', '<tel:+4930124>')).toBe(undefined)
  })

  test('a call to our bare address, with one account', () => {
    const one = () => {
      const ua = uaScript()
      ua.account()
      return ua
    }
    expect(taken(one(), 'sip:192.0.2.1', '<sip:192.0.2.1>')).toBe('a')
    expect(taken(one(), 'sip:100@192.0.2.1', '<sip:100@192.0.2.1>')).toBe(undefined)
  })
})
