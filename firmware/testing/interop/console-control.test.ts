// Three consoles: a transfer that makes its call, and the end of calls in every state as it is seen on the wire.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'

interface Party {
  readonly is: ConsoleProcess
  readonly at: string
}

async function party(user: string): Promise<Party> {
  const is = startConsole()
  const { port } = await is.do({ do: 'start', address: '127.0.0.1' })
  const at = `sip:${user}@127.0.0.1:${port}`
  await is.do({ do: 'account', account: user, aor: at })
  return { is, at }
}
const state = (call: string, name: string) => ({ event: 'call-state', call, state: name })

let alice: Party
let bob: Party
let carol: Party
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([party('alice'), party('bob'), party('carol')])
})
afterAll(() => Promise.all([alice, bob, carol].map((each) => each?.is.end())))

/** Alice calls; `answered` when it is up, else it rings. */
async function call(to: Party, answered: boolean): Promise<{ ours: string; theirs: string }> {
  const from = to.is.lines.length
  const { call: ours } = await alice.is.do({ do: 'call', to: to.at })
  const { call: theirs } = await to.is.heard({ event: 'incoming' }, from)
  await to.is.do({ do: 'answer', call: theirs, code: answered ? 200 : 180 })
  await alice.is.heard(state(ours, answered ? 'confirmed' : 'early'))
  return { ours, theirs }
}

test('a blind transfer: the one referred calls, and tells how it goes', async () => {
  const { ours, theirs } = await call(bob, true)
  await alice.is.do({ do: 'transfer', call: ours, to: carol.at })
  const asked = await bob.is.heard({ event: 'transfer-request', call: theirs })
  expect(asked.headers).toMatchObject({ 'Refer-To': [`<${carol.at}>`], 'Referred-By': [`<${alice.at}>`] })
  const { call: onward } = await bob.is.do({ do: 'answer-transfer', transfer: asked.transfer })
  const { call: last } = await carol.is.heard({ event: 'incoming', peer: { number: 'bob' } })
  await carol.is.do({ do: 'answer', call: last })
  await bob.is.heard(state(onward, 'confirmed'))
  await alice.is.heard({ event: 'transfer', call: ours, by: 'notify', status: 200, final: true })
  const told = alice.is.lines
    .filter(({ event }) => event === 'transfer')
    .map(({ by, status, final }) => [by, status, final])
  expect(told).toEqual([
    ['response', 202, false],
    ['notify', 100, false],
    ['notify', 200, true],
  ])
  await alice.is.do({ do: 'hangup', call: ours })
  await bob.is.do({ do: 'hangup', call: onward })
  await Promise.all([
    bob.is.heard(state(theirs, 'disconnected')),
    carol.is.heard(state(last, 'disconnected')),
    alice.is.heard(state(ours, 'disconnected')),
  ])
})

test('all calls are hung up, each by its state: CANCEL, BYE, a refusal', async () => {
  const up = await call(bob, true)
  const rings = await call(carol, false)
  const { call: coming } = await bob.is.do({ do: 'call', to: alice.at })
  const { call: here } = await alice.is.heard({ event: 'incoming' })
  await alice.is.do({ do: 'trace', on: true })
  const from = alice.is.lines.length
  const { calls } = await alice.is.do({ do: 'hangup-all' })
  expect(calls).toEqual([up.ours, rings.ours, here])
  await Promise.all(calls.map((each: string) => alice.is.heard(state(each, 'disconnected'))))
  await bob.is.heard({ ...state(coming, 'disconnected'), status: 603, reason: 'Decline' })
  await carol.is.heard({ ...state(rings.theirs, 'disconnected'), status: 487 })
  const sent = alice.is.lines
    .slice(from)
    .flatMap(({ event, direction, message }) => (event === 'trace' && direction === 'sent' ? [message] : []))
    .map((message: string) => message.split('\r\n')[0]!.replace(/ sip:.*/, ''))
  expect(sent).toEqual(expect.arrayContaining(['BYE', 'CANCEL', 'SIP/2.0 603 Decline']))
  expect(await alice.is.do({ do: 'calls' })).toMatchObject({ count: 0 })
})

test('over TCP, when the address or the account says so', async () => {
  const [before, from] = [alice.is.lines.length, bob.is.lines.length]
  await alice.is.do({ do: 'trace', on: true })
  await alice.is.do({ do: 'call', to: `${bob.at};transport=tcp`, call: 'stream' })
  const { call: theirs } = await bob.is.heard({ event: 'incoming' }, from)
  await bob.is.do({ do: 'answer', call: theirs })
  await alice.is.heard(state('stream', 'confirmed'))
  await alice.is.do({ do: 'hangup', call: 'stream' })
  await alice.is.heard(state('stream', 'disconnected'))
  await alice.is.do({ do: 'account', account: 'alice', transport: 'tcp' })
  await alice.is.do({ do: 'options', to: bob.at, userData: 'tcp' })
  await alice.is.heard({ event: 'request-result', userData: 'tcp', status: 200 })
  await alice.is.do({ do: 'account', account: 'alice', transport: 'udp' })
  const traces = alice.is.lines.slice(before).filter(({ event }) => event === 'trace')
  const first = (line: { message: string }) => line.message.split(/[ \r]/)[0]
  expect(traces.filter(({ direction }) => direction === 'sent').map(first)).toEqual(['INVITE', 'ACK', 'BYE', 'OPTIONS'])
  expect(new Set(traces.map(({ protocol }) => protocol))).toEqual(new Set(['TCP']))
  expect(traces.every(({ message, direction }) => direction === 'sent' || message.startsWith('SIP/2.0'))).toBe(true)
})

test('messages say who writes, and how they fared', async () => {
  await alice.is.do({ do: 'message', to: bob.at, body: 'Grüße\nan alle', userData: { n: 1 } })
  const came = await bob.is.heard({ event: 'request', method: 'MESSAGE', body: 'Grüße\nan alle' })
  expect(came).toMatchObject({ account: 'bob', peer: { uri: alice.at }, answerMs: 0 })
  await alice.is.heard({ event: 'request-result', status: 200, userData: { n: 1 } })
  await alice.is.do({ do: 'message', to: bob.at.replace('bob@127.0.0.1', 'nobody@localhost'), body: 'x', userData: 2 })
  await alice.is.heard({ event: 'request-result', userData: 2, status: 404 })
})
