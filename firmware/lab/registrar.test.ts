// The registrar and proxy as ladders: who sends what to whom, in virtual time.
import { describe, expect, test } from 'vitest'
import type { SocketAddress } from '../base/address.ts'
import { ms } from '../base/time.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { createRegistrar, type RegistrarOutput } from './registrar.ts'

const alice: SocketAddress = { address: '127.0.0.1', port: 30001 }
const bob: SocketAddress = { address: '127.0.0.1', port: 30002 }
const local: SocketAddress = { address: '127.0.0.1', port: 30000 }

/** Credentials here are a word, so that these ladders are about routing; digest has tests of its own. */
function world() {
  const registrar = createRegistrar({
    local,
    users: ['alice', 'bob'],
    expires: { least: 10, most: 600 },
    authenticate: (request, by) => {
      const user = request.header(by === 'proxy' ? 'Proxy-Authorization' : 'Authorization')
      return user === undefined ? { challenge: [{ name: 'WWW-Authenticate', value: 'Digest realm="lab"' }] } : { user }
    },
  })
  const send = (from: SocketAddress, data: string, at = 0) => {
    const out: RegistrarOutput[] = []
    registrar.handle({ from, data }, ms(at), out)
    return out
  }
  return { registrar, send }
}

const request = (method: string, uri: string, headers: readonly string[] = [], branch = 'z9hG4bKa') =>
  [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP 192.0.2.9:5070;branch=${branch};rport`,
    'Max-Forwards: 70',
    'From: <sip:alice@127.0.0.1:30000>;tag=f1',
    `To: <sip:${method === 'REGISTER' ? 'alice' : 'bob'}@127.0.0.1:30000>`,
    'Call-ID: c1',
    `CSeq: 1 ${method}`,
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')

const register = (headers: readonly string[], cseq = 1) =>
  request('REGISTER', 'sip:127.0.0.1:30000', ['Authorization: alice', ...headers]).replace('CSeq: 1', `CSeq: ${cseq}`)
const registerBob = (uri = 'sip:bob@127.0.0.1:30002') => register([`Contact: <${uri}>`]).replaceAll('alice', 'bob')

const first = (out: readonly RegistrarOutput[]) => out[0]?.data.split('\r\n')[0]
const parsed = (out: readonly RegistrarOutput[]) => {
  const message = parseMessage(out[0]!.data)
  if (!message.ok) throw new Error(message.error.what)
  return message.value
}

describe('registrar', () => {
  test('challenged without credentials, refused for somebody else', () => {
    const { send } = world()
    const naked = request('REGISTER', 'sip:127.0.0.1:30000', ['Contact: <sip:alice@127.0.0.1:30001>'])
    const out = send(alice, naked)
    expect(first(out)).toBe('SIP/2.0 401 Unauthorized')
    expect(out[0]!.to).toEqual(alice)
    expect(parsed(out).vias[0]!.params).toContainEqual({ name: 'rport', value: '30001' })
    expect(first(send(alice, register([]).replace('Authorization: alice', 'Authorization: bob')))).toContain('403')
  })

  test('keeps a binding until it expires, reports it, and forgets it on request', () => {
    const { registrar, send } = world()
    const contact = 'Contact: <sip:alice@127.0.0.1:30001>;expires=60'
    expect(parsed(send(alice, register([contact]))).headers('Contact')).toEqual([
      '<sip:alice@127.0.0.1:30001>;expires=60',
    ])
    expect(registrar.deadline()).toBe(60_000)
    expect(parsed(send(alice, register([], 2), 30_000)).headers('Contact')).toEqual([
      '<sip:alice@127.0.0.1:30001>;expires=30',
    ])
    expect(parsed(send(alice, register([], 3), 60_000)).headers('Contact')).toEqual([])
    send(alice, register([contact], 4), 60_000)
    expect(parsed(send(alice, register(['Contact: *', 'Expires: 0'], 5), 61_000)).headers('Contact')).toEqual([])
  })

  test('too short is 423, too long is cut, an old CSeq changes nothing', () => {
    const { send } = world()
    const short = send(alice, register(['Contact: <sip:alice@127.0.0.1:30001>;expires=5']))
    expect(first(short)).toContain('423')
    expect(parsed(short).header('Min-Expires')).toBe('10')
    const long = send(alice, register(['Contact: <sip:alice@127.0.0.1:30001>;expires=9999'], 7))
    expect(parsed(long).headers('Contact')).toEqual(['<sip:alice@127.0.0.1:30001>;expires=600'])
    expect(first(send(alice, register(['Contact: <sip:alice@127.0.0.1:30001>;expires=0'], 6)))).toContain('400')
  })
})

describe('proxy', () => {
  const invite = (headers: readonly string[] = [], branch?: string) =>
    request('INVITE', 'sip:bob@127.0.0.1:30000', headers, branch)
  const trusted = ['Proxy-Authorization: alice']

  test('INVITE is challenged, then goes to the contact and its answers come back', () => {
    const { send } = world()
    send(bob, registerBob())
    expect(first(send(alice, invite()))).toContain('407')
    const out = send(alice, invite(trusted))
    expect(out[0]!.to).toEqual(bob)
    expect(first(out)).toBe('INVITE sip:bob@127.0.0.1:30002 SIP/2.0')
    const forwarded = parsed(out)
    expect(forwarded.vias.map((via) => `${via.host}:${via.port}`)).toEqual(['127.0.0.1:30000', '192.0.2.9:5070'])
    expect(forwarded.header('Max-Forwards')).toBe('69')
    expect(forwarded.header('Proxy-Authorization')).toBeUndefined()
    const ringing = out[0]!.data.replace(/^.*?\r\n/, 'SIP/2.0 180 Ringing\r\n').replace(/Max-Forwards.*?\r\n/, '')
    const back = send(bob, ringing)
    expect(back[0]!.to).toEqual(alice)
    expect(parsed(back).vias.map((via) => via.host)).toEqual(['192.0.2.9'])
  })

  test('a retransmission, the CANCEL and the ACK of a refusal leave with the branch of the INVITE', () => {
    const { send } = world()
    send(bob, registerBob())
    const branch = (method: string, headers: readonly string[]) =>
      parsed(send(alice, request(method, 'sip:bob@127.0.0.1:30000', headers))).vias[0]!.branch
    const sent = branch('INVITE', trusted)
    expect(branch('INVITE', trusted)).toBe(sent)
    expect(branch('CANCEL', [])).toBe(sent)
    expect(branch('ACK', [])).toBe(sent)
    const other = parsed(send(alice, invite(trusted, 'z9hG4bKb'))).vias[0]!.branch
    expect(other).not.toBe(sent)
  })

  test('the ACK of an answer made here ends here', () => {
    const { send } = world()
    const tag = parsed(send(alice, invite())).toTag
    const ack = request('ACK', 'sip:bob@127.0.0.1:30000').replace('30000>\r\nCall', `30000>;tag=${tag}\r\nCall`)
    expect(ack).toContain(`;tag=${tag}`)
    expect(send(alice, ack)).toEqual([])
  })

  test('nobody there: 404 unknown, 480 not registered, 483 without hops left', () => {
    const { send } = world()
    expect(first(send(alice, request('INVITE', 'sip:carol@127.0.0.1:30000', trusted)))).toContain('404')
    expect(first(send(alice, invite(trusted)))).toContain('480')
    expect(first(send(alice, invite(trusted).replace('Max-Forwards: 70', 'Max-Forwards: 0')))).toContain('483')
  })

  test('garbage and foreign responses are dropped', () => {
    const { send } = world()
    expect(send(alice, 'hello')).toEqual([])
    const foreign = request('OPTIONS', 'sip:127.0.0.1:30000').replace(/^.*?\r\n/, 'SIP/2.0 200 OK\r\n')
    expect(send(alice, foreign)).toEqual([])
  })
})
