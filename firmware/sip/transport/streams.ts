// The TCP and TLS connections: opened when something is to be sent, used again, kept alive, bounded (RFC 3261 §18, RFC 5626 §4.4.1).
import { type SocketAddress, showAddress } from '../../base/address.ts'
import { isIpv4, isIpv6 } from '../../base/ip.ts'
import { type Rng, unit } from '../../base/rng.ts'
import { after, earlier, FOREVER, type Millis } from '../../base/time.ts'
import { type Sleeper, Timer, type TimerQueue } from '../../base/timer-queue.ts'
import { type Frame, Framer } from './framing.ts'

/** What the streams ask for and tell. `lost` never comes within `send`. */
export interface StreamsPort {
  connect(flow: string, transport: string, to: SocketAddress, name: string | undefined): void
  write(flow: string, data: string): void
  close(flow: string): void
  message(flow: Flow, text: string, now: Millis): void
  /** No more can be read; `head` is what came of the message. The flow is closed when this returns. */
  bad(flow: Flow, head: string, what: string, now: Millis): void
  /** No connection there, or none any more. */
  lost(flow: Flow, reason: string, now: Millis): void
}

/** Messages, and their characters. */
interface Waiting {
  readonly waiting: string[]
  readonly size: number
}

type FlowState =
  /** Ours, asked for; what is to be written waits. */
  | ({ readonly name: 'Connecting'; readonly giveUpAt: Millis } & Waiting)
  /** Ours: the next ping. */
  | { readonly name: 'Kept'; readonly pingAt: Millis }
  /** Requests wait when it has answered before: they are not given to a dead connection. */
  | ({ readonly name: 'Pinged'; readonly pongBy: Millis } & Waiting)
  /** Accepted, and no message has come yet. */
  | { readonly name: 'Silent'; readonly closeAt: Millis }
  | { readonly name: 'Accepted' }
  /** Too much is waiting: given up at the next wake. */
  | { readonly name: 'Overrun'; readonly at: Millis }

const CONNECT_PATIENCE = 5_000
/** Unless the server says otherwise. */
const PING_EVERY = 30_000
const PONG_PATIENCE = 10_000
/** For the first message on an accepted connection, and for the rest of a message begun. */
const SILENCE = 30_000
const REST = 10_000
const MAX_OURS = 32
const MAX_ACCEPTED = 64
/** Waiting until a connection stands, or has answered, characters. */
const MAX_WAITING = 262_144
/** RFC 5626 §3.5.1: a connection that has not been heard for so long is asked before it gets a request. */
const FRESH = 10_000
/** A peer that has not been heard for so long when a request to it times out is gone. */
const DEAF = 20_000

/** Where a stream leads: by which transport, to which address and, over TLS, to whom. */
export interface Place {
  readonly transport: string
  readonly to: SocketAddress
  readonly name?: string | undefined
}

export class Flow implements Sleeper {
  readonly timer = new Timer(this)
  readonly framer = new Framer()
  readonly id: string
  readonly transport: string
  readonly remote: SocketAddress
  /** What its far end has proved to be, or is to; undefined over TCP, and when it was accepted. */
  readonly name: string | undefined
  state: FlowState
  /** When the message that is not complete was begun, and 10 s. */
  restBy: Millis = FOREVER
  /** The last octets from there. */
  heardAt: Millis
  usedAt: Millis
  /** It has answered a ping before: silence means it is dead. Peers that know pings not are left in peace. */
  answers = false
  /** The longest time between pings, once somebody has named one. */
  flowTimerMs: number | undefined
  /** It has stood: the peer may have gone and come back since. */
  stood = false
  /** One empty line came since the last message: the next one makes it a ping. */
  half = false
  readonly #streams: Streams

  constructor(streams: Streams, id: string, there: Place, now: Millis, state: FlowState) {
    this.#streams = streams
    this.id = id
    this.transport = there.transport
    this.remote = there.to
    this.name = there.name
    this.heardAt = this.usedAt = now
    this.state = state
  }

  wake(now: Millis): void {
    this.#streams.wake(this, now)
  }
}

export class Streams {
  readonly #queue: TimerQueue
  readonly #rng: Rng
  readonly #port: StreamsPort
  readonly #flows = new Map<string, Flow>()
  /** By transport, remote address and name; of those who share transport and address, one also without a name. */
  readonly #there = new Map<string, Flow>()
  #last = 0

  constructor(queue: TimerQueue, rng: Rng, port: StreamsPort) {
    this.#queue = queue
    this.#rng = rng
    this.#port = port
  }

  get size(): number {
    return this.#flows.size
  }

  /** On the flow `wanted` while it stands, else on a connection to that place, which is opened when there is none (§18.1.1, §18.2.2). */
  send(there: Place, wanted: string | undefined, data: string, now: Millis): void {
    const known = (wanted === undefined ? undefined : this.#flows.get(wanted)) ?? this.#find(there)
    const flow = known ?? this.#open(there, now)
    flow.usedAt = now
    const request = !data.startsWith('SIP/2.0 ')
    if (request && flow.state.name === 'Kept' && flow.answers && now - flow.heardAt >= FRESH) this.#ping(flow, now)
    const { state } = flow
    switch (state.name) {
      case 'Overrun':
        return
      case 'Kept':
      case 'Silent':
      case 'Accepted':
        this.#port.write(flow.id, data)
        return
      case 'Pinged':
        if (!request || !flow.answers) {
          this.#port.write(flow.id, data)
          return
        }
        break
      case 'Connecting':
    }
    state.waiting.push(data)
    const size = state.size + data.length
    this.#enter(flow, size > MAX_WAITING ? { name: 'Overrun', at: now } : { ...state, size }, now)
  }

  #ping(flow: Flow, now: Millis): void {
    this.#port.write(flow.id, '\r\n\r\n')
    this.#enter(flow, { name: 'Pinged', pongBy: after(now, PONG_PATIENCE), waiting: [], size: 0 }, now)
  }

  /** A request to it was not answered: when nothing at all came from there it is given up, so that the next try connects anew. */
  suspect(there: Place, now: Millis): void {
    const flow = this.#find(there)
    if (flow && now - flow.heardAt >= DEAF) this.#giveUp(flow, 'no answer', now)
  }

  /**
   * Pings at least so often. `answers`: a server that names a Flow-Timer answers them, and takes silence of ours for our end
   * (RFC 5626 §4.4.1).
   */
  pace(there: Place, everyMs: number, answers: boolean, now: Millis): void {
    const flow = this.#find(there)
    if (flow === undefined || !isOurs(flow)) return
    flow.flowTimerMs = Math.min(everyMs, flow.flowTimerMs ?? everyMs)
    flow.answers ||= answers
    if (flow.state.name === 'Kept') this.#enter(flow, { name: 'Kept', pingAt: this.#pingAt(flow, now) }, now)
  }

  #pingAt({ flowTimerMs }: Flow, now: Millis): Millis {
    return after(now, flowTimerMs === undefined ? PING_EVERY : flowTimerMs * (0.8 + unit(this.#rng) / 5))
  }

  up(id: string, transport: string, remote: SocketAddress, now: Millis): void {
    const known = this.#flows.get(id)
    if (known === undefined) this.#accept(id, transport, remote, now)
    else if (known.state.name === 'Connecting') {
      const { waiting } = known.state
      known.heardAt = now
      known.stood = true
      this.#enter(known, { name: 'Kept', pingAt: this.#pingAt(known, now) }, now)
      for (const data of waiting) this.#port.write(id, data)
    }
  }

  data(id: string, data: string, now: Millis): void {
    const flow = this.#flows.get(id)
    if (flow === undefined) return
    flow.heardAt = now
    const frames = flow.framer.push(data)
    const waiting = flow.state.name === 'Pinged' ? flow.state.waiting : []
    if (frames.length > 0 || flow.restBy === FOREVER) flow.restBy = flow.framer.unfinished ? after(now, REST) : FOREVER
    if (flow.state.name === 'Pinged') {
      if (frames.some(({ kind }) => kind === 'crlf')) flow.answers = true
      flow.state = { name: 'Kept', pingAt: this.#pingAt(flow, now) }
      // Its pong is no half of a ping.
      if (frames[0]?.kind === 'crlf') frames.shift()
    } else if (flow.state.name === 'Silent' && frames.some(({ kind }) => kind === 'message')) {
      flow.state = { name: 'Accepted' }
    }
    this.#arm(flow, now)
    for (const each of waiting) this.#port.write(id, each)
    for (const frame of frames) {
      // What is done about one frame may end the flow.
      if (this.#flows.get(id) !== flow) return
      this.#frame(flow, frame, now)
    }
  }

  down(id: string, reason: string, now: Millis): void {
    const flow = this.#flows.get(id)
    if (flow === undefined) return
    this.#forget(flow)
    this.#port.lost(flow, reason, now)
  }

  /** The transport is gone: its connections are closed without a word. */
  transportDown(transport: string): void {
    for (const flow of [...this.#flows.values()])
      if (flow.transport === transport) {
        this.#forget(flow)
        this.#port.close(flow.id)
      }
  }

  wake(flow: Flow, now: Millis): void {
    if (now >= flow.restBy) {
      this.#giveUp(flow, 'unfinished message', now)
      return
    }
    const { state } = flow
    switch (state.name) {
      case 'Connecting':
        if (now >= state.giveUpAt) this.#giveUp(flow, 'ETIMEDOUT', now)
        return
      case 'Kept':
        if (now >= state.pingAt) this.#ping(flow, now)
        else this.#arm(flow, now)
        return
      case 'Pinged':
        if (flow.answers) this.#giveUp(flow, 'no pong', now)
        else this.#enter(flow, { name: 'Kept', pingAt: after(now, PING_EVERY - PONG_PATIENCE) }, now)
        return
      case 'Silent':
        this.#giveUp(flow, 'nothing said', now)
        return
      case 'Accepted':
        return
      case 'Overrun':
        this.#giveUp(flow, 'too much is waiting', now)
    }
  }

  #frame(flow: Flow, frame: Frame, now: Millis): void {
    switch (frame.kind) {
      case 'crlf':
        if (flow.half) this.#port.write(flow.id, '\r\n')
        flow.half = !flow.half
        return
      case 'message':
        flow.half = false
        flow.usedAt = now
        this.#port.message(flow, frame.text, now)
        return
      case 'bad':
        this.#port.bad(flow, frame.head, frame.what, now)
        this.#giveUp(flow, frame.what, now)
    }
  }

  /**
   * A URI with an address instead of a name cannot be proved by a certificate for a name: it came from somebody who had
   * proved one, so a connection that stands to that very address serves it (RFC 5923 §5).
   */
  #find(there: Place): Flow | undefined {
    const { name } = there
    const named = this.#there.get(keyOf(there))
    return (
      named ??
      (name !== undefined && isLiteral(name) ? this.#there.get(keyOf({ ...there, name: undefined })) : undefined)
    )
  }

  #open(there: Place, now: Millis): Flow {
    const ours = [...this.#flows.values()].filter(isOurs)
    if (ours.length >= MAX_OURS)
      this.#giveUpSoon(
        ours.reduce((oldest, flow) => (flow.usedAt < oldest.usedAt ? flow : oldest)),
        now,
      )
    const giveUpAt = after(now, CONNECT_PATIENCE)
    const state: FlowState = { name: 'Connecting', giveUpAt, waiting: [], size: 0 }
    const flow = new Flow(this, `out:${++this.#last}`, there, now, state)
    this.#add(flow, now)
    this.#port.connect(flow.id, there.transport, there.to, there.name)
    return flow
  }

  /** When there are too many, the oldest that has said nothing makes room; without such a one the newcomer goes. */
  #accept(id: string, transport: string, remote: SocketAddress, now: Millis): void {
    const accepted = [...this.#flows.values()].filter((flow) => !isOurs(flow))
    if (accepted.length >= MAX_ACCEPTED) {
      const silent = accepted.find(({ state }) => state.name === 'Silent')
      if (silent === undefined) {
        this.#port.close(id)
        return
      }
      this.#giveUp(silent, 'too many connections', now)
    }
    const state: FlowState = { name: 'Silent', closeAt: after(now, SILENCE) }
    const flow = new Flow(this, id, { transport, to: remote }, now, state)
    flow.stood = true
    this.#add(flow, now)
  }

  #add(flow: Flow, now: Millis): void {
    this.#flows.set(flow.id, flow)
    for (const key of keysOf(flow)) if (!this.#there.has(key)) this.#there.set(key, flow)
    this.#arm(flow, now)
  }

  #enter(flow: Flow, state: FlowState, now: Millis): void {
    flow.state = state
    this.#arm(flow, now)
  }

  #arm(flow: Flow, now: Millis): void {
    this.#queue.arm(flow.timer, earlier(deadlineOf(flow.state), flow.restBy), now)
  }

  /** Not within `send`: whoever is told of the loss may be in the middle of something. */
  #giveUpSoon(flow: Flow, now: Millis): void {
    this.#leave(flow)
    this.#enter(flow, { name: 'Overrun', at: now }, now)
  }

  #giveUp(flow: Flow, reason: string, now: Millis): void {
    this.#forget(flow)
    this.#port.close(flow.id)
    this.#port.lost(flow, reason, now)
  }

  #forget(flow: Flow): void {
    this.#flows.delete(flow.id)
    this.#leave(flow)
    this.#queue.disarm(flow.timer)
  }

  /** Nothing new is sent on it. */
  #leave(flow: Flow): void {
    for (const key of keysOf(flow)) {
      if (this.#there.get(key) !== flow) continue
      this.#there.delete(key)
      const other = [...this.#flows.values()].find((each) => each !== flow && keysOf(each).includes(key))
      if (other) this.#there.set(key, other)
    }
  }
}

const isOurs = ({ id }: Flow): boolean => id.startsWith('out:')
const isLiteral = (name: string): boolean => isIpv4(name) || isIpv6(name)
const keyOf = ({ transport, to, name = '' }: Place): string => `${transport}|${showAddress(to)}|${name}`
const keysOf = ({ transport, remote: to, name }: Flow): string[] =>
  name === undefined ? [keyOf({ transport, to })] : [keyOf({ transport, to, name }), keyOf({ transport, to })]

/** Whether what was meant for `wanted` at the address of a flow went by that flow. */
export const serves = ({ name }: Flow, wanted: string | undefined): boolean =>
  name === undefined || wanted === undefined || name === wanted || isLiteral(wanted)

function deadlineOf(state: FlowState): Millis {
  switch (state.name) {
    case 'Connecting':
      return state.giveUpAt
    case 'Kept':
      return state.pingAt
    case 'Pinged':
      return state.pongBy
    case 'Silent':
      return state.closeAt
    case 'Accepted':
      return FOREVER
    case 'Overrun':
      return state.at
  }
}
