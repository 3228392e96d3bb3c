// Reliable responses, offers while it rings and session timers through a record-routing proxy (Kamailio), between two consoles.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'

const [ALICE, BOB] = ['4201', '4202']
const users = { [ALICE]: 'alice-secret', [BOB]: 'bob-secret' }

let kamailio: Kamailio
let alice: ConsoleProcess
let bob: ConsoleProcess

/** By one of the proxy's doors: a call from the one to the other is record-routed twice. */
async function registered(user: string, domain: string): Promise<ConsoleProcess> {
  const is = startConsole()
  await is.do({ do: 'start', address: '127.0.0.1' })
  const terms = { reliable: 'required', timer: { mode: 'required', expires: 600 } }
  await is.do({ do: 'account', account: 'me', aor: `sip:${user}@${domain}`, password: users[user], ...terms })
  await is.heard({ event: 'registration', state: 'registered' })
  return is
}

beforeAll(async () => {
  kamailio = await startKamailio({ users })
  ;[alice, bob] = await Promise.all([registered(ALICE, kamailio.domain), registered(BOB, kamailio.second)])
}, 30_000)
afterAll(async () => {
  await Promise.all([alice?.end(), bob?.end()])
  await kamailio?.stop()
})

test('rings reliably, early media, an UPDATE with an offer, answered, a refresh, hung up', async () => {
  const { call } = await alice.do({ do: 'call', to: BOB })
  const { call: theirs } = await bob.heard({ event: 'incoming' })
  await bob.do({ do: 'answer', call: theirs, code: 180 })
  await alice.heard({ event: 'call-state', call, state: 'early', status: 180 })
  await bob.do({ do: 'answer', call: theirs, code: 183 })
  await alice.heard({ event: 'media', call, status: 'active' })
  await alice.do({ do: 'update', call })
  await alice.heard({ event: 'modified', call, status: 200 })
  await bob.do({ do: 'answer', call: theirs })
  await alice.heard({ event: 'call-state', call, state: 'confirmed' })
  await bob.heard({ event: 'call-state', call: theirs, state: 'confirmed' })
  // Who calls refreshes, when nobody has asked for something else.
  await alice.heard({ event: 'timer', call, expires: 600, refresher: 'local' })
  await bob.heard({ event: 'timer', call: theirs, expires: 600, refresher: 'remote' })
  await alice.do({ do: 'hangup', call })
  await bob.heard({ event: 'call-state', call: theirs, state: 'disconnected' })
  const inside = [...kamailio.log().matchAll(/in-dialog (\S+) from 4201/g)].map(([, method]) => method)
  expect(inside).toEqual(['PRACK', 'PRACK', 'UPDATE', 'ACK', 'BYE'])
}, 30_000)
