// Reliable provisional responses of ours (RFC 3262 §3, §5) to callers who acknowledge, or do not, or do it wrongly.
import { expect, test } from 'vitest'
import { byHand, CONTACT, header } from '../../testing/by-hand.ts'
import { flaws } from '../../testing/ladder.ts'
import { NO_TERMS } from '../usage/invite/terms.ts'
import type { SessionTerms } from './contract.ts'

const terms = (reliable: SessionTerms['reliable']) => ({ ...NO_TERMS, reliable })

/** Bob, called with `headers`; he rings with a 183 that has a description. */
function called(headers: readonly string[], reliable: SessionTerms['reliable'] = 'supported', body = 'offer') {
  const cast = byHand({ terms: terms(reliable) })
  const { bob, send, status } = cast
  bob.on('session-incoming', ({ id }) => bob.respond(id, 183, body === '' ? 'offer of bob' : 'answer'))
  const [ring] = send({ method: 'INVITE', headers: [...CONTACT, ...headers], body })
  const to = header(ring?.text, 'To') ?? ''
  const rseq = Number(header(ring?.text, 'RSeq'))
  let cseq = 1
  const prack = (rack: string | undefined, body = '') =>
    send({
      method: 'PRACK',
      to,
      cseq: ++cseq,
      headers: [...(rack === undefined ? [] : [`RAck: ${rack}`]), ...(body === '' ? [] : CONTACT)],
      body,
    })
  const hangUp = () => send({ method: 'BYE', to, cseq: ++cseq })
  return { ...cast, ring, to, rseq, prack, hangUp, statusOf: status }
}

// What the caller says, what we are set to; whether the 183 is reliable.
test.each<[string, readonly string[], SessionTerms['reliable'], boolean]>([
  ['Supported', ['Supported: 100rel'], 'supported', true],
  ['Require', ['Require: 100rel'], 'supported', true],
  ['Supported', ['Supported: timer, 100rel'], 'required', true],
  ['nothing', [], 'supported', false],
  ['Supported', ['Supported: 100rel'], 'off', false],
])('a caller says %s (%j), we have it %s: reliable %s', (_name, headers, reliable, expected) => {
  const { ring } = called(headers, reliable)
  expect(ring?.text).toMatch(/^SIP\/2.0 183 /)
  expect(header(ring?.text, 'Require')).toBe(expected ? '100rel' : undefined)
  expect(header(ring?.text, 'RSeq') !== undefined).toBe(expected)
  expect(header(ring?.text, 'Supported')).toBe(reliable === 'off' ? undefined : '100rel')
})

// RFC 3261 §8.2.2.3, §21.4.16.
test.each<[readonly string[], SessionTerms['reliable'], number, string, string]>([
  [['Require: 100rel'], 'off', 420, 'Unsupported', '100rel'],
  [['Require: 100rel, foo'], 'supported', 420, 'Unsupported', 'foo'],
  [['Supported: timer'], 'required', 421, 'Require', '100rel'],
])('an INVITE with %j, we have it %s: %i', (headers, reliable, expected, name, value) => {
  const { bob, statusOf, ring, stage } = called(headers, reliable)
  expect(statusOf([ring!])).toEqual([expected])
  expect(header(ring?.text, name)).toBe(value)
  expect(bob.all('session-incoming')).toEqual([])
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('RSeq begins anywhere below 2^31, RAck of another response is 481, of none 400, the right one 200 once', () => {
  const { rseq, prack, statusOf, hangUp, stage, bob } = called(['Supported: 100rel'])
  expect(rseq).toBeGreaterThan(0)
  expect(rseq).toBeLessThan(2 ** 31)
  expect(statusOf(prack(`${rseq + 1} 1 INVITE`))).toEqual([481])
  expect(statusOf(prack(`${rseq} 2 INVITE`))).toEqual([481])
  expect(statusOf(prack(`${rseq} 1 UPDATE`))).toEqual([481])
  expect(statusOf(prack(undefined))).toEqual([400])
  expect(statusOf(prack('one two three'))).toEqual([400])
  expect(statusOf(prack(`${rseq} 1 INVITE`))).toEqual([200])
  expect(statusOf(prack(`${rseq} 1 INVITE`))).toEqual([481])
  bob.respond('in:1', 180)
  stage.run(stage.now + 10)
  expect(statusOf(hangUp())).toEqual([200, 487])
})

test('without a PRACK: repeated at T1 doubling, 504 after 64·T1', () => {
  const { stage, bob, answers } = called(['Supported: 100rel'])
  stage.run(200_000)
  const times = stage.timed.filter((line) => line.includes('183 INVITE')).map((line) => Number(line.split(' ')[0]))
  const from = times[0] as number
  expect(times.map((time) => time - from)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500])
  expect(stage.timed.find((line) => line.includes('504 INVITE'))).toMatch(/^320\d\d /)
  expect(bob.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 504, cause: 'timeout' })
  // The caller may call anew, so the response names its dialog.
  expect(answers.some(({ text }) => text.startsWith('SIP/2.0 504'))).toBe(true)
  expect(flaws(stage)).toEqual([])
})

test('taken before the PRACK: the 2xx waits; ended meanwhile it never goes', () => {
  const { stage, bob, rseq, prack, answers } = called(['Supported: 100rel'])
  bob.respond('in:1', 200)
  bob.respond('in:1', 180)
  bob.respond('in:1', 200)
  stage.run(400)
  expect(answers.some(({ text }) => text.startsWith('SIP/2.0 200'))).toBe(false)
  expect(bob.all('rejected').map(({ reason }) => reason)).toEqual(Array(2).fill('a 2xx waits for its PRACK'))
  expect(prack(`${rseq} 1 INVITE`).map(({ text }) => text.slice(8, 11))).toEqual(['200', '200'])
  expect(bob.states('in:1')).toBe('EARLY CONNECTING')
  const other = called(['Supported: 100rel'])
  other.bob.respond('in:1', 200)
  other.bob.end('in:1', 100)
  other.stage.run(10_000)
  expect(other.bob.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 603 })
  expect(other.statusOf(other.answers).includes(200)).toBe(false)
})

test('what has no description does not hold the 2xx back, and its PRACK is still welcome', () => {
  const { stage, bob, send, status } = byHand({ terms: terms('required') })
  bob.on('session-incoming', ({ id }) => {
    bob.respond(id, 180)
    bob.respond(id, 200, 'answer', 5)
  })
  const [ring, ok] = send({ method: 'INVITE', headers: [...CONTACT, 'Supported: 100rel'], body: 'offer' })
  expect(status([ring!, ok!])).toEqual([180, 200])
  expect(ok?.text).toMatch(/\r\n\r\nanswer$/)
  const to = header(ok?.text, 'To') ?? ''
  const headers = [`RAck: ${header(ring?.text, 'RSeq')} 1 INVITE`]
  expect(status(send({ method: 'PRACK', to, cseq: 2, headers }))).toEqual([200])
  send({ method: 'ACK', to })
  expect(bob.states('in:1')).toBe('EARLY CONNECTING CONFIRMED')
  send({ method: 'BYE', to, cseq: 3 })
  stage.run(600_000)
  expect(stage.timed.filter((line) => line.includes('180 INVITE'))).toHaveLength(1)
  expect(flaws(stage)).toEqual([])
})

test('a new offer in the PRACK is answered in its 200, or refused; only then the 2xx goes', () => {
  for (const sdp of ['answer to that', undefined]) {
    const { stage, bob, rseq, prack, statusOf, answers } = called(['Supported: 100rel'])
    bob.respond('in:1', 200, undefined, 10)
    stage.run(100)
    expect(prack(`${rseq} 1 INVITE`, 'new offer')).toEqual([])
    expect(bob.last('session-sdp')).toMatchObject({ role: 'offer', sdp: 'new offer', by: 'PRACK', inResponse: false })
    const before = answers.length
    bob.do({ kind: 'answer-offer', id: 'in:1', sdp })
    bob.do({ kind: 'answer-offer', id: 'in:1', sdp })
    stage.run(stage.now + 20)
    const [toPrack, toInvite] = answers.slice(before)
    expect(statusOf([toPrack!, toInvite!])).toEqual([sdp === undefined ? 488 : 200, 200])
    expect(header(toPrack?.text, 'CSeq')).toBe('2 PRACK')
    if (sdp !== undefined) expect(toPrack?.text).toMatch(/\r\n\r\nanswer to that$/)
    expect(header(toInvite?.text, 'Content-Length')).toBe('0')
    expect(bob.all('rejected')).toMatchObject([{ reason: 'no offer of theirs waits for an answer' }])
  }
})

test('an offer of ours in the 183: its PRACK has to answer, an empty one does not do', () => {
  const { bob, rseq, prack, statusOf, ring } = called(['Supported: 100rel'], 'supported', '')
  expect(ring?.text).toMatch(/\r\n\r\noffer of bob$/)
  expect(statusOf(prack(`${rseq} 1 INVITE`))).toEqual([400])
  expect(statusOf(prack(`${rseq} 1 INVITE`, 'answer'))).toEqual([200])
  expect(bob.last('session-sdp')).toMatchObject({ role: 'answer', sdp: 'answer', by: 'PRACK' })
})

test('no offer in the INVITE: ours is in the first reliable response, or it makes no sense', () => {
  const { stage, bob, send } = byHand({ terms: terms('supported') })
  bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
  send({ method: 'INVITE', headers: [...CONTACT.slice(0, 1), 'Require: 100rel'] })
  expect(bob.last('rejected')).toMatchObject({ reason: 'the first reliable response has to have our offer' })
  bob.do({ kind: 'respond', id: 'in:1', status: 180, reason: undefined, sdp: 'offer', headers: [] })
  expect(bob.states('in:1')).toBe('EARLY')
  bob.end('in:1')
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('an offer in a PRACK before ours is answered is 400', () => {
  const { bob, send, status, stage } = byHand({ terms: terms('required') })
  bob.on('session-incoming', ({ id }) => bob.respond(id, 180))
  const [ring] = send({ method: 'INVITE', headers: [...CONTACT, 'Supported: 100rel'], body: 'offer' })
  const headers = [`RAck: ${header(ring?.text, 'RSeq')} 1 INVITE`, ...CONTACT]
  const to = header(ring?.text, 'To') ?? ''
  expect(status(send({ method: 'PRACK', to, cseq: 2, headers, body: 'offer' }))).toEqual([400])
  expect(status(send({ method: 'PRACK', to, cseq: 3, headers: headers.slice(0, 1) }))).toEqual([200])
  bob.end('in:1')
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('a sign of life every minute has a number of its own', () => {
  const { stage, rseq, prack, answers } = called(['Supported: 100rel'])
  prack(`${rseq} 1 INVITE`)
  const before = answers.length
  stage.run(61_000)
  const [sign] = answers.slice(before)
  expect(sign?.text).toMatch(/^SIP\/2.0 183 /)
  expect(header(sign?.text, 'RSeq')).toBe(`${rseq + 1}`)
  expect(header(sign?.text, 'Content-Length')).toBe('0')
})

test('an UPDATE with an offer before the first exchange is through is 500, during another one too', () => {
  const { send, to, rseq, prack, status, bob } = called(['Supported: 100rel'])
  const update = (cseq: number) => send({ method: 'UPDATE', to, cseq, headers: CONTACT, body: 'offer' })
  const [early] = update(2)
  expect(status([early!])).toEqual([500])
  expect(header(early?.text, 'Retry-After')).toMatch(/^\d+$/)
  prack(`${rseq} 1 INVITE`)
  const other = called(['Supported: 100rel'])
  other.prack(`${other.rseq} 1 INVITE`)
  const again = (cseq: number) => other.send({ method: 'UPDATE', to: other.to, cseq, headers: CONTACT, body: 'offer' })
  expect(again(3)).toEqual([])
  expect(status(again(4))).toEqual([500])
  other.bob.do({ kind: 'answer-offer', id: 'in:1', sdp: 'answer' })
  expect(bob.states('in:1')).toBe('EARLY')
  expect(other.bob.states('in:1')).toBe('EARLY')
})

test('PRACK of nothing: 481 outside a dialog, and in one that is answered', () => {
  const { send, status, confirmed } = byHand({ terms: terms('supported') })
  expect(status(send({ method: 'PRACK', headers: ['RAck: 1 1 INVITE'] }))).toEqual([481])
  const to = confirmed()
  expect(status(send({ method: 'PRACK', to, cseq: 2, headers: ['RAck: 1 1 INVITE'] }))).toEqual([481])
})
