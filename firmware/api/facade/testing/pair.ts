// Two endpoints on loopback that can call each other: Alice and Bob, each with an account of a class that keeps what it is told.
import { afterAll, afterEach, expect } from 'vitest'
import { rtpRanges } from '../../../testing/interop/ports.ts'
import type { AccountSettings } from '../account-schema.ts'
import type { Part } from '../checked.ts'
import { Account, Call, Endpoint, type EpSettings } from '../index.ts'

/** An account whose incoming calls become calls at once. */
export class Person extends Account {
  readonly incoming: Call[] = []

  override onIncomingCall({ callId }: { readonly callId: number }): void {
    this.incoming.push(new Call(this, callId))
  }

  /** The next call that comes. */
  async nextCall(): Promise<Call> {
    await this.once('incomingCall')
    return this.incoming.at(-1)!
  }
}

export interface Desk {
  readonly endpoint: Endpoint
  readonly account: Person
  /** Where it is called. */
  readonly uri: string
}

const nextRange = rtpRanges()

/** An endpoint that runs, with one local account; its RTP ports are its own. */
export async function desk(
  user: string,
  config: Part<EpSettings> = {},
  account: Part<AccountSettings> = {},
): Promise<Desk> {
  const endpoint = new Endpoint({ beside: true })
  endpoint.libCreate()
  const [rtpPort, to] = nextRange()
  endpoint.libInit({ ...config, medConfig: { rtpPort, rtpPortRange: to - rtpPort + 1, ...config.medConfig } })
  const transport = endpoint.transportCreate('udp', { boundAddress: '127.0.0.1' })
  await endpoint.libStart()
  const uri = `sip:${user}@${endpoint.transportGetInfo(transport).localAddress}`
  const person = new Person(endpoint)
  person.create({ idUri: uri, ...account })
  return { endpoint, account: person, uri }
}

/** Endpoints of one test: what this makes is taken down after each. */
export function desksOfEach(): typeof desk {
  const up: Desk[] = []
  afterEach(async () => {
    await Promise.all(up.splice(0).map(({ endpoint }) => endpoint.libDestroy()))
  })
  return async (...given) => {
    const made = await desk(...given)
    up.push(made)
    return made
  }
}

/** These serve all tests of a file: no call is left after each, nothing after the last. */
export function desksOfAll(desks: () => readonly Desk[]): void {
  const endpoints = () => desks().map(({ endpoint }) => endpoint)
  afterEach(async () => {
    for (const endpoint of endpoints()) endpoint.hangupAllCalls()
    const none = endpoints().map(() => 0)
    await expect.poll(() => endpoints().map((endpoint) => endpoint.callGetCount())).toEqual(none)
  })
  afterAll(() => Promise.all(endpoints().map((endpoint) => endpoint.libDestroy())))
}

/** A call from one to the other that stands. */
export async function talking(from: Desk, to: Desk): Promise<{ readonly mine: Call; readonly theirs: Call }> {
  const mine = new Call(from.account)
  const comes = to.account.nextCall()
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  mine.makeCall(to.uri)
  const theirs = await comes
  const both = Promise.all([stands, theirs.once('callState', ({ state }) => state === 'confirmed')])
  theirs.answer({ statusCode: 200 })
  await both
  return { mine, theirs }
}
