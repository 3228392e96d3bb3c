// A running endpoint's inside: the user agent, the bridge, the calls, and who waits for what of them.
import type { MediaEvent, PortId } from '../../media/contract.ts'
import type { SipMessage } from '../../sip/message/message.ts'
import type { CallId, UaCommand, UaEvent } from '../../ua/contract.ts'
import type { Account } from './account.ts'
import { Bridge } from './bridge.ts'
import type { Endpoint } from './endpoint.ts'
import type { EpSettings } from './endpoint-schema.ts'
import { Lines } from './line.ts'
import type { Seat } from './seat.ts'

type Of<K extends UaEvent['kind']> = Extract<UaEvent, { kind: K }>

/** What a request of ours is answered with. */
export type Result = Of<'request-result'>
export type SubscriptionEvent = Of<'subscription-state'> | Of<'subscription-notify'> | Of<'watched'>

/** Messages of a call, the last ones. */
export interface Heard {
  readonly messages: readonly SipMessage[]
  /** The call this INVITE is to take the place of. */
  readonly replaces: CallId | undefined
  readonly offer: string | undefined
}

/** Who hears of a port that is not a call's. */
export interface PortUser {
  opened?(detail: string): void
  /** It could not be opened, or broke. */
  failed?(reason: string): void
  ended?(): void
}

export class Switchboard {
  readonly endpoint: Endpoint
  readonly settings: EpSettings
  readonly seat: Seat
  readonly bridge: Bridge
  readonly lines: Lines
  /** By number. */
  readonly accounts = new Map<number, Account>()
  readonly ports = new Map<PortId, PortUser>()
  readonly subscriptions = new Map<string, (event: SubscriptionEvent) => void>()
  /** What the messages of calls said, until the events they caused are told. */
  readonly heard = new Map<CallId, Heard>()
  defaultAccount: Account | undefined
  readonly #requests = new Map<string, (result: Result) => void>()
  /** Digits on their way, by port. */
  readonly #sending = new Map<PortId, () => void>()
  #named = 0

  constructor(endpoint: Endpoint, settings: EpSettings, seat: Seat) {
    this.endpoint = endpoint
    this.settings = settings
    this.seat = seat
    this.bridge = new Bridge((command) => seat.media(command))
    this.lines = new Lines(settings.uaConfig.maxCalls)
  }

  newName(kind: string): string {
    return `${kind}:${++this.#named}`
  }

  accountNamed(name: string): Account | undefined {
    return [...this.accounts.values()].find((account) => account.name === name)
  }

  /** Sends a request; `heard` gets every response, the final one last. Throws an OperationError when it cannot be sent. */
  request(
    operation: string,
    { request, ...rest }: Omit<Extract<UaCommand, { kind: 'send-request' }>, 'kind' | 'request'> & { request?: string },
    heard: (result: Result) => void,
  ): void {
    const name = request ?? this.newName('request')
    this.#requests.set(name, heard)
    try {
      this.seat.command(operation, { kind: 'send-request', request: name, ...rest })
    } catch (error) {
      this.#requests.delete(name)
      throw error
    }
  }

  result(event: Result): void {
    const heard = this.#requests.get(event.request)
    if (event.status >= 200) this.#requests.delete(event.request)
    heard?.(event)
  }

  /** Resolves when the digits given to that port are sent, or it is gone. */
  digitsSent(port: PortId): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#sending.set(port, resolve)
    return promise
  }

  portGone(port: PortId): void {
    this.#sending.get(port)?.()
    this.#sending.delete(port)
    this.bridge.forget(port)
  }

  media(event: MediaEvent) {
    switch (event.kind) {
      case 'port-opened':
        return this.ports.get(event.port)?.opened?.(event.detail)
      case 'port-failed':
      case 'port-lost':
        return this.ports.get(event.port)?.failed?.(event.reason)
      case 'port-ended':
        return this.ports.get(event.port)?.ended?.()
      case 'dtmf-sent':
        this.#sending.get(event.port)?.()
        this.#sending.delete(event.port)
        return
      case 'rejected':
        // That of a call's stream is the user agent's to tell.
        if (event.port !== '') this.ports.get(event.port)?.failed?.(event.reason)
        return
      case 'pair-ready':
      case 'pairs-failed':
      case 'stream-receiving':
      case 'stream-silent':
      case 'dtmf':
      case 'stats':
        return
    }
  }
}
