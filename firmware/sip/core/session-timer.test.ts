// Session timers (RFC 4028): what is asked for and agreed on, refreshes by either side, 422 in both roles, expiry.
import { expect, test } from 'vitest'
import { byHand, CONTACT, header } from '../../testing/by-hand.ts'
import { flaws } from '../../testing/ladder.ts'
import { type Cast, play } from '../../testing/play.ts'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'
import type { SipRequest } from '../message/message.ts'
import { NO_TERMS } from '../usage/invite/terms.ts'
import type { SessionTerms, SessionTimerTerms } from './contract.ts'

const terms = (timer: Partial<SessionTimerTerms> = {}): SessionTerms => ({
  ...NO_TERMS,
  timer: { mode: 'supported', expires: 1800, minSe: 90, ...timer },
})

const ANSWERED = `
  alice → bob   INVITE +
  bob → alice   180 INVITE
  bob → alice   200 INVITE +
  alice → bob   ACK`
const ENDED = `
  alice → bob   BYE
  bob → alice   200 BYE`

function confirmed({ alice, bob, stage }: Cast): void {
  bob.answers()
  alice.call('call', bob)
  stage.later(140_000, () => alice.end('call'))
}

play(
  'refreshed by the caller at half of the interval, again and again',
  confirmed,
  `${ANSWERED}
  ${'alice → bob   UPDATE\n  bob → alice   200 UPDATE\n  '.repeat(3)}
  ${ENDED}`,
  ({ alice, bob, stage }) => {
    const refreshes = stage.timed
      .filter((line) => line.includes('→ bob UPDATE'))
      .map((line) => Number(line.split(' ')[0]))
    expect(refreshes.map((at) => Math.round(at / 1000))).toEqual([45, 90, 135])
    expect(alice.all('session-timer')).toMatchObject([{ expires: 90, refresher: 'local' }])
    expect(bob.all('session-timer')).toMatchObject([{ expires: 90, refresher: 'remote' }])
    // No change of the session's state, and nothing to report.
    expect(alice.states('call')).toBe('CALLING EARLY CONNECTING CONFIRMED DISCONNECTING DISCONNECTED')
    for (const phone of [alice, bob]) expect(phone.all('reinvite-result')).toEqual([])
  },
  ['UDP'],
  { terms: terms({ expires: 90 }) },
)

play(
  'a hold asked for while a refresh is under way follows it',
  (cast) => {
    const { alice, bob } = cast
    confirmed(cast)
    alice.reinvite('call', 'hold of alice', 45_285)
    bob.when('REINVITED', ({ id }) => bob.respond(id, 200, 'held', 20))
  },
  `${ANSWERED}
  alice → bob   UPDATE
  bob → alice   200 UPDATE
  alice → bob   INVITE +
  bob → alice   200 INVITE +
  alice → bob   ACK
  ${'alice → bob   UPDATE\n  bob → alice   200 UPDATE\n  '.repeat(2)}
  ${ENDED}`,
  ({ alice, stage }) => {
    const at = (what: string) => Number(stage.timed.find((line) => line.endsWith(what))?.split(' ')[0])
    // On its way, 10 ms long, when the hold was asked for.
    expect([at('alice → bob UPDATE'), at('bob → alice 200 UPDATE')]).toEqual([45_270, 45_280])
    expect(alice.all('rejected')).toEqual([])
    expect(alice.all('reinvite-result').map(({ status }) => status)).toEqual([200])
  },
  ['UDP'],
  { terms: terms({ expires: 90 }) },
)

/** Alice, who calls a peer that answers as told. */
function calling(
  timer: Partial<SessionTimerTerms>,
  headers: readonly string[] = [],
  updates: (request: SipRequest) => Parameters<ScriptedPeer['reply']>[2] | undefined = () => ({ status: 200, headers }),
) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', { terms: terms(timer) })
  const peer = new ScriptedPeer(stage, 'peer', '10.0.0.9')
  const all = ['Contact: <sip:peer@10.0.0.9>', 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE', ...headers]
  peer.on('INVITE', (request, from) => peer.reply(request, from, { status: 200, headers: all, body: 'answer' }))
  peer.on('BYE', (request, from) => peer.reply(request, from, { status: 200 }))
  peer.on('UPDATE', (request, from) => {
    const reply = updates(request)
    if (reply) peer.reply(request, from, reply)
  })
  alice.call('call', 'sip:peer@10.0.0.9')
  const at = (what: string) =>
    stage.timed.filter((line) => line.endsWith(what)).map((line) => Math.round(Number(line.split(' ')[0]) / 1000))
  return { stage, alice, peer, at }
}

test.each<[Partial<SessionTimerTerms>, (string | undefined)[]]>([
  [{ mode: 'off' }, [undefined, undefined, undefined, undefined]],
  [{}, ['timer', undefined, '1800', undefined]],
  [{ mode: 'always', expires: 600 }, ['timer', undefined, '600', undefined]],
  [{ mode: 'required', minSe: 120 }, ['timer', 'timer', '1800', '120']],
])('%j: what the INVITE says', (timer, expected) => {
  const { peer, stage, alice } = calling(timer)
  stage.run(100)
  const [invite] = peer.requests('INVITE')
  expect(['Supported', 'Require', 'Session-Expires', 'Min-SE'].map((name) => invite?.header(name))).toEqual(expected)
  alice.end('call')
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

// What the 2xx says; what is told; when an UPDATE refreshes, when the call is ended without an answer to any.
test.each<[Partial<SessionTimerTerms>, string, { expires: number; refresher: string } | undefined, number[], number[]]>(
  [
    [{}, 'Session-Expires: 200;refresher=uac', { expires: 200, refresher: 'local' }, [100], [168]],
    [{}, 'x: 200 ; Refresher=UAS', { expires: 200, refresher: 'remote' }, [], [168]],
    [{}, 'Session-Expires: 90;refresher=uas', { expires: 90, refresher: 'remote' }, [], [60]],
    [{}, 'Session-Expires: 200', { expires: 200, refresher: 'local' }, [100], [168]],
    [{}, 'Session-Expires: soon', undefined, [], []],
    [{}, 'X-Nothing: said', undefined, [], []],
    [{ mode: 'always', expires: 300 }, 'X-Nothing: said', { expires: 300, refresher: 'local' }, [150], [268]],
    [{ mode: 'off' }, 'Session-Expires: 200;refresher=uac', undefined, [], []],
  ],
)('%j, the 2xx says %j', (timer, said, told, refreshes, byes) => {
  const { stage, alice, at } = calling(timer, [said], () => undefined)
  stage.run(99_000)
  expect(alice.all('session-timer').at(0)).toEqual(told && { kind: 'session-timer', id: 'call', ...told })
  stage.run(269_000)
  // An UPDATE without an answer ends the call by itself after 32 s: then the timer has nothing left to do.
  const first = at('UPDATE')[0]
  expect(first === undefined ? [] : [first]).toEqual(refreshes)
  const ended = refreshes.length > 0 ? [(refreshes[0] as number) + 32] : byes
  expect(at('BYE').slice(0, 1)).toEqual(ended.slice(0, 1))
  alice.end('call')
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('nobody refreshes: BYE with a Reason, and the call is over', () => {
  const { stage, alice, peer } = calling({}, ['Session-Expires: 90;refresher=uas'])
  stage.run(600_000)
  expect(peer.requests('BYE')[0]?.header('Reason')).toBe('SIP;cause=408;text="Session timer expired"')
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'timeout' })
  expect(flaws(stage)).toEqual([])
})

test('a refresh refused is tried again until the end', () => {
  const { stage, at } = calling({}, ['Session-Expires: 200;refresher=uac'], () => ({ status: 503 }))
  stage.run(600_000)
  expect(at('alice → peer UPDATE')).toEqual([100, 134, 151, 160, 165])
  expect(at('alice → peer BYE')).toEqual([168])
})

test('roles are kept: who refreshes says uac, a re-INVITE of the other uas', () => {
  const refresh = ['Session-Expires: 200;refresher=uac']
  const local = calling({}, refresh)
  local.stage.run(101_000)
  expect(local.peer.requests('UPDATE')[0]?.header('Session-Expires')).toBe('200;refresher=uac')
  const remote = calling({}, ['Session-Expires: 200;refresher=uas'])
  remote.alice.reinvite('call', 'hold', 1000)
  remote.stage.run(2000)
  expect(remote.peer.requests('INVITE')[1]?.header('Session-Expires')).toBe('200;refresher=uas')
  expect(remote.peer.requests('INVITE')[1]?.header('Supported')).toBe('timer')
})

test.each([
  ['UPDATE is not in their Allow', 'Allow: INVITE, ACK, BYE', { status: 200 }, 0],
  ['UPDATE is refused', 'X-Nothing: said', { status: 501 }, 1],
])('%s: the application is asked for a re-INVITE', (_name, allow, reply, updates) => {
  const { stage, alice, peer } = calling({}, ['Session-Expires: 200;refresher=uac', allow], () => reply)
  peer.on('INVITE', (request, from) =>
    peer.reply(request, from, {
      status: 200,
      headers: [
        'Contact: <sip:peer@10.0.0.9>',
        'Session-Expires: 200;refresher=uac',
        updates === 0 ? allow : 'Allow: INVITE, ACK, BYE, UPDATE',
      ],
      body: 'answer',
    }),
  )
  alice.on('session-refresh', ({ id }) => alice.reinvite(id, 'what is in force', 10))
  stage.run(260_000)
  expect(alice.all('session-refresh')).toHaveLength(2)
  expect(peer.requests('UPDATE')).toHaveLength(2 * updates)
  expect(peer.requests('INVITE')).toHaveLength(3)
  alice.end('call')
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('422 to the INVITE: again with what is asked for, five times at most, never twice for the same', () => {
  const { stage, alice, peer } = calling({ expires: 100 })
  let least = 0
  peer.on('INVITE', (request, from) => {
    least += 200
    peer.reply(request, from, { status: 422, headers: [`Min-SE: ${Math.min(least, 2000)}`] })
  })
  stage.run(600_000)
  const invites = peer.requests('INVITE')
  expect(invites.map((invite) => invite.header('Session-Expires'))).toEqual(['100', '200', '400', '600', '800'])
  expect(invites.map((invite) => invite.header('Min-SE'))).toEqual([undefined, '200', '400', '600', '800'])
  expect(new Set(invites.map(({ callId, fromTag }) => `${callId} ${fromTag}`)).size).toBe(1)
  expect(invites.map(({ cseq }) => cseq.number)).toEqual([1, 2, 3, 4, 5])
  expect(alice.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 422 })
  expect(flaws(stage)).toEqual([])
  const stubborn = calling({ expires: 300 })
  stubborn.peer.on('INVITE', (request, from) =>
    stubborn.peer.reply(request, from, { status: 422, headers: ['Min-SE: 90'] }),
  )
  stubborn.stage.run(600_000)
  expect(stubborn.peer.requests('INVITE')).toHaveLength(1)
})

test('422 to a refresh: at once with what is asked for', () => {
  const { stage, alice, peer, at } = calling({}, ['Session-Expires: 100;refresher=uac'], (request) =>
    request.header('Min-SE') === '240'
      ? { status: 200, headers: ['Session-Expires: 240;refresher=uac'] }
      : { status: 422, headers: ['Min-SE: 240'] },
  )
  stage.run(175_000)
  expect(at('alice → peer UPDATE')).toEqual([50, 50, 170])
  expect(peer.requests('UPDATE').map((update) => update.header('Session-Expires'))).toEqual([
    '100;refresher=uac',
    '240;refresher=uac',
    '240;refresher=uac',
  ])
  expect(alice.all('session-timer').map(({ expires }) => expires)).toEqual([100, 240])
})

/** What bob says to an INVITE with these headers. */
function called(timer: Partial<SessionTimerTerms>, headers: readonly string[]) {
  const cast = byHand({ terms: terms(timer) })
  cast.bob.on('session-incoming', ({ id }) => cast.bob.respond(id, 200, 'answer'))
  const [answer] = cast.send({ method: 'INVITE', headers: [...CONTACT, ...headers], body: 'offer' })
  return { ...cast, answer }
}

// RFC 4028 §9, table 2.
test.each<[Partial<SessionTimerTerms>, string[], string | undefined, string | undefined]>([
  [{}, [], undefined, undefined],
  [{}, ['Supported: timer'], '1800;refresher=uac', 'timer'],
  [{}, ['Supported: timer', 'Session-Expires: 300'], '300;refresher=uac', 'timer'],
  [{}, ['Supported: timer', 'Session-Expires: 300;refresher=uas'], '300;refresher=uas', undefined],
  [{}, ['Supported: timer', 'Session-Expires: 300;refresher=uac'], '300;refresher=uac', 'timer'],
  [{}, ['Require: timer', 'Session-Expires: 3600', 'Min-SE: 2000'], '2000;refresher=uac', 'timer'],
  [{}, ['Supported: timer', 'Session-Expires: 3600'], '1800;refresher=uac', 'timer'],
  // A proxy wants it, and the caller does not know of it.
  [{}, ['Session-Expires: 300'], '300;refresher=uas', undefined],
  [{ minSe: 400 }, ['Session-Expires: 300'], '400;refresher=uas', undefined],
  [{ mode: 'always' }, [], '1800;refresher=uas', undefined],
  [{ mode: 'off' }, ['Supported: timer', 'Session-Expires: 300'], undefined, undefined],
])('%j, the INVITE says %j: %s', (timer, headers, expires, require) => {
  const { answer } = called(timer, headers)
  expect(answer?.text).toMatch(/^SIP\/2.0 200 /)
  expect([header(answer?.text, 'Session-Expires'), header(answer?.text, 'Require')]).toEqual([expires, require])
})

test.each<[Partial<SessionTimerTerms>, string[], number, string, string]>([
  [{ minSe: 120 }, ['Supported: timer', 'Session-Expires: 100'], 422, 'Min-SE', '120'],
  [{ mode: 'required' }, [], 421, 'Require', 'timer'],
  [{ mode: 'off' }, ['Require: timer'], 420, 'Unsupported', 'timer'],
])('%j refuses an INVITE with %j: %i', (timer, headers, status, name, value) => {
  const { answer, bob, stage } = called(timer, headers)
  expect(answer?.text.slice(8, 11)).toBe(`${status}`)
  expect(header(answer?.text, name)).toBe(value)
  expect(bob.all('session-incoming')).toEqual([])
  stage.run(600_000)
  expect(flaws(stage)).toEqual([])
})

test('they refresh by UPDATE and re-INVITE: each begins it anew; a 422 and a refusal do not', () => {
  const { send, status, bob, stage, answer } = called({ minSe: 100 }, ['Supported: timer', 'Session-Expires: 200'])
  const to = header(answer?.text, 'To') ?? ''
  send({ method: 'ACK', to })
  bob.when('REINVITED', ({ id }) =>
    bob.respond(id, stage.now > 200_000 ? 488 : 200, stage.now > 200_000 ? undefined : 'ok'),
  )
  const again = (at: number, method: string, cseq: number, more: string[], body = '') => {
    stage.run(at)
    return send({ to, method, cseq, headers: [...CONTACT, 'Supported: timer', ...more], body })
  }
  const [update] = again(100_000, 'UPDATE', 2, ['Session-Expires: 200;refresher=uac'])
  expect(header(update?.text, 'Session-Expires')).toBe('200;refresher=uac')
  const [invite] = again(200_000, 'INVITE', 3, ['Session-Expires: 200;refresher=uac'], 'offer')
  expect(header(invite?.text, 'Session-Expires')).toBe('200;refresher=uac')
  send({ method: 'ACK', to, cseq: 3 })
  expect(status(again(250_000, 'UPDATE', 4, ['Session-Expires: 99']))).toEqual([422])
  expect(status(again(260_000, 'INVITE', 5, ['Session-Expires: 200'], 'offer'))).toEqual([488])
  send({ method: 'ACK', to, cseq: 5 })
  stage.run(367_000)
  expect(bob.states('in:1')).toMatch(/CONFIRMED$/)
  stage.run(369_000)
  expect(bob.last('session-state')).toMatchObject({ state: 'DISCONNECTED', status: 408, cause: 'timeout' })
})

test('a re-INVITE of a peer that has forgotten the timer ends it', () => {
  const { send, bob, stage, answer } = called({}, ['Supported: timer', 'Session-Expires: 200'])
  const to = header(answer?.text, 'To') ?? ''
  send({ method: 'ACK', to })
  send({ to, method: 'UPDATE', cseq: 2, headers: CONTACT.slice(0, 1) })
  expect(bob.all('session-timer').map(({ expires }) => expires)).toEqual([200, 0])
  stage.run(1_000_000)
  expect(bob.states('in:1')).toMatch(/CONFIRMED$/)
})

test('an UPDATE while it rings has nothing to do with it', () => {
  const { stage, alice, peer } = calling({}, ['Session-Expires: 200;refresher=uas'])
  peer.on('INVITE', (request, from) =>
    peer.reply(request, from, { status: 180, headers: ['Contact: <sip:peer@10.0.0.9>', 'Allow: INVITE, UPDATE'] }),
  )
  alice.update('call', undefined, 100)
  stage.run(1000)
  expect(peer.requests('UPDATE')[0]?.header('Session-Expires')).toBeUndefined()
  expect(alice.all('session-timer')).toEqual([])
})
