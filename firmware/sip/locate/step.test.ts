// RFC 3263 §4 as a table: a URI, what we can speak, a zone → what is asked, in rounds, and where it leads in the end.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRng } from '../../base/rng.ts'
import { type Zone, zone } from '../../testing/zone.ts'
import type { DnsRecord, Protocol } from '../core/contract.ts'
import { parseUri } from '../message/uri.ts'
import { showServer } from './server.ts'
import { type Answer, type Question, step, type Ways } from './step.ts'
import { wishOf } from './wish.ts'

/** `UDP4 TCP4 TLS6`. */
const ways = (text: string, prefer: 4 | 6 = 4): Ways => ({
  reachable: (protocol: Protocol, family) => text.split(' ').includes(`${protocol}${family}`),
  prefer,
})

/** The questions of each round, then the servers as `UDP 10.0.0.1:5060 #rank`, or the words of the failure. */
function play(uriText: string, speak: Ways, records: Zone): [string[], string[] | string] {
  const uri = parseUri(uriText)
  const wish = uri.ok ? wishOf(uri.value) : uri
  if (!wish.ok) throw new Error(uriText)
  const known = new Map<string, Answer>()
  const key = ({ type, name }: Question) => `${type} ${name}`
  const rounds: string[] = []
  for (let round = 0; round < 10; round++) {
    const next = step(wish.value, speak, (question) => known.get(key(question)), seededRng(1))
    if (next.kind === 'found') return [rounds, next.servers.map((each) => `${showServer(each)} #${each.rank}`)]
    if (next.kind !== 'ask') return [rounds, `${next.kind}: ${next.what}`]
    rounds.push(next.questions.map(key).join(', '))
    for (const question of next.questions) {
      const found = records.get(key(question)) ?? []
      known.set(key(question), { records: found, error: found.length === 0 ? 'no such record' : undefined })
    }
  }
  throw new Error(`no end: ${rounds}`)
}

const ALL = 'UDP4 TCP4 TLS4'
const FULL = zone(`
  example.com               NAPTR 20 10 s SIP+D2T  _sip._tcp.example.com
  example.com               NAPTR 10 20 s SIP+D2U  _sip._udp.example.com.
  example.com               NAPTR 10 10 s SIP+D2S  _sip._sctp.example.com
  example.com               NAPTR 10 15 u E2U+sip  nowhere.example.com
  example.com               NAPTR 30 10 s SIPS+D2T _sips._tcp.other.example.net
  _sip._udp.example.com     SRV 10 0 5060 a.example.com
  _sip._udp.example.com     SRV 20 0 5080 b.example.com
  _sip._tcp.example.com     SRV 10 0 5070 a.example.com
  _sips._tcp.example.com    SRV 10 0 5066 plain.example.com
  _sips._tcp.other.example.net SRV 10 0 5061 s.example.net.
  a.example.com             A 10.0.0.1
  a.example.com             A 10.0.0.2
  a.example.com             AAAA 2001:db8::1
  b.example.com             A 10.0.0.3
  s.example.net             A 10.0.0.4
  example.com               A 10.0.0.9
`)
const NAPTR = 'NAPTR example.com'

test.each<[string, string, string[], string[] | string]>([
  // A literal is where it says.
  ['sip:10.1.1.1', ALL, [], ['UDP 10.1.1.1:5060 #0']],
  ['sip:10.1.1.1:5070;transport=tcp', ALL, [], ['TCP 10.1.1.1:5070 #0']],
  ['sips:10.1.1.1', ALL, [], ['TLS 10.1.1.1:5061 #0']],
  ['sip:10.1.1.1', 'TCP4', [], ['TCP 10.1.1.1:5060 #0']],
  ['sip:[2001:db8::9]', ALL, [], 'no-transport: no transport over IPv6 here'],
  ['sip:[2001:db8::9]', 'UDP4 UDP6', [], ['UDP [2001:db8::9]:5060 #0']],
  // An explicit port: addresses only.
  ['sip:example.com:5090', ALL, ['A example.com'], ['UDP 10.0.0.9:5090 #0']],
  ['sips:example.com:5090', ALL, ['A example.com'], ['TLS 10.0.0.9:5090 #0']],
  ['sip:example.com:5090;transport=tcp', ALL, ['A example.com'], ['TCP 10.0.0.9:5090 #0']],
  // An explicit transport: its SRV records.
  [
    'sip:example.com;transport=udp',
    ALL,
    ['SRV _sip._udp.example.com', 'A a.example.com, A b.example.com'],
    ['UDP 10.0.0.1:5060 #0', 'UDP 10.0.0.2:5060 #0', 'UDP 10.0.0.3:5080 #1'],
  ],
  ['sip:example.com;transport=tls', 'UDP4 TCP4', [], 'no-transport: TLS is asked for and not set up here'],
  // NAPTR: order, then preference; what is not spoken here is passed over.
  [
    'sip:example.com',
    'UDP4 TCP4',
    [NAPTR, 'SRV _sip._udp.example.com, SRV _sip._tcp.example.com', 'A a.example.com, A b.example.com'],
    [
      ...['UDP 10.0.0.1:5060 #0', 'UDP 10.0.0.2:5060 #0', 'UDP 10.0.0.3:5080 #1'],
      ...['TCP 10.0.0.1:5070 #2', 'TCP 10.0.0.2:5070 #2'],
    ],
  ],
  [
    'sip:example.com',
    'TCP4',
    [NAPTR, 'SRV _sip._tcp.example.com', 'A a.example.com'],
    ['TCP 10.0.0.1:5070 #0', 'TCP 10.0.0.2:5070 #0'],
  ],
  // sips: TLS records alone, also in another domain.
  ['sips:example.com', ALL, [NAPTR, 'SRV _sips._tcp.other.example.net', 'A s.example.net'], ['TLS 10.0.0.4:5061 #0']],
  ['sips:example.com', 'UDP4 TCP4', [], 'no-transport: TLS is asked for and not set up here'],
  // Both families: the preferred one first, IPv6 only when it is spoken here.
  [
    'sip:example.com;transport=tcp',
    'TCP4 TCP6',
    ['SRV _sip._tcp.example.com', 'A a.example.com, AAAA a.example.com'],
    ['TCP 10.0.0.1:5070 #0', 'TCP 10.0.0.2:5070 #0', 'TCP [2001:db8::1]:5070 #0'],
  ],
])('%s speaking %s', (uri, speak, rounds, servers) => {
  expect(play(uri, ways(speak), FULL)).toEqual([rounds, servers])
})

test('IPv6 first when that is preferred', () => {
  const [, servers] = play('sip:a.example.com:5060', ways('UDP4 UDP6', 6), FULL)
  expect(servers).toEqual(['UDP [2001:db8::1]:5060 #0', 'UDP 10.0.0.1:5060 #0', 'UDP 10.0.0.2:5060 #0'])
})

test.each<[string, string, string, string[], string[] | string]>([
  [
    'no NAPTR: SRV of every protocol, UDP first',
    'sip:example.com',
    `_sip._udp.example.com SRV 10 0 5060 a.example.com
     _sip._tcp.example.com SRV 10 0 5060 b.example.com
     a.example.com A 10.0.0.1
     b.example.com A 10.0.0.2`,
    [NAPTR, 'SRV _sip._udp.example.com, SRV _sip._tcp.example.com', 'A a.example.com, A b.example.com'],
    ['UDP 10.0.0.1:5060 #0', 'TCP 10.0.0.2:5060 #1'],
  ],
  [
    'no SRV either: the host itself, UDP',
    'sip:example.com',
    'example.com A 10.0.0.9',
    [NAPTR, 'SRV _sip._udp.example.com, SRV _sip._tcp.example.com', 'A example.com'],
    ['UDP 10.0.0.9:5060 #0'],
  ],
  [
    'sips without records: the host itself, TLS',
    'sips:example.com',
    'example.com A 10.0.0.9',
    [NAPTR, 'SRV _sips._tcp.example.com', 'A example.com'],
    ['TLS 10.0.0.9:5061 #0'],
  ],
  [
    'NAPTR that leads to no SRV: its protocol at the host itself',
    'sip:example.com',
    `example.com NAPTR 1 1 s SIP+D2T _sip._tcp.example.com
     example.com A 10.0.0.9`,
    [NAPTR, 'SRV _sip._tcp.example.com', 'A example.com'],
    ['TCP 10.0.0.9:5060 #0'],
  ],
  [
    'the service is not offered',
    'sip:example.com;transport=udp',
    `_sip._udp.example.com SRV 0 0 0 .
     example.com A 10.0.0.9`,
    ['SRV _sip._udp.example.com'],
    'no-record: SRV _sip._udp.example.com: the service is not offered there',
  ],
  [
    'not offered over UDP, but over TCP',
    'sip:example.com',
    `_sip._udp.example.com SRV 0 0 0 .
     _sip._tcp.example.com SRV 0 0 5060 a.example.com
     a.example.com A 10.0.0.1`,
    [NAPTR, 'SRV _sip._udp.example.com, SRV _sip._tcp.example.com', 'A a.example.com'],
    ['TCP 10.0.0.1:5060 #0'],
  ],
  [
    'one target has no address: the others have',
    'sip:example.com;transport=udp',
    `_sip._udp.example.com SRV 0 0 5060 gone.example.com
     _sip._udp.example.com SRV 1 0 5060 a.example.com
     a.example.com A 10.0.0.1`,
    ['SRV _sip._udp.example.com', 'A gone.example.com, A a.example.com'],
    ['UDP 10.0.0.1:5060 #1'],
  ],
  [
    'nothing at all',
    'sip:example.com',
    '',
    [NAPTR, 'SRV _sip._udp.example.com, SRV _sip._tcp.example.com', 'A example.com'],
    'no-record: no A record for example.com: no such record',
  ],
  [
    'the same server by two names counts once',
    'sip:example.com;transport=udp',
    `_sip._udp.example.com SRV 0 0 5060 a.example.com
     _sip._udp.example.com SRV 1 0 5060 b.example.com
     a.example.com A 10.0.0.1
     b.example.com A 10.0.0.1`,
    ['SRV _sip._udp.example.com', 'A a.example.com, A b.example.com'],
    ['UDP 10.0.0.1:5060 #0'],
  ],
])('%s', (_what, uri, records, rounds, servers) => {
  expect(play(uri, ways(ALL), zone(records))).toEqual([rounds, servers])
})

test('no more servers than can be tried', () => {
  const many = Array.from({ length: 30 }, (_, at) => `many.example.com A 10.0.1.${at}`).join('\n')
  expect(play('sip:many.example.com:5060', ways(ALL), zone(many))[1]).toHaveLength(16)
})

test('whatever the records: it comes to an end, with servers that each come once, best first, over what is spoken here', () => {
  const name = fc.constantFrom('example.com', '_sip._udp.example.com', 'a.example.com', 'b.example.com', '.', '')
  const small = fc.nat(3)
  const service = fc.constantFrom('SIP+D2U', 'SIP+D2T', 'SIPS+D2T', 'SIP+D2S', 'x')
  const flags = fc.constantFrom('s', 'S', '', 'a', 'u')
  const naptr = fc.record({
    ...{ type: fc.constant('NAPTR' as const), order: small, preference: small, flags, service },
    ...{ regexp: fc.constantFrom('', '!x!y!'), replacement: name },
  })
  const srv = fc.record({
    ...{ type: fc.constant('SRV' as const), priority: small, weight: small, port: fc.nat(65_535), target: name },
  })
  const address = fc.record({ type: fc.constant('A' as const), address: fc.constantFrom('10.0.0.1', '10.0.0.2') })
  const answer = fc.array(fc.oneof(naptr, srv, address), { maxLength: 16 })
  const spoken = fc.subarray(['UDP4', 'TCP4', 'TLS4', 'UDP6', 'TCP6'])
  const uris = fc.constantFrom(
    'sip:example.com',
    'sips:example.com',
    'sip:example.com;transport=tcp',
    'sip:a.example.com:5',
  )
  fc.assert(
    fc.property(uris, spoken, fc.array(answer, { minLength: 1, maxLength: 8 }), (uri, speak, answers) => {
      let turn = 0
      const any = new Map<string, DnsRecord[]>()
      // Any question gets any answer, the wrong types among it.
      any.get = () => answers[turn++ % answers.length]
      const [rounds, servers] = play(uri, ways(speak.join(' ')), any)
      expect(rounds.length).toBeLessThanOrEqual(3)
      if (typeof servers === 'string') return
      const bare = servers.map((each) => each.split(' #')[0])
      expect(new Set(bare).size).toBe(bare.length)
      expect(bare.length).toBeLessThanOrEqual(16)
      const ranks = servers.map((each) => Number(each.split('#')[1]))
      expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
      for (const each of servers) expect(speak).toContain(`${each.slice(0, 3)}4`)
    }),
  )
})
