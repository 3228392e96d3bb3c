// Four parties behind Kamailio: two of ours, baresip and Linphone. Blind and attended transfers, with
// baresip in each part, and a call that rings at Linphone picked up by Replaces.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'
import { type Linphone, startLinphone } from './linphone.ts'

const [ALICE, BOB, CAROL, DAN] = ['4201', '4202', '4203', '4204']
const users = { [ALICE]: 'alice-secret', [BOB]: 'bob-secret', [CAROL]: 'carol-secret', [DAN]: 'dan-secret' }

let kamailio: Kamailio
let alice: ConsoleProcess
let bob: ConsoleProcess
let carol: Baresip
let dan: Linphone
const folder = mkdtempSync(join(tmpdir(), 'transfers-'))

async function ours(user: string): Promise<ConsoleProcess> {
  const one = startConsole(['--address', '127.0.0.1', '--null-audio'])
  await one.heard({ event: 'started' })
  const aor = `sip:${user}@${kamailio.domain}`
  await one.do({ do: 'account', account: user, aor, password: users[user] })
  await one.heard({ event: 'registration', state: 'registered' })
  return one
}

beforeAll(async () => {
  kamailio = await startKamailio({ users })
  const speaks = join(folder, 'carol.wav')
  writeTone(speaks, 440, 60, 8000)
  const registrar = { domain: kamailio.domain, password: users[CAROL]! }
  const account = { user: DAN!, password: users[DAN]!, domain: kamailio.domain }
  ;[alice, bob, carol, dan] = await Promise.all([
    ours(ALICE!),
    ours(BOB!),
    startBaresip({ speaks, user: CAROL!, answer: 'auto', registrar }),
    startLinphone(660, account),
  ])
  for (let tries = 0; (await kamailio.contacts(DAN!)).length === 0; tries++) {
    if (tries === 100) throw new Error(`Linphone did not register:\n${dan.log()}`)
    await sleep(100)
  }
}, 60_000)
afterAll(async () => {
  await Promise.all([alice?.end(), bob?.end(), carol?.stop(), dan?.stop()])
  dan?.dispose()
  await kamailio?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const state = (call: string, of: string) => ({ event: 'call-state', call, state: of })

/** One of ours calls; resolves with the call's name when it stands. */
async function calls(who: ConsoleProcess, to: string): Promise<string> {
  const { call } = await who.do({ do: 'call', to })
  await who.heard(state(call, 'confirmed'), 0, 10_000)
  return call
}

async function ends(...calls: readonly (readonly [ConsoleProcess, string])[]): Promise<void> {
  for (const [who, call] of calls) {
    await who.try({ do: 'hangup', call })
    await who.heard(state(call, 'disconnected'))
  }
}

/** Bob takes his next call; both names of it. */
async function bobTakes(from: number): Promise<string> {
  const { call } = await bob.heard({ event: 'incoming' }, from, 10_000)
  await bob.do({ do: 'answer', call })
  return call
}

test('blind: Bob is sent on to baresip', { timeout: 40_000 }, async () => {
  const from = bob.lines.length
  const [first, theirs] = await Promise.all([calls(alice, BOB!), bobTakes(from)])
  await alice.do({ do: 'transfer', call: first, to: CAROL })
  const { transfer } = await bob.heard({ event: 'transfer-request', call: theirs })
  const { call } = await bob.do({ do: 'answer-transfer', transfer })
  await bob.heard(state(call, 'confirmed'), 0, 10_000)
  await alice.heard({ event: 'transfer', call: first, by: 'notify', status: 200, final: true })
  await carol.event('CALL_ESTABLISHED')
  await ends([alice, first], [bob, call])
  await carol.event('CALL_CLOSED')
})

test('blind: baresip is sent on to Bob', { timeout: 40_000 }, async () => {
  const from = bob.lines.length
  const first = await calls(alice, CAROL!)
  await alice.do({ do: 'transfer', call: first, to: BOB })
  const { call } = await bob.heard({ event: 'incoming', peer: { number: CAROL } }, from, 10_000)
  await bob.do({ do: 'answer', call })
  await bob.heard(state(call, 'confirmed'))
  await alice.heard({ event: 'transfer', call: first, by: 'notify', status: 200, final: true }, 0, 10_000)
  await ends([alice, first], [bob, call])
})

/** Alice speaks to Bob and then to `who`, and asks Bob to take her place there; the call Bob makes. */
async function consults(who: string): Promise<{ first: string; consult: string; call: string; theirs: string }> {
  const from = bob.lines.length
  const [first, theirs] = await Promise.all([calls(alice, BOB!), bobTakes(from)])
  const consult = await calls(alice, who)
  await alice.do({ do: 'transfer', call: first, replaces: consult })
  const { transfer } = await bob.heard({ event: 'transfer-request', call: theirs, replaces: true })
  const { call } = await bob.do({ do: 'answer-transfer', transfer })
  return { first, consult, call, theirs }
}

test('attended: Bob takes the place of Alice at Linphone', { timeout: 40_000 }, async () => {
  const from = bob.lines.length
  const [first, theirs] = await Promise.all([calls(alice, BOB!), bobTakes(from)])
  const { call: consult } = await alice.do({ do: 'call', to: DAN })
  await alice.heard(state(consult, 'early'), 0, 10_000)
  dan.tell('answer')
  await alice.heard(state(consult, 'confirmed'), 0, 10_000)
  // By his address of record: the GRUU in his Contact has no port and leads nowhere.
  await alice.do({ do: 'transfer', call: first, to: DAN, replaces: consult })
  const { transfer } = await bob.heard({ event: 'transfer-request', call: theirs, replaces: true })
  const { call } = await bob.do({ do: 'answer-transfer', transfer })
  await bob.heard(state(call, 'confirmed'), 0, 10_000)
  await alice.heard({ event: 'transfer', call: first, by: 'notify', status: 200, final: true })
  // Linphone has ended the call whose place it gave away.
  await alice.heard(state(consult, 'disconnected'))
  dan.tell('terminate all')
  await bob.heard(state(call, 'disconnected'))
  await ends([alice, first])
  await bob.heard(state(theirs, 'disconnected'))
})

test('attended: baresip 1.0 does not know Replaces, which is insisted on: all calls stay', {
  timeout: 40_000,
}, async () => {
  const { first, consult, call, theirs } = await consults(CAROL!)
  await bob.heard({ ...state(call, 'disconnected'), status: 420 }, 0, 10_000)
  await alice.heard({ event: 'transfer', call: first, by: 'notify', status: 420, final: true })
  expect((await alice.do({ do: 'calls' })).calls).toMatchObject([{ call: first }, { call: consult }])
  await ends([alice, consult], [alice, first])
  await bob.heard(state(theirs, 'disconnected'))
})

test('attended: baresip 1.0 asks with header fields in its Request-URI, and is refused: all calls stay', {
  timeout: 40_000,
}, async () => {
  const first = await calls(alice, CAROL!)
  const from = bob.lines.length
  const [consult, theirs] = await Promise.all([calls(alice, BOB!), bobTakes(from)])
  await alice.do({ do: 'transfer', call: first, replaces: consult })
  const { status } = await alice.heard({ event: 'transfer', call: first, by: 'notify', final: true }, 0, 10_000)
  expect(status).toBeGreaterThanOrEqual(400)
  expect((await alice.do({ do: 'calls' })).calls).toMatchObject([{ call: first }, { call: consult }])
  await ends([alice, first], [alice, consult])
  await bob.heard(state(theirs, 'disconnected'))
})

test('picked up: Bob takes the call that rings at Linphone', { timeout: 40_000 }, async () => {
  const { call: ringing } = await alice.do({ do: 'call', to: DAN })
  await alice.heard(state(ringing, 'early'), 0, 10_000)
  const { info } = await alice.do({ do: 'info', call: ringing })
  // As the dialog package would tell it of the phone that rings: theirs are the local tags there.
  const replaces = `${info.callId};to-tag=${info.localTag};from-tag=${info.remoteTag};early-only`
  const { call } = await bob.do({ do: 'call', to: ALICE, headers: { Replaces: replaces } })
  await bob.heard(state(call, 'confirmed'), 0, 10_000)
  await alice.heard({ event: 'incoming', replaces: ringing })
  await alice.heard({ ...state(ringing, 'disconnected'), status: 487 })
  await ends([bob, call])
})
