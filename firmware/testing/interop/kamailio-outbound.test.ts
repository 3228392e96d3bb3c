// Outbound at Kamailio (RFC 5626): a registrar behind two edge proxies, with Path, Service-Route, GRUU and SHA-256. Calls come
// and go by the first; when that one dies they come by the second.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import type { Kamailio } from './kamailio.ts'
import { startEdge, startOutboundRegistrar } from './kamailio-outbound.ts'

const INSTANCE = 'urn:uuid:00000000-0000-4000-8000-000a95a0e128'
let registrar: Kamailio
let edges: [Kamailio, Kamailio]
let alice: ConsoleProcess
let bob: ConsoleProcess

async function phone(user: string, account: object): Promise<ConsoleProcess> {
  const console = startConsole()
  await console.do({ do: 'start', address: '127.0.0.1' })
  await console.do({
    ...{ do: 'account', account: user, aor: `sip:${user}@${registrar.domain}`, password: `${user}-secret` },
    ...{ keepAlive: 'off', ...account },
  })
  return console
}

beforeAll(async () => {
  registrar = await startOutboundRegistrar({ users: { alice: 'alice-secret', bob: 'bob-secret' } })
  edges = [await startEdge(registrar.domain), await startEdge(registrar.domain)]
  const outbound = edges.map(({ domain }) => `sip:${domain}`)
  alice = await phone('alice', { instance: INSTANCE, outbound, gruu: true })
  bob = await phone('bob', {})
  await bob.heard({ event: 'registration', state: 'registered' })
}, 30_000)
afterAll(async () => {
  await Promise.all([alice?.end(), bob?.end()])
  await Promise.all([registrar, ...(edges ?? [])].map((each) => each?.stop()))
})

const both = (first: boolean, second: boolean) => ({
  event: 'registration',
  state: 'registered',
  flows: [
    { regId: 1, registered: first },
    { regId: 2, registered: second },
  ],
})

/** Bob calls Alice, who answers; then Alice's side ends it. */
async function called(): Promise<void> {
  const from = alice.lines.length
  const { call } = await bob.do({ do: 'call', to: `sip:alice@${registrar.domain}` })
  const incoming = await alice.heard({ event: 'incoming' }, from)
  await alice.do({ do: 'answer', call: incoming.call })
  await bob.heard({ event: 'call-state', state: 'confirmed', call })
  await alice.heard({ event: 'call-state', state: 'confirmed', call: incoming.call })
  await alice.do({ do: 'hangup', call: incoming.call })
  await bob.heard({ event: 'call-state', state: 'disconnected', call })
}

test('two flows, with what the registrar gave', async () => {
  const told = await alice.heard(both(true, true))
  expect(told.path.join()).toContain(`@${edges[0].domain}`)
  expect(told.serviceRoute).toEqual([`<sip:${registrar.domain};lr>`])
  // Kamailio leaves the port out.
  expect(told.publicGruu).toBe(`sip:alice@127.0.0.1;gr=${INSTANCE}`)
  expect(told.temporaryGruu).toContain(';gr')
  expect(await registrar.contacts('alice')).toHaveLength(2)
})

test('called by the first flow, once', async () => {
  await called()
  await expect.poll(() => edges.map((edge) => edge.log().includes('by INVITE'))).toEqual([true, false])
})

test('calls by the first flow and the Service-Route; the other side reaches the GRUU', async () => {
  const from = bob.lines.length
  const { call } = await alice.do({ do: 'call', to: `sip:bob@${registrar.domain}` })
  const { call: theirs } = await bob.heard({ event: 'incoming' }, from)
  await bob.do({ do: 'answer', call: theirs })
  await alice.heard({ event: 'call-state', state: 'confirmed', call })
  expect(JSON.stringify(await bob.do({ do: 'info', call: theirs }))).toContain(`gr=${INSTANCE}`)
  await bob.do({ do: 'hangup', call: theirs })
  await alice.heard({ event: 'call-state', state: 'disconnected', call, cause: 'remote' })
  await expect.poll(registrar.log).toContain('service-routed INVITE')
})

test('the first proxy dies: noticed within the Flow-Timer, calls come and go by the second', async () => {
  const from = alice.lines.length
  await edges[0].stop()
  await alice.heard(both(false, true), from, 10_000)
  await called()
  await expect.poll(edges[1].log).toContain('by INVITE')
  const before = bob.lines.length
  const { call } = await alice.do({ do: 'call', to: `sip:bob@${registrar.domain}` })
  const { call: theirs } = await bob.heard({ event: 'incoming' }, before)
  await alice.do({ do: 'hangup', call })
  await bob.heard({ event: 'call-state', state: 'disconnected', call: theirs })
}, 20_000)

test('leaving takes the flow that stands away', async () => {
  await alice.do({ do: 'unregister', account: 'alice' })
  await alice.heard({ event: 'registration', state: 'unregistered', status: 200 })
  await expect.poll(async () => (await registrar.contacts('alice')).length).toBeLessThanOrEqual(1)
})
