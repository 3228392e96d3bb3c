// The SIP engine: takes what the network, the clock and the application say, and owns the layers that answer it.
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { log } from '../../base/log.ts'
import type { Machine } from '../../base/machine.ts'
import type { Result } from '../../base/result.ts'
import type { Rng } from '../../base/rng.ts'
import { type Millis, ms } from '../../base/time.ts'
import { TimerQueue } from '../../base/timer-queue.ts'
import { Locator } from '../locate/locator.ts'
import { Standing } from '../locate/standing.ts'
import type { Reachable } from '../locate/step.ts'
import { DEFAULT_SERVER_TIMES } from '../locate/times.ts'
import type { SipResponse } from '../message/message.ts'
import { ClientTransactions } from '../transaction/client.ts'
import type { Hop, TransactionEnvironment } from '../transaction/environment.ts'
import { ServerTransactions } from '../transaction/server.ts'
import { giveUp, overStream, TRYING_AFTER } from '../transaction/timers.ts'
import { type Arrival, type Received, receive, unframed } from '../transport/receive.ts'
import { type Flow, Streams, serves } from '../transport/streams.ts'
import { Transports } from '../transport/transports.ts'
import { ContactWishes } from '../usage/contact-wishes.ts'
import type { UsageEnvironment } from '../usage/environment.ts'
import { EventPackages } from '../usage/event-packages.ts'
import type { Ended } from '../usage/invite/session.ts'
import { Notified } from '../usage/notified.ts'
import { Questions } from '../usage/questions.ts'
import { Requester } from '../usage/requester.ts'
import { Admissions } from './admission.ts'
import { capabilitiesOf } from './capabilities.ts'
import { Commands } from './commands.ts'
import type { NetworkInput, RecordType, SessionId, SipConfig, SipInput, SipModule, SipOutput } from './contract.ts'
import { Dispatch } from './dispatch.ts'
import { Drops } from './drops.ts'
import { IncomingRequests } from './incoming-requests.ts'
import { Modules } from './modules.ts'
import { Refers } from './refers.ts'
import { Returns } from './returns.ts'
import { Sessions } from './sessions.ts'
import { Subscribers } from './subscribers.ts'

/** What is held at present; all zero when the engine has come to rest. */
export interface SipCounts {
  readonly sessions: number
  readonly registrations: number
  readonly subscriptions: number
  readonly publications: number
  /** Subscriptions of others. */
  readonly subscribers: number
  readonly clientTransactions: number
  readonly serverTransactions: number
  readonly requests: number
  readonly lookups: number
  /** TCP and TLS connections. */
  readonly flows: number
  readonly timers: number
  /** Datagrams that were no SIP message or belonged to nothing, since the start. */
  readonly dropped: number
}

/** The SIP stack as a machine: fed inputs and time, it answers with outputs. It has no sockets and no clock. */
export interface SipEngine extends Machine<SipInput, SipOutput> {
  /** What it holds now; of leaks it would tell. */
  counts(): SipCounts
  /** Not within a turn of the engine's. An error says why it cannot be: its name is taken, its priority is none. */
  addModule(module: SipModule): Result<undefined, string>
  /** False: there is none of that name. */
  removeModule(name: string): boolean
  /** From now on this is `SipConfig.userAgent`. */
  setUserAgent(userAgent: string): void
  /** Call-ID of a session that has not ended. */
  callIdOf(session: SessionId): string | undefined
}

/** A new engine; `rng` makes its tags, branches and Call-IDs, which have to be unpredictable (RFC 3261 §19.3). */
export function createSipEngine(config: SipConfig, rng: Rng): SipEngine {
  return new Engine(config, rng)
}

class Engine implements SipEngine {
  readonly #queue: TimerQueue
  readonly #transports = new Transports()
  readonly #streams: Streams
  readonly #clients: ClientTransactions
  readonly #servers: ServerTransactions
  readonly #locator: Locator
  readonly #standing: Standing
  readonly #returns: Returns
  readonly #requester: Requester
  readonly #sessions = new Sessions()
  readonly #requests: IncomingRequests
  readonly #refers: Refers
  readonly #commands: Commands
  readonly #dispatch: Dispatch
  readonly #subscribers: Subscribers
  readonly #modules = new Modules((module, fault) => this.#out.push(log('error', 'sip.module', fault, { module })))
  readonly #admissions: Admissions
  readonly #rename: (userAgent: string) => void
  /** The caller's list, while one of its calls runs. */
  #out: SipOutput[] = []
  /** Its time. */
  #now = ms(0)
  /** Who sent the message in hand. */
  #sender: SocketAddress | undefined
  readonly #drops = new Drops((record) => this.#out.push(record))
  #lastId = 0

  constructor(config: SipConfig, rng: Rng) {
    const { timers } = config
    this.#queue = new TimerQueue([TRYING_AFTER, timers.t1, timers.t4, timers.d, giveUp(timers)])
    const send = (hop: Hop, data: string) => this.#send(hop, data)
    const streamTimers = overStream(timers)
    const base: TransactionEnvironment = { timers, streamTimers, queue: this.#queue, send }
    this.#clients = new ClientTransactions(base)
    this.#servers = new ServerTransactions(base)
    const serverTimes = { ...DEFAULT_SERVER_TIMES, ...config.servers }
    const reachable: Reachable = (protocol, family) => this.#transports.speaks(protocol, family)
    const ask = (query: number, type: RecordType, name: string) =>
      this.#out.push({ kind: 'resolve', query, type, name })
    const ways = { reachable, prefer: config.preferFamily ?? 4 }
    this.#locator = new Locator({ queue: this.#queue, rng, ways, ask }, serverTimes)
    this.#standing = new Standing(serverTimes, (server, now) => this.#commands.registrations.serverFailed(server, now))
    const nextId = () => `in:${++this.#lastId}`
    const environment = {
      ...base,
      rng,
      transports: this.#transports,
      clients: this.#clients,
      servers: this.#servers,
      locator: this.#locator,
      standing: this.#standing,
      serverTimes,
      capabilities: capabilitiesOf(config),
      emit: (output) => this.#out.push(output),
      trust: () => (this.#sender && this.#admissions.isKnown(this.#sender) ? { trusted: true } : {}),
      bindings: new Map(),
      wishes: new ContactWishes(),
      questions: new Questions(nextId, (event) => this.#out.push(event)),
      suspect: (hop, now) => this.#streams.suspect(hop, now),
      pace: (hop, everyMs, answers, now) => this.#streams.pace(hop, everyMs, answers, now),
    } satisfies UsageEnvironment
    this.#rename = (userAgent) => {
      environment.capabilities = capabilitiesOf({ ...config, userAgent })
    }
    this.#streams = new Streams(this.#queue, rng, {
      connect: (flow, transport, to, name) => this.#out.push({ kind: 'connect', flow, transport, to, name }),
      write: (flow, data) => this.#out.push({ kind: 'write', flow, data }),
      close: (flow) => this.#out.push({ kind: 'close', flow }),
      message: (flow, text, now) => this.#received(receive(arrivalOf(flow), text), flow.remote, now),
      bad: (flow, head, what, now) => this.#received(unframed(arrivalOf(flow), head, what), flow.remote, now),
      lost: (flow, reason, now) => this.#streamLost(flow, reason, now),
    })
    this.#returns = new Returns(this.#transports, this.#locator, (transport, server, text, now) => {
      const { protocol, address, port } = server
      const name = protocol === 'TLS' ? server.name : undefined
      this.#streams.send({ transport, to: { address, port }, name }, undefined, text, now)
    })
    this.#requester = new Requester(environment)
    this.#requests = new IncomingRequests(environment)
    const notified = new Notified()
    const packages = new EventPackages(config.packages ?? {})
    this.#refers = new Refers(this.#requester, notified)
    const ended: Ended = (session, { lost, status }, now) => {
      this.#sessions.remove(session)
      if (lost) this.#refers.dialogLost(session.dialog, status, now)
    }
    const subscribers = new Subscribers(this.#requester, new EventPackages(config.notifies ?? {}))
    this.#subscribers = subscribers
    this.#commands = new Commands({
      config,
      requester: this.#requester,
      sessions: this.#sessions,
      requests: this.#requests,
      refers: this.#refers,
      notified,
      packages,
      subscribers,
      ended,
    })
    this.#admissions = new Admissions(config)
    this.#dispatch = new Dispatch({
      config,
      environment,
      requester: this.#requester,
      sessions: this.#sessions,
      requests: this.#requests,
      refers: this.#refers,
      notified,
      packages,
      subscribers,
      ended,
      nextId,
      digestOf: (user, session) => this.#commands.registrations.digestOf(user, session),
      modules: this.#modules,
      admissions: this.#admissions,
    })
  }

  addModule(module: SipModule): Result<undefined, string> {
    return this.#modules.add(module)
  }

  removeModule(name: string): boolean {
    return this.#modules.remove(name)
  }

  setUserAgent(userAgent: string): void {
    this.#rename(userAgent)
  }

  callIdOf(session: SessionId): string | undefined {
    return this.#sessions.get(session)?.callId
  }

  handle(input: SipInput, now: Millis, out: SipOutput[]): void {
    this.#out = out
    this.#now = now
    switch (input.kind) {
      case 'transport-up':
      case 'transport-down':
      case 'datagram':
      case 'unreachable':
      case 'flow-up':
      case 'flow-data':
      case 'flow-down':
      case 'resolved':
        this.#network(input, now)
        return
      case 'register':
      case 'unregister':
      case 'invite':
      case 'offer':
      case 'redirect':
      case 'terms':
      case 'identify':
      case 'authorize':
      case 'respond':
      case 'answer-offer':
      case 'ack':
      case 'reinvite':
      case 'update':
      case 'end':
      case 'request':
      case 'reply':
      case 'refer':
      case 'subscribe':
      case 'unsubscribe':
      case 'publish':
      case 'unpublish':
      case 'answer-subscriber':
      case 'notify':
      case 'end-refer':
      case 'refer-notify':
      case 'add-package': {
        const reason = this.#commands.perform(input, now)
        if (reason !== undefined) out.push({ kind: 'rejected', command: input.kind, id: input.id, reason })
      }
    }
  }

  wake(now: Millis, out: SipOutput[]): void {
    this.#out = out
    this.#now = now
    this.#queue.run(now)
  }

  deadline(): Millis {
    return this.#queue.deadline()
  }

  counts(): SipCounts {
    return {
      sessions: this.#sessions.size,
      registrations: this.#commands.registrations.size,
      subscriptions: this.#commands.subscriptions.size,
      publications: this.#commands.publications.size,
      subscribers: this.#subscribers.size,
      clientTransactions: this.#clients.size,
      serverTransactions: this.#servers.size,
      requests: this.#commands.exchanges + this.#requests.size + this.#refers.size,
      lookups: this.#locator.pending,
      flows: this.#streams.size,
      timers: this.#queue.size,
      dropped: this.#drops.count,
    }
  }

  #network(input: NetworkInput, now: Millis): void {
    switch (input.kind) {
      case 'transport-up':
        this.#transports.up(input.transport, input.protocol, input.local)
        this.#standing.forget()
        this.#commands.registrations.transportUp(now)
        this.#sessions.transportUp(now)
        return
      case 'transport-down':
        this.#transports.down(input.transport)
        this.#streams.transportDown(input.transport)
        this.#out.push(
          log('warn', 'sip.transport', 'transport down', { transport: input.transport, reason: input.reason }),
        )
        this.#clients.transportDown(input.transport, now)
        this.#commands.registrations.transportDown(input.transport, now)
        return
      case 'datagram':
        this.#received(receive(input, input.data), input.from, now)
        return
      case 'flow-up':
        if (this.#transports.get(input.transport)) this.#streams.up(input.flow, input.transport, input.remote, now)
        else this.#out.push({ kind: 'close', flow: input.flow })
        return
      case 'flow-data':
        this.#streams.data(input.flow, input.data, now)
        return
      case 'flow-down':
        this.#streams.down(input.flow, input.reason, now)
        return
      case 'unreachable':
        this.#clients.unreachable(input.transport, input.to, now)
        this.#commands.registrations.lost(input.transport, input.to, now)
        return
      case 'resolved':
        this.#locator.answered(input, now)
        return
    }
  }

  /** §18.4: what went there and has no answer yet fails; the registrar has to be told of another way to us. */
  #streamLost(flow: Flow, reason: string, now: Millis): void {
    const { transport, remote, stood } = flow
    this.#out.push(log('info', 'sip.transport', 'connection gone', { to: showAddress(remote), reason }))
    const lost = { transport, to: remote, stood, final: flow.name !== undefined }
    this.#clients.streamLost(lost, ({ name }) => serves(flow, name), reason, now)
    this.#commands.registrations.lost(transport, remote, now)
    if (flow.state.name === 'Connecting') this.#returns.unreturned(transport, flow.state.waiting, now)
  }

  #received(received: Received, from: SocketAddress, now: Millis): void {
    this.#sender = from
    this.#receive(received, from, now)
    this.#sender = undefined
  }

  #receive(received: Received, from: SocketAddress, now: Millis): void {
    switch (received.kind) {
      case 'keep-alive':
        return
      case 'request':
        this.#dispatch.request(received, now)
        return
      case 'response':
        this.#response(received.response, received.transport, from, now)
        return
      case 'bad':
        if (received.answer !== undefined) this.#send(received.hop, received.answer)
        this.#drops.note(received.what, from.address, now)
    }
  }

  #response(arrived: SipResponse, transport: string, from: SocketAddress, now: Millis): void {
    const wire = { transport, peer: from }
    const response = this.#modules.response('arrived', arrived, wire)
    if (response === undefined) return
    if (!this.#clients.response(response, now)) {
      if (this.#modules.response('unclaimed', response, wire) !== undefined)
        this.#drops.note('response that nobody waits for', from.address, now)
      return
    }
    const { status, cseq } = response
    if (cseq.method === 'REGISTER' && status >= 200 && status < 300) this.#admissions.knows(from)
  }

  #send(hop: Hop, text: string): void {
    const { transport, to, flow, name } = hop
    const data = this.#modules.watchesSends ? this.#modules.send(text, { transport, peer: to }) : text
    if (data === undefined) return
    switch (this.#transports.get(transport)?.protocol) {
      case 'UDP':
        this.#out.push({ kind: 'send', transport, to, data })
        return
      case 'TCP':
        this.#streams.send({ transport, to }, flow, data, this.#now)
        return
      case 'TLS':
        this.#streams.send({ transport, to, name }, flow, data, this.#now)
        return
      case undefined:
    }
  }
}

const arrivalOf = ({ id, transport, remote }: Flow): Arrival => ({ transport, from: remote, flow: id })
