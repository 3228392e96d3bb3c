// CONTRACT of the SIP engine: modules an application puts between the wire and the layers (PJSIP's module management).
import type { SocketAddress } from '../../../base/address.ts'
import type {
  HeaderField,
  RequestDraft,
  ResponseDraft,
  SipMessage,
  SipRequest,
  SipResponse,
} from '../../message/message.ts'
import type { TransportId } from './names.ts'

/** PJSIP's numbers: a module below `transaction` sees everything, repeats included; one below `usage` each new request; one from there on what no session, subscription or layer took. */
export const PRIORITY = { transport: 8, transaction: 16, proxy: 32, usage: 48, application: 64 } as const

/** Where a message came from, or goes to. */
export interface Wire {
  readonly transport: TransportId
  readonly peer: SocketAddress
}

/** Nothing (undefined) passes a message on as it is. */
export type RequestVerdict =
  | undefined
  | { readonly kind: 'drop' }
  /** Answered at once, without a transaction (RFC 3261 §8.2.7); not for ACK. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly reason?: string
      readonly headers?: readonly HeaderField[]
      readonly body?: string
    }
  /** Goes on as this one: keep its Via, From, To, Call-ID and CSeq; `fields` may be given back whole, the length is set anew. */
  | { readonly kind: 'change'; readonly request: RequestDraft }

/** Of a response that came: nothing passes it on, `change` puts that one in its place. */
export type ResponseVerdict =
  | undefined
  | { readonly kind: 'drop' }
  | { readonly kind: 'change'; readonly response: ResponseDraft }

/** Of a message that goes out: nothing passes it on, `change` puts that one in its place. */
export type SendVerdict =
  | undefined
  | { readonly kind: 'drop' }
  | { readonly kind: 'change'; readonly message: RequestDraft | ResponseDraft }

/**
 * A module: called in the engine's turn, lower numbers first for what comes in, last for what goes out. It must not wait and must
 * not call the engine; a command it wants is given after the turn. What it throws is logged, and the message passes as it was.
 */
export interface SipModule {
  /** Unique among the modules of an engine. */
  readonly name: string
  /** 0–127; see `PRIORITY`. Equal ones in the order they were added. */
  readonly priority: number
  /** Each request that comes, as far as `priority` lets it see them. */
  onRequest?(request: SipRequest, wire: Wire): RequestVerdict
  /** From `transaction` on: responses no transaction waits for. */
  onResponse?(response: SipResponse, wire: Wire): ResponseVerdict
  /** Each time something goes out, repeats included. */
  onSend?(message: SipMessage, wire: Wire): SendVerdict
}
