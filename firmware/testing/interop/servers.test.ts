// A domain with two Kamailios behind real DNS: the preferred one dies, in silence or with a word, and comes back; calls go through.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { type Agent, accountOf, startAgent } from '../../runtime/agent.ts'
import type { UaEvent } from '../../ua/contract.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'
import { type NameServer, startNameServer } from './name-server.ts'
import { freePort } from './ports.ts'

const DOMAIN = 'servers.example'
const [ONE, TWO] = ['127.0.0.2', '127.0.0.3']
const users = { alice: 'alice-secret', bob: 'bob-secret' }
/** Of death and everything that follows from it. */
const HALF_A_MINUTE = 30_000

let port: number
let names: NameServer
let one: Kamailio
let two: Kamailio
let alice: Party
let bob: Party

interface Party {
  readonly agent: Agent
  readonly events: UaEvent[]
  /** The first event from now on that `wanted` takes, and how long it took, ms. */
  next(wanted: (event: UaEvent) => boolean, withinMs: number): Promise<{ event: UaEvent; took: number }>
}

function party(): Party {
  const events: UaEvent[] = []
  let heard: (() => void) | undefined
  const agent = startAgent(
    // A server that failed is left alone for eight seconds, so that its return is not waited for so long.
    { address: '127.0.0.1', dns: [names.address], sip: { servers: { downMs: 8000, presentMs: 60_000 } } },
    {
      ua(event) {
        events.push(event)
        if (event.kind === 'call-incoming')
          agent.ua({ kind: 'answer', call: event.call, status: 200, reason: undefined, headers: [] })
        heard?.()
      },
    },
  )
  return {
    agent,
    events,
    async next(wanted, withinMs) {
      const began = performance.now()
      let from = events.length
      const { promise, resolve, reject } = Promise.withResolvers<UaEvent>()
      const late = setTimeout(
        () => reject(new Error(`not within ${withinMs} ms: ${JSON.stringify(events.slice(-4))}`)),
        withinMs,
      )
      heard = () => {
        for (; from < events.length; from++) if (wanted(events[from]!)) resolve(events[from]!)
      }
      try {
        return { event: await promise, took: performance.now() - began }
      } finally {
        clearTimeout(late)
      }
    },
  }
}

const registeredAt = (address: string) => (event: UaEvent) =>
  event.kind === 'account-state' && event.registration === 'registered' && event.server === `UDP ${address}:${port}`

const register = ({ agent }: Party, user: keyof typeof users) =>
  agent.ua({
    ...{ kind: 'set-account', account: user },
    config: accountOf(`sip:${user}@${DOMAIN}`, new Secret(users[user]), { expires: 600 }),
  })

let calls = 0
async function call(): Promise<void> {
  const call = `call${++calls}`
  const up = alice.next((event) => event.kind === 'call-state' && event.state === 'confirmed', 10_000)
  const over = (who: Party) =>
    who.next((event) => event.kind === 'call-state' && event.state === 'disconnected', 20_000)
  alice.agent.ua({ kind: 'make-call', call, account: 'alice', target: 'bob', headers: [] })
  await up
  const both = Promise.all([over(alice), over(bob)])
  alice.agent.ua({ kind: 'hang-up', call, status: undefined, reason: undefined })
  await both
}

/** Calls of Alice's that it has seen the end of; its log takes a moment. */
const handled = (kamailio: Kamailio): number => kamailio.log().split('in-dialog BYE from alice').length - 1
const startOne = () => startKamailio({ users, address: ONE, port })

beforeAll(async () => {
  port = await freePort()
  names = await startNameServer(
    DOMAIN,
    `${DOMAIN}           NAPTR 10 10 s SIP+D2U _sip._udp.${DOMAIN}
     ${DOMAIN}           NAPTR 5 10 s SIP+D2S _sip._sctp.${DOMAIN}
     _sip._udp.${DOMAIN} SRV 10 0 ${port} one.${DOMAIN}
     _sip._udp.${DOMAIN} SRV 20 0 ${port} two.${DOMAIN}
     one.${DOMAIN}       A ${ONE}
     two.${DOMAIN}       A ${TWO}`,
  )
  ;[one, two] = await Promise.all([startOne(), startKamailio({ users, address: TWO, port })])
  alice = party()
  bob = party()
}, 30_000)
afterAll(async () => {
  await Promise.all([alice?.agent.stop(), bob?.agent.stop()])
  await Promise.all([one?.stop(), two?.stop()])
  await names?.stop()
}, 30_000)

test('both register at the server the domain prefers, and call each other through it', async () => {
  const both = Promise.all([alice.next(registeredAt(ONE), 5000), bob.next(registeredAt(ONE), 5000)])
  register(alice, 'alice')
  register(bob, 'bob')
  await both
  expect(await one.contacts('alice')).toHaveLength(1)
  expect(await two.contacts('alice')).toEqual([])
  await call()
  await expect.poll(() => [handled(one), handled(two)]).toEqual([1, 0])
})

test('it falls silent: both are at the other one within half a minute, told with the cause, and a call goes through', {
  timeout: 60_000,
}, async () => {
  const both = Promise.all([alice.next(registeredAt(TWO), HALF_A_MINUTE), bob.next(registeredAt(TWO), HALF_A_MINUTE)])
  one.freeze()
  await both
  const dead = alice.events.filter((event) => event.kind === 'account-state' && event.registration === 'unregistered')
  expect(dead).toMatchObject([
    { cause: 'timeout', status: 408, tries: [{ server: `UDP ${ONE}:${port}`, what: 'no answer' }] },
  ])
  expect(await two.contacts('bob')).toHaveLength(1)
  await call()
  await expect.poll(() => handled(two)).toBe(1)
})

test('it goes on: both return by themselves, and a call goes through it again', { timeout: 90_000 }, async () => {
  // It is tried again and again, in ever longer intervals.
  const both = Promise.all([alice.next(registeredAt(ONE), 80_000), bob.next(registeredAt(ONE), 80_000)])
  one.thaw()
  await both
  await call()
  await expect.poll(() => [handled(one), handled(two)]).toEqual([2, 1])
})

test('it is killed: ICMP says so with the next keep-alive', { timeout: 60_000 }, async () => {
  const both = Promise.all([alice.next(registeredAt(TWO), HALF_A_MINUTE), bob.next(registeredAt(TWO), HALF_A_MINUTE)])
  await one.stop()
  await both
  const dead = alice.events.filter((event) => event.kind === 'account-state' && event.registration === 'unregistered')
  expect(dead.at(-1)).toMatchObject({ cause: 'transport', status: 503 })
  await call()
})

test('a call that finds the server dead, before any keep-alive does, goes through the other one', {
  timeout: 60_000,
}, async () => {
  const both = Promise.all([alice.next(registeredAt(ONE), 40_000), bob.next(registeredAt(ONE), 40_000)])
  one = await startOne()
  await both
  // Bob is known to the second server still: what it takes him for is where he is.
  await sleep(500)
  const before = handled(two)
  await one.stop()
  await call()
  await expect.poll(() => handled(two)).toBe(before + 1)
})
