// Ladders over TLS (RFC 3261 §26, RFC 5630): sips: on every hop, names asked for, refusals in words, nothing downgraded.
import { expect, test } from 'vitest'
import { flaws } from '../../testing/ladder.ts'
import { play } from '../../testing/play.ts'
import { Stage } from '../../testing/stage.ts'

const ALL = ['UDP', 'TCP', 'TLS'] as const
const contact = (message: { header(name: string): string | undefined } | undefined) => message?.header('Contact')

play(
  'a call to a sips: URI: TLS, Contact sips on both sides, also for what follows',
  ({ stage, alice, bob }) => {
    bob.answers()
    alice.call('call', 'sips:bob@10.0.0.2')
    stage.later(20_000, () => alice.end('call'))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  bob ⇒ alice   200 INVITE +
  alice ⇒ bob   ACK
  alice ⇒ bob   BYE
  bob ⇒ alice   200 BYE`,
  ({ alice, bob }) => {
    const invite = bob.last('session-incoming')?.request
    expect(invite?.uriText).toBe('sips:bob@10.0.0.2')
    expect(contact(invite)).toBe('<sips:alice@10.0.0.1:5061>')
    expect(invite?.vias[0]).toMatchObject({ transport: 'TLS', host: '10.0.0.1', port: 5061 })
    expect(contact(alice.all('session-state')[1]?.message)).toBe('<sips:bob@10.0.0.2:5061>')
    // One connection, asked for by the host of the URI.
    expect(alice.connects).toEqual([{ transport: 'tls', to: { address: '10.0.0.2', port: 5061 }, name: '10.0.0.2' }])
  },
  ALL,
)

play(
  'transport=tls: TLS with sip: Contacts that ask for it, and hung up by the callee',
  ({ stage, alice, bob }) => {
    bob.answers()
    alice.call('call', 'sip:bob@10.0.0.2;transport=tls')
    stage.later(20_000, () => bob.end('in:1'))
  },
  `
  alice ⇒ bob   INVITE +
  bob ⇒ alice   180 INVITE
  bob ⇒ alice   200 INVITE +
  alice ⇒ bob   ACK
  bob ⇒ alice   BYE
  alice ⇒ bob   200 BYE`,
  ({ alice, bob }) => {
    expect(contact(bob.last('session-incoming')?.request)).toBe('<sip:alice@10.0.0.1:5061;transport=tls>')
    expect(contact(alice.all('session-state')[1]?.message)).toBe('<sip:bob@10.0.0.2:5061;transport=tls>')
  },
  ALL,
)

function setOut(mine: typeof ALL | readonly ['UDP', 'TCP'] = ALL, theirs: typeof mine = ALL) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, mine)
  const bob = stage.phone('bob', '10.0.0.2', {}, theirs)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  return { stage, alice, bob }
}

test('sips: where TLS is not set up is refused in words, and nothing is sent', () => {
  const { stage, alice } = setOut(['UDP', 'TCP'])
  alice.call('call', 'sips:bob@10.0.0.2')
  alice.do({
    ...{ kind: 'register', id: 'reg', identity: alice.identity, registrar: 'sips:10.0.0.2' },
    ...{ expires: 3600, headers: [], now: false },
  })
  stage.run(1000)
  const refusal = { status: 503, reason: 'Service Unavailable: TLS is asked for and not set up here' }
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', cause: 'transport', ...refusal })
  expect(alice.last('registration-state')).toMatchObject({ state: 'unregistered', cause: 'transport', ...refusal })
  expect(stage.wire).toEqual([])
})

test('the name of the certificate is that of the URI, not of where a look-up leads; a refusal is told in words', () => {
  const { stage, alice } = setOut()
  stage.hosts.set('example.com', ['10.0.0.2'])
  stage.certified.set('10.0.0.2:5061', ['other.example.com'])
  alice.call('call', 'sips:bob@example.com')
  stage.run(1000)
  expect(alice.connects).toEqual([{ transport: 'tls', to: { address: '10.0.0.2', port: 5061 }, name: 'example.com' }])
  expect(alice.last('session-state')).toMatchObject({
    ...{ state: 'DISCONNECTED', status: 503, cause: 'transport' },
    reason: 'Service Unavailable: the certificate is for other.example.com, not for example.com',
  })
  expect(stage.wire).toEqual([])
  expect(flaws(stage)).toEqual([])
})

test('a connection proved for one name is not used for another; a URI with its address instead of a name is', () => {
  const { stage, alice, bob } = setOut()
  stage.hosts.set('example.com', ['10.0.0.2'])
  stage.hosts.set('example.net', ['10.0.0.2'])
  alice.call('one', 'sips:bob@example.com')
  stage.run(1000)
  alice.call('two', 'sips:bob@10.0.0.2')
  stage.run(2000)
  expect(alice.connects.map(({ name }) => name)).toEqual(['example.com'])
  alice.call('three', 'sips:bob@example.net')
  stage.run(3000)
  expect(alice.connects.map(({ name }) => name)).toEqual(['example.com', 'example.net'])
  expect(bob.all('session-incoming')).toHaveLength(3)
})

test('a handshake that fails for one name leaves requests to another name at the same address alone', () => {
  const { stage, alice, bob } = setOut()
  stage.hosts.set('example.com', ['10.0.0.2'])
  stage.hosts.set('example.net', ['10.0.0.2'])
  stage.certified.set('10.0.0.2:5061', ['example.com'])
  alice.call('one', 'sips:bob@example.com')
  alice.call('two', 'sips:bob@example.net')
  stage.run(5000)
  const ended = alice.all('session-state').filter(({ state }) => state === 'DISCONNECTED')
  expect(ended.map(({ id, status }) => [id, status])).toEqual([
    ['two', 503],
    ['one', 486],
  ])
  expect(bob.all('session-incoming')).toHaveLength(1)
})

test('an account that prefers TLS uses its port, and nothing less where no TLS leads', () => {
  const { stage, alice, bob } = setOut()
  const invite = {
    kind: 'invite',
    identity: { ...alice.identity, transport: 'tls' },
    sdp: 'offer',
    headers: [],
  } as const
  alice.do({ ...invite, id: 'one', target: 'sip:bob@10.0.0.2' })
  alice.do({ ...invite, id: 'two', target: 'sip:bob@[2001:db8::2]' })
  stage.run(1000)
  expect(alice.connects.map(({ to }) => to)).toEqual([{ address: '10.0.0.2', port: 5061 }])
  expect(bob.last('session-incoming')?.request.vias[0]?.transport).toBe('TLS')
  expect(alice.all('session-state').find(({ id, state }) => id === 'two' && state === 'DISCONNECTED')?.status).toBe(503)
})

test('a sips: call whose callee gives a sip: Contact is followed up over TLS all the same', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, ALL)
  const at = { address: '10.0.0.2', port: 5061 }
  const got: string[] = []
  stage.streams.listen(at, (end) => ({
    data(text) {
      if (text.trim() === '') return
      got.push(text)
      const lines = /^(?:Via|From|Call-ID|CSeq): .*$/gm
      const to = /^To: (.*)$/m.exec(text)?.[1]
      const more = `To: ${to?.includes('tag=') ? to : `${to};tag=b`}\r\nContact: <sip:bob@10.0.0.2>`
      if (text.startsWith('ACK')) return
      const sdp = text.startsWith('INVITE') ? 'answer' : ''
      const type = sdp === '' ? '' : 'Content-Type: application/sdp\r\n'
      const head = `${text.match(lines)?.join('\r\n')}\r\n${more}\r\n${type}Content-Length: ${sdp.length}`
      end.write(`SIP/2.0 200 OK\r\n${head}\r\n\r\n${sdp}`)
    },
    down() {},
  }))
  alice.call('call', 'sips:bob@10.0.0.2')
  alice.end('call', 1000)
  stage.run(5000)
  expect(got.map((text) => text.split(' SIP/2.0')[0])).toEqual([
    'INVITE sips:bob@10.0.0.2',
    'ACK sip:bob@10.0.0.2',
    'BYE sip:bob@10.0.0.2',
  ])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 200 })
})

test('416 to sips: is not tried again as sip: (RFC 5630 §5.1.1)', () => {
  const { stage, alice, bob } = setOut()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 416))
  alice.call('call', 'sips:bob@10.0.0.2')
  stage.run(1000)
  expect(bob.all('session-incoming')).toHaveLength(1)
  expect(stage.wire.filter((line) => line.startsWith('alice'))).toEqual(['alice ⇒ bob INVITE +', 'alice ⇒ bob ACK'])
})

test.each([
  [ALL, '400 '],
  [['UDP', 'TCP'] as const, '416 '],
])('sips: that comes by datagram to %j is refused', (protocols, status) => {
  const stage = new Stage()
  stage.phone('bob', '10.0.0.2', {}, protocols)
  const answers: string[] = []
  const caller = stage.peer('caller', '10.0.0.9', ({ data }) => answers.push(data.slice(8, 12)))
  const head = 'Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKa\r\nFrom: <sips:a@b>;tag=1\r\nTo: <sips:bob@b>\r\n'
  stage.send(
    caller,
    { address: '10.0.0.2', port: 5060 },
    `OPTIONS sips:bob@10.0.0.2 SIP/2.0\r\n${head}Call-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
  )
  stage.run(1000)
  expect(answers).toEqual([status])
})

test('a call that rings over TLS ends at once when its connection breaks: nobody will connect to us instead', () => {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {}, ALL)
  const bob = stage.phone('bob', '10.0.0.2', {}, ALL)
  bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
  alice.call('call', 'sips:bob@10.0.0.2')
  stage.later(2000, () => stage.streams.breakAll('ECONNRESET'))
  stage.run(2100)
  expect(alice.last('session-state')).toMatchObject({
    ...{ state: 'DISCONNECTED', previous: 'EARLY', status: 503, cause: 'transport' },
    reason: 'Service Unavailable: ECONNRESET',
  })
})
