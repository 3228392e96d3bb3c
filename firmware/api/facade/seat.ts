// The user agent under the façade: the one file that starts it. Commands are done at once, so that what cannot be is thrown at
// the caller; events come after the turn that caused them (in a microtask), in order, so that an application may call anything.
import type { LogRecord } from '../../base/log.ts'
import type { MediaCommand, MediaEvent, PortId, PortState, StreamStats } from '../../media/contract.ts'
import { type Agent, type AgentOptions, startAgent } from '../../runtime/agent.ts'
import { createClock } from '../../runtime/clock.ts'
import { createHub } from '../../runtime/hub.ts'
import type { SipOutput } from '../../sip/core/contract.ts'
import type { CallId, CallRecord, UaCommand, UaEvent } from '../../ua/contract.ts'
import { OperationError } from './errors.ts'
import { attempt } from './observed.ts'

export interface SeatUser {
  ua(event: UaEvent): void
  media(event: MediaEvent): void
  log(record: LogRecord): void
  /** What the SIP engine told, within the same turn and before the user agent hears it: messages, to learn from. */
  sip(output: SipOutput): void
  /** The SIP socket failed for good. */
  broken(reason: string): void
}

interface Asked {
  readonly kind: UaCommand['kind']
  refusal: string | undefined
}

/** How long the media engine is waited for, ms: it answers within one tick of 10 ms. */
const ANSWER_MS = 1000

export class Seat {
  readonly agent: Agent
  readonly #user: SeatUser
  readonly #inTurn: (action: () => void) => void
  readonly #ready = Promise.withResolvers<void>()
  #waiting: (() => void)[] = []
  #asked: Asked | undefined
  #record: CallRecord | undefined
  #ref = 0
  readonly #answers = new Map<number, (answer: unknown) => void>()

  /** Throws an OperationError when the address, the port or the addon cannot be had. */
  constructor(operation: string, options: AgentOptions, user: SeatUser) {
    this.#user = user
    const hub = createHub(createClock(), (record) => this.#later(() => user.log(record)))
    this.#inTurn = hub.inlet({ name: 'façade', rank: 'hardware', capacity: 1 }, (action) => action())
    try {
      this.agent = startAgent(
        { ...options, hub },
        {
          ua: (event) => this.#hear(event),
          media: (event) => {
            if (event.kind === 'pair-ready') this.#ready.resolve()
            else if (event.kind === 'pairs-failed') this.#ready.reject(new Error(event.reason))
            if (event.kind === 'port-state') this.#answers.get(event.ref)?.(event.state)
            else this.#later(() => user.media(event))
          },
          sip: (output) => user.sip(output),
          log: (record) => this.#later(() => user.log(record)),
          broken: (code) => this.#later(() => user.broken(code)),
        },
      )
    } catch (error) {
      hub.stop()
      throw new OperationError(operation, 'system', error instanceof Error ? error.message : String(error), error)
    }
  }

  /** The first ports for media are bound: calls can be made. Rejects with an OperationError when there are none. */
  async ready(operation: string): Promise<void> {
    // The user agent orders ports with the first thing it is told; this one changes nothing.
    this.record('')
    await this.#ready.promise.catch((error: Error) => {
      throw new OperationError(operation, 'system', `no ports for media: ${error.message}`, error)
    })
  }

  /** Throws an OperationError when the user agent refuses. */
  command(operation: string, command: UaCommand): void {
    const asked: Asked = { kind: command.kind, refusal: undefined }
    this.#asked = asked
    this.#inTurn(() => this.agent.ua(command))
    this.#asked = undefined
    if (asked.refusal !== undefined) throw new OperationError(operation, 'refused', asked.refusal)
  }

  /** Throws the system's Error when a transport cannot be had. */
  change(sockets: Parameters<Agent['change']>[0]): void {
    let failure: { readonly error: unknown } | undefined
    this.#inTurn(() => {
      try {
        this.agent.change(sockets)
      } catch (error) {
        failure = { error }
      }
    })
    if (failure !== undefined) throw failure.error
  }

  media(command: MediaCommand): void {
    this.agent.media(command)
  }

  /** What is known of a call; undefined once it is over. */
  record(call: CallId): CallRecord | undefined {
    this.#record = undefined
    try {
      this.command('getInfo', { kind: 'query-record', call, ref: 0 })
    } catch {
      return undefined
    }
    return this.#record
  }

  /** Undefined: there is no stream, or it went meanwhile. */
  stats(call: CallId): Promise<StreamStats | undefined> {
    return this.#answer((ref) => this.command('getStreamStat', { kind: 'query-call', call, ref }))
  }

  /** Undefined: there is no such port, or it went meanwhile. */
  portState(port: PortId): Promise<PortState | undefined> {
    return this.#answer((ref) => this.media({ kind: 'query-port', port, ref }))
  }

  /** What the media engine answers to what `ask` asks under that number. */
  #answer<T>(ask: (ref: number) => void): Promise<T | undefined> {
    const ref = ++this.#ref
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.#answers.set(ref, resolve)
    const late = setTimeout(() => resolve(undefined), ANSWER_MS)
    try {
      ask(ref)
    } catch {
      resolve(undefined)
    }
    return promise.finally(() => {
      clearTimeout(late)
      this.#answers.delete(ref)
    }) as Promise<T | undefined>
  }

  /** Calls and registrations end, within two seconds, then everything; what that causes is told before this resolves. */
  async stop(): Promise<void> {
    await this.agent.stop()
    await Promise.resolve()
  }

  #hear(event: UaEvent): void {
    if (event.kind === 'refused' && event.command === this.#asked?.kind) this.#asked.refusal = event.reason
    else if (event.kind === 'call-record') this.#record = event.record
    else if (event.kind === 'call-stats') this.#answers.get(event.ref)?.(event.stats)
    else this.#later(() => this.#user.ua(event))
  }

  #later(action: () => void): void {
    this.#waiting.push(action)
    if (this.#waiting.length === 1) queueMicrotask(() => this.#drain())
  }

  /** Walked, not shifted; what they cause comes behind. */
  #drain(): void {
    const waiting = this.#waiting
    for (let i = 0; i < waiting.length; i++) attempt(waiting[i]!)
    this.#waiting = []
  }
}
