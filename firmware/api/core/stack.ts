// What runs inside a started engine: hub, SIP stack and media engine, with the events of each handed to the object they concern.
import { constants } from 'node:os'
import { createMediaEngine, type MediaEngine } from '../../../native/lib/media.ts'
import type { LogRecord } from '../../base/log.ts'
import type { MediaCommand, MediaEvent, PortId, PortState, StreamStats } from '../../media/contract.ts'
import { createResolver, type Resolver } from '../../net/resolver.ts'
import { createClock } from '../../runtime/clock.ts'
import { createHub, type Hub } from '../../runtime/hub.ts'
import { createSipStack, type SipStack } from '../../runtime/sip-stack.ts'
import type { SocketSettings } from '../../runtime/sockets.ts'
import type { NetworkInput, SipCommand, SipConfig, SipEvent, SipOutput } from '../../sip/core/contract.ts'
import { Bridge } from './bridge.ts'
import { CoreError, StackError } from './errors.ts'
import { PairShelf } from './pair-shelf.ts'

/** Events that begin something nobody has a name for yet, or are the engine's to tell. */
export type Arrival = Extract<
  SipEvent,
  {
    kind:
      | 'session-incoming'
      | 'request-incoming'
      | 'refer-incoming'
      | 'subscriber-incoming'
      | 'notify-incoming'
      | 'challenged'
  }
>

/** The engine above, called within the hub's turn. */
export interface StackUser {
  arrived(event: Arrival): void
  log(record: LogRecord): void
  /** Something inside threw; `stack` as it stood. */
  fault(stack: string): void
  /** The SIP socket is of no use any more. */
  broken(reason: string): void
  sent(output: SipOutput): void
  received(input: NetworkInput): void
}

export interface StackOptions {
  readonly sip: SipConfig
  readonly sockets: SocketSettings
  readonly address: string
  readonly rtpPorts: { readonly min: number; readonly max: number }
  readonly mediaDscp: number
  readonly dns: readonly string[] | undefined
}

interface Owner {
  readonly hear: (event: SipEvent) => void
  /** Gives back what it holds with others; undefined: nothing. */
  readonly leave: (() => void) | undefined
  readonly subject: object | undefined
}

type Query = Extract<MediaCommand, { kind: 'query-stats' | 'query-port' }>

interface Question {
  readonly query: Query
  readonly resolve: (answer: StreamStats | PortState) => void
  readonly refuse: (why: string) => void
}

/** Commands of the application wait here only while the hub is at work. */
const COMMANDS = 4096

/** The parts of one engine while it runs. A command takes effect, and tells its object so, before the method returns. */
export class Stack {
  readonly pairs: PairShelf
  readonly bridge: Bridge
  /** Look-ups of names. */
  readonly names: Resolver
  readonly #hub: Hub
  readonly #sip: SipStack
  readonly #media: MediaEngine
  readonly #owners = new Map<string, Owner>()
  readonly #ports = new Map<PortId, (event: MediaEvent) => void>()
  readonly #act: (action: () => void) => void
  readonly #questions: Question[] = []
  #lastId = 0
  #lastRef = 0
  /** What became of the command that is being given. */
  #given: { readonly kind: SipCommand['kind']; readonly id: string; refusal: string | undefined } | undefined
  #left: (() => void) | undefined

  /** Throws an Error with `code` when the address or port cannot be had. */
  constructor(options: StackOptions, user: StackUser) {
    const log = (record: LogRecord) => {
      if (record.from === 'hub' && record.what === 'fault') user.fault(String(record.fields?.stack))
      user.log(record)
    }
    this.#hub = createHub(createClock(), log)
    this.names = createResolver(options.dns)
    this.#act = this.#hub.inlet<() => void>({ name: 'application', rank: 'hardware', capacity: COMMANDS }, (action) =>
      action(),
    )
    const heard = this.#hub.inlet<MediaEvent>({ name: 'media', rank: 'media', capacity: 512 }, (event) =>
      this.#heard(event),
    )
    this.#sip = createSipStack(
      this.#hub.part(),
      { sip: options.sip, sockets: options.sockets, names: this.names },
      {
        event: (event) => this.#told(event, user),
        log,
        broken: user.broken,
        sip: user.sent,
        net: user.received,
      },
    )
    this.#media = createMediaEngine((events) => events.forEach(heard))
    const { address, rtpPorts, mediaDscp } = options
    this.pairs = new PairShelf(address, rtpPorts, mediaDscp, (command) => this.media(command))
    this.bridge = new Bridge((command) => this.media(command))
  }

  /** Where we are reached. */
  get local() {
    return this.#sip.local
  }

  /** Port a transport of the first address is bound to; undefined: there is none. */
  portOf(transport: string): number | undefined {
    return this.transports.find((each) => each.transport === transport)?.local.port
  }

  /** What is bound, the first address first. */
  get transports(): SipStack['transports'] {
    return this.#sip.transports
  }

  /** Reads of the SIP engine. */
  get engine() {
    return this.#sip.engine
  }

  /** A name nothing else here has. */
  newName(kind: string): string {
    return `${kind}:${++this.#lastId}`
  }

  /** Events of that name go to `hear`; `leave` is called when the engine stops; `subject` is what `subjectOf` finds. */
  claim(id: string, hear: (event: SipEvent) => void, leave?: () => void, subject?: object): void {
    this.#owners.set(id, { hear, leave, subject })
  }

  /** The object of that name. */
  subjectOf(id: string | undefined): object | undefined {
    return id === undefined ? undefined : this.#owners.get(id)?.subject
  }

  /** Its last event came. */
  release(id: string): void {
    this.#owners.delete(id)
    if (!this.#holds()) this.#left?.()
  }

  /** Events of that port go to `hear`. */
  claimPort(port: PortId, hear: (event: MediaEvent) => void): void {
    this.#ports.set(port, hear)
  }

  /** Closes it; nobody hears of it any more. */
  closePort(port: PortId): void {
    this.#ports.delete(port)
    this.media({ kind: 'close-port', port })
    this.bridge.gone(port)
  }

  /** Counters of a stream. Rejects when there is no such stream. */
  stats(operation: string, port: PortId): Promise<StreamStats> {
    return this.#ask(operation, { kind: 'query-stats', port, ref: ++this.#lastRef }) as Promise<StreamStats>
  }

  /** Levels and place of a port. Rejects when there is no such port. */
  portState(operation: string, port: PortId): Promise<PortState> {
    return this.#ask(operation, { kind: 'query-port', port, ref: ++this.#lastRef }) as Promise<PortState>
  }

  #ask(operation: string, query: Query): Promise<StreamStats | PortState> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ query, resolve, refuse: (why) => reject(refused(operation, why)) })
      this.media(query)
    })
  }

  /** Of the questions that wait the one this event answers. */
  #asked(is: (query: Query) => boolean): Question | undefined {
    const at = this.#questions.findIndex(({ query }) => is(query))
    return at < 0 ? undefined : this.#questions.splice(at, 1)[0]
  }

  /** Has the SIP engine do it. Throws a StackError when that says it makes no sense now. */
  command(operation: string, command: SipCommand): void {
    const given = { kind: command.kind, id: command.id, refusal: undefined as string | undefined }
    this.#given = given
    this.#act(() => this.#sip.command(command))
    this.#given = undefined
    if (given.refusal !== undefined) throw new StackError('refused', operation, given.refusal, constants.errno.EPROTO)
  }

  /** Has the media engine do it; failures come as events of the port. */
  media(command: MediaCommand): void {
    this.#media.command(command)
  }

  /** Binds elsewhere, or by other settings. Throws a StackError when that cannot be had. */
  change(operation: string, settings: Partial<SocketSettings>): void {
    let failure: unknown
    this.#act(() => {
      try {
        this.#sip.change(settings)
      } catch (error) {
        failure = error
      }
    })
    if (failure !== undefined) throw systemError(operation, failure)
  }

  /** Ends what is held with others, as far as `withinMs` lets it, then everything. */
  async stop(withinMs: number): Promise<void> {
    if (this.#leave()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#left = resolve
      const late = setTimeout(resolve, withinMs)
      await promise
      clearTimeout(late)
    }
    this.#close()
    await this.#media.close()
  }

  /** The same without waiting for anybody: the process ends. */
  stopAtOnce(): void {
    this.#leave()
    this.#close()
  }

  #leave(): boolean {
    for (const { leave } of [...this.#owners.values()]) {
      try {
        leave?.()
      } catch (error) {
        // It has ended meanwhile.
        if (!(error instanceof CoreError)) throw error
      }
    }
    return this.#holds()
  }

  #holds(): boolean {
    return [...this.#owners.values()].some(({ leave }) => leave !== undefined)
  }

  #close(): void {
    this.#sip.close()
    this.names.close()
    this.#hub.stop()
  }

  #told(event: SipEvent, user: StackUser): void {
    switch (event.kind) {
      case 'session-incoming':
      case 'request-incoming':
      case 'refer-incoming':
      case 'subscriber-incoming':
      case 'notify-incoming':
      case 'challenged':
        user.arrived(event)
        return
      case 'rejected':
        if (this.#given?.kind === event.command && this.#given.id === event.id) this.#given.refusal = event.reason
        else this.#owners.get(event.id)?.hear(event)
        return
      default:
        this.#owners.get(event.id)?.hear(event)
    }
  }

  #heard(event: MediaEvent): void {
    switch (event.kind) {
      case 'pair-ready':
        this.pairs.ready(event)
        return
      case 'pairs-failed':
        this.pairs.failed(event)
        return
      case 'stats':
        this.#asked(({ ref }) => ref === event.ref)?.resolve(event.stats)
        return
      case 'port-state':
        this.#asked(({ ref }) => ref === event.ref)?.resolve(event.state)
        return
      case 'rejected': {
        const asked = this.#asked(({ kind, port }) => kind === event.command && port === event.port)
        if (asked) asked.refuse(event.reason)
        else this.#ports.get(event.port)?.(event)
        return
      }
      default:
        this.#ports.get(event.port)?.(event)
    }
  }
}

const refused = (operation: string, why: string) => new StackError('refused', operation, why, constants.errno.EPROTO)

/** What the operating system said, as an application is told. */
export function systemError(operation: string, error: unknown): CoreError {
  if (error instanceof CoreError) return error
  const { code, errno, message } = error as NodeJS.ErrnoException
  const known: Readonly<Record<string, number>> = constants.errno
  const status = Math.abs(errno ?? known[code ?? ''] ?? 0)
  return new StackError('system', operation, message ?? code ?? String(error), status, error)
}
