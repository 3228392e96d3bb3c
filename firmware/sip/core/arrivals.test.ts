// What is answered to requests as they arrive: RFC 3261 §8.2, §11, §12.2.2, §18.2; RFC 3581; RFC 3311.
import { expect, test } from 'vitest'
import { byHand, CONTACT, FROM, header } from '../../testing/by-hand.ts'
import { flaws } from '../../testing/ladder.ts'
import { USUAL_TERMS } from '../usage/invite/terms.ts'

test('OPTIONS: 200 with what we can do, and nothing kept', () => {
  const { send, status, bob, stage } = byHand()
  const [answer, ...more] = send({})
  expect(more).toEqual([])
  expect(status([answer!])).toEqual([200])
  expect(header(answer?.text, 'Allow')).toBe('INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE')
  expect(header(answer?.text, 'Accept')).toBe('application/sdp')
  expect(bob.engine.counts().serverTransactions).toBe(0)
  expect(flaws(stage)).toEqual([])
  expect(header(answer?.text, 'Supported')).toBe('')
  const both = byHand({ supported: ['replaces'], terms: USUAL_TERMS })
  expect(header(both.send({})[0]?.text, 'Supported')).toBe('replaces, 100rel, timer')
})

test('OPTIONS that the application wants: what we can do stands in its 2xx alone', () => {
  for (const [code, allow] of [
    [200, 'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE'],
    [486, undefined],
  ] as const) {
    const { send, status, bob, stage, answers } = byHand({ applicationMethods: ['OPTIONS'] })
    expect(send({})).toEqual([])
    expect(bob.last('request-incoming')?.request.method).toBe('OPTIONS')
    bob.do({ kind: 'reply', id: 'in:1', status: code, reason: undefined, headers: [], body: undefined })
    stage.run(stage.now + 40_000)
    const [answer] = answers
    expect(status([answer!])).toEqual([code])
    expect(header(answer?.text, 'Allow')).toBe(allow)
    expect(flaws(stage)).toEqual([])
  }
})

test.each([
  ['a method we do not have', { method: 'PUBLISH' }, 405, 'Allow'],
  ['a method nobody has', { method: 'NEWMETHOD' }, 405, 'Allow'],
  ['a scheme we do not have', { uri: 'urn:service:sos' }, 416, undefined],
  ['a telephone number (RFC 3966)', { uri: 'tel:+4930123' }, 200, undefined],
  ['a tel: URI that is no number', { uri: 'tel:nobody' }, 416, undefined],
  ['no hop left (§16.3 is for proxies)', { headers: ['Max-Forwards: 0'] }, 200, undefined],
  ['an extension we do not have', { headers: ['Require: 100rel, foo'] }, 420, 'Unsupported'],
  ['a dialog we do not have', { method: 'BYE', to: '<sip:bob@example.com>;tag=x' }, 481, undefined],
  ['BYE outside a dialog', { method: 'BYE' }, 481, undefined],
  ['CANCEL of nothing', { method: 'CANCEL' }, 481, undefined],
  ['INVITE without Contact', { method: 'INVITE' }, 400, undefined],
  [
    'INVITE with a body we do not read',
    { method: 'INVITE', headers: ['Contact: <sip:c@10.0.0.9>', 'Content-Type: text/x'], body: 'x' },
    415,
    'Accept',
  ],
] as const)('%s', (_what, request, expected, named) => {
  const { send, status } = byHand()
  const answered = send(request)
  expect(status(answered)).toEqual([expected])
  if (named) expect(header(answered[0]?.text, named)).toBeDefined()
})

test('a request that came by two ways is merged: 482 (§8.2.2.2)', () => {
  const { send, status, bob } = byHand()
  const invite = { method: 'INVITE', headers: CONTACT, body: 'offer' }
  expect(status(send({ ...invite, branch: 'z9hG4bKa' }))).toEqual([])
  expect(status(send({ ...invite, branch: 'z9hG4bKb' }))).toEqual([482])
  expect(bob.all('session-incoming')).toHaveLength(1)
})

test('sessions beyond the limit get 486, transactions beyond the limit 503 with Retry-After', () => {
  for (const [transactions, expected] of [
    [2, 486],
    [1, 503],
  ] as const) {
    const { send, status, bob } = byHand({ limits: { sessions: 1, transactions } })
    const invite = (callId: string) => send({ method: 'INVITE', headers: CONTACT, body: 'offer', callId })
    invite('one')
    const [answer] = invite('two')
    expect(status([answer!])).toEqual([expected])
    if (expected === 503) expect(header(answer?.text, 'Retry-After')).toMatch(/^\d+$/)
    expect(bob.all('session-incoming')).toHaveLength(1)
  }
})

test('callers who never acknowledge a refusal keep nobody else out', () => {
  const { send, status, bob, stage } = byHand({ limits: { sessions: 1, transactions: 3 } })
  const invite = (callId: string) => send({ method: 'INVITE', headers: CONTACT, body: 'offer', callId })
  invite('one')
  for (let count = 0; count < 20; count++) expect(status(invite(`flood-${count}`)).at(-1)).toBe(486)
  expect(bob.engine.counts().serverTransactions).toBe(3)
  expect(status(send({}))).toEqual([200])
  send({ method: 'MESSAGE', callId: 'message' })
  expect(bob.last('request-incoming')?.request.callId).toBe('message')
  // The call that rings is not touched.
  bob.respond('in:1', 200, 'answer')
  stage.run(600_000)
  expect(bob.states('in:1')).toMatch(/^CONNECTING /)
  expect(bob.engine.counts()).toMatchObject({ serverTransactions: 0, sessions: 0 })
})

test('the way back: received and rport (RFC 3581), else the port of the Via', () => {
  const { send } = byHand()
  const [a] = send({ via: 'SIP/2.0/UDP pc.example:5060;rport;branch=z9hG4bKr1' }, 4444)
  expect(a?.port).toBe(4444)
  expect(header(a?.text, 'Via')).toBe('SIP/2.0/UDP pc.example:5060;rport=4444;branch=z9hG4bKr1;received=10.0.0.9')
  const [b] = send({ via: 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr2' }, 4444)
  expect(b?.port).toBe(5060)
  expect(header(b?.text, 'Via')).toBe('SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr2')
})

test('what does not parse gets its 400 when it can be answered, and is counted', () => {
  const { raw, status, bob } = byHand()
  const broken =
    'OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx\r\nFrom: <sip:c@d>;tag=f\r\nTo: <sip:bob@e>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n'
  expect(status(raw(broken))).toEqual([400])
  expect(status(raw(broken.replace('SIP/2.0\r\n', 'SIP/7.0\r\n')))).toEqual([505])
  expect(status(raw('hello'))).toEqual([])
  expect(status(raw('\r\n\r\n'))).toEqual([])
  expect(bob.engine.counts().dropped).toBe(3)
})

test('inside a dialog: an older CSeq is 500, OPTIONS 200, an unknown method 405, INFO goes to the application', () => {
  const { send, status, bob, confirmed, stage } = byHand()
  const to = confirmed()
  expect(status(send({ to, cseq: 5 }))).toEqual([200])
  expect(status(send({ to, cseq: 4 }))).toEqual([500])
  expect(status(send({ to, cseq: 6, method: 'REFER' }))).toEqual([405])
  expect(status(send({ to, cseq: 7, method: 'INFO' }))).toEqual([])
  expect(bob.last('request-incoming')).toMatchObject({ id: 'in:2', session: 'in:1', from: FROM })
  bob.do({ kind: 'reply', id: 'in:2', status: 200, reason: undefined, headers: [], body: undefined })
  stage.run(stage.now + 50)
  bob.do({ kind: 'reply', id: 'in:2', status: 200, reason: undefined, headers: [], body: undefined })
  expect(bob.last('rejected')).toMatchObject({ command: 'reply', id: 'in:2' })
  expect(status(send({ to, cseq: 8, method: 'BYE' }))).toEqual([200])
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('UPDATE: without an offer answered without a body, with one asked of the application', () => {
  const { send, status, bob, confirmed, stage } = byHand()
  const to = confirmed()
  const [first] = send({ to, cseq: 2, method: 'UPDATE', headers: ['Contact: <sip:moved@10.0.0.9>'] })
  expect(first?.text).toMatch(/^SIP\/2.0 200 [\s\S]*Content-Length: 0\r\n\r\n$/)
  bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'new answer'))
  const [second] = send({ to, cseq: 3, method: 'UPDATE', headers: CONTACT, body: 'new offer' })
  expect(bob.last('session-sdp')).toMatchObject({ role: 'offer', sdp: 'new offer', inResponse: false })
  expect(status([second!])).toEqual([200])
  expect(second?.text).toMatch(/\r\n\r\nnew answer$/)
  expect(bob.states('in:1')).toBe('CONNECTING CONFIRMED REINVITED CONFIRMED')
  bob.end('in:1')
  stage.run(stage.now + 100)
  expect(stage.wire.at(-1)).toBe('bob → 10.0.0.9:5060 BYE')
})

test('a second re-INVITE before the first is answered: 500 with Retry-After', () => {
  const { send, status, confirmed } = byHand()
  const to = confirmed()
  const offer = { to, method: 'INVITE', headers: CONTACT, body: 'offer' }
  expect(status(send({ ...offer, cseq: 2 }))).toEqual([])
  const [answer] = send({ ...offer, cseq: 3 })
  expect(status([answer!])).toEqual([500])
  expect(header(answer?.text, 'Retry-After')).toMatch(/^\d+$/)
})

test('a 2xx without ACK is sent again at T1 doubling to T2, then the call is ended with BYE', () => {
  const { send, bob, stage, answers } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  send({ method: 'INVITE', headers: CONTACT, body: 'offer' })
  stage.run(31_000)
  const times = stage.timed.filter((line) => line.includes('200 INVITE')).map((line) => Number(line.split(' ')[0]))
  expect(times).toEqual([0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500])
  stage.run(32_100)
  expect(bob.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'timeout' })
  expect(answers.at(-1)?.text).toMatch(/^BYE sip:carol@10\.0\.0\.9 /)
})

test('a request the application does not answer is forgotten after 32 s, without a 408 (RFC 4320)', () => {
  const { send, stage, bob } = byHand()
  send({ method: 'MESSAGE', headers: ['Content-Type: text/plain'], body: 'hi' })
  stage.run(600_000)
  expect(stage.wire).toEqual(['bob → 10.0.0.9:5060 100 MESSAGE'])
  expect(bob.engine.counts()).toMatchObject({ serverTransactions: 0, requests: 0, timers: 0 })
})

test('a re-INVITE before the 2xx to the last one is acknowledged: 491', () => {
  const { send, status, bob, confirmed, stage } = byHand()
  const to = confirmed()
  bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'held'))
  const offer = { to, method: 'INVITE', headers: CONTACT, body: 'hold' }
  expect(status(send({ ...offer, cseq: 2 }))).toEqual([200])
  expect(status(send({ ...offer, cseq: 3 }))).toEqual([491])
  send({ to, cseq: 2, method: 'ACK' })
  stage.run(stage.now + 10_000)
  expect(status(send({ ...offer, cseq: 4 }))).toEqual([200])
})

test('the ACK of a 2xx is found even when it repeats the branch of the INVITE', () => {
  const { send, bob } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  const [ok] = send({ method: 'INVITE', headers: CONTACT, body: 'offer', branch: 'z9hG4bKsame' })
  send({ method: 'ACK', to: header(ok?.text, 'To') ?? '', branch: 'z9hG4bKsame' })
  expect(bob.states('in:1')).toBe('CONNECTING CONFIRMED')
})

test('a peer of RFC 2543, without a branch: retransmissions, ACK and CANCEL are matched by their fields', () => {
  const { send, status, bob, stage } = byHand()
  const old = { via: 'SIP/2.0/UDP 10.0.0.9', headers: CONTACT, body: 'offer' }
  send({ ...old, method: 'INVITE', callId: 'one' })
  expect(status(send({ ...old, method: 'INVITE', callId: 'one' }))).toEqual([100])
  expect(status(send({ ...old, method: 'CANCEL', callId: 'one' }))).toEqual([200, 487])
  send({ ...old, method: 'ACK', callId: 'one', to: '<sip:bob@example.com>;tag=x' })
  const before = stage.wire.length
  stage.run(20_000)
  expect(stage.wire.length).toBe(before)
  expect(bob.all('session-incoming')).toHaveLength(1)
})

test('the answers to CANCEL and to the INVITE have one tag (§9.2)', () => {
  const { send } = byHand()
  send({ method: 'INVITE', headers: CONTACT, body: 'offer', branch: 'z9hG4bKc' })
  const [ok, terminated] = send({ method: 'CANCEL', branch: 'z9hG4bKc' })
  expect(header(ok?.text, 'To')).toBe(header(terminated?.text, 'To'))
})

test('when all transactions have ended nothing of them is left: the same request is new', () => {
  const { send, status, bob, stage } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 486))
  const invite = { method: 'INVITE', headers: CONTACT, body: 'offer' }
  expect(status(send({ ...invite, branch: 'z9hG4bKa' }))).toEqual([486])
  stage.run(100_000)
  expect(status(send({ ...invite, branch: 'z9hG4bKb' }))).toEqual([486])
})

test('a name in the Request-URI that would break out of our Contact does not', () => {
  const { send, bob } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
  const uri = 'sip:b%3e%0d%0aX-Evil%3a%20%22@10.0.0.2'
  const [answer] = send({ method: 'INVITE', uri, headers: CONTACT, body: 'offer' })
  expect(answer?.text).not.toContain('\nX-Evil')
  expect(header(answer?.text, 'Contact')).toBe('<sip:b%3E%0D%0AX-Evil%3A%20%22@10.0.0.2:5060>')
})

test('a call can be ended when there is no room for another transaction', () => {
  const { send, status, confirmed } = byHand({ limits: { sessions: 8, transactions: 1 } })
  const to = confirmed()
  expect(status(send({ method: 'MESSAGE' }))).toEqual([503])
  expect(status(send({ to, cseq: 2, method: 'BYE' }))).toEqual([200])
})

test('a peer of RFC 2543 may leave out its Contact: it is reached where it comes from', () => {
  const { send, bob } = byHand()
  bob.on('session-incoming', ({ id }) => bob.respond(id, 200, 'answer'))
  const [ok] = send({ method: 'INVITE', via: 'SIP/2.0/UDP 10.0.0.9', body: 'offer', headers: CONTACT.slice(1) })
  expect(header(ok?.text, 'Contact')).toBe('<sip:bob@10.0.0.2:5060>')
})
