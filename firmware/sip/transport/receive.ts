// Messages coming in: parsed, requests marked with where they came from (RFC 3261 §18.2.1, RFC 3581 §4), the way back found.
import type { SocketAddress } from '../../base/address.ts'
import { isIpv4, isIpv6, sameHost, withoutBrackets } from '../../base/ip.ts'
import { answerable } from '../message/answerable.ts'
import type { MessageError, SipRequest, SipResponse, Via } from '../message/message.ts'
import { hasParam, param, withParam } from '../message/params.ts'
import { parseMessage } from '../message/parse.ts'
import { printResponse } from '../message/print.ts'
import { reasonPhrase } from '../message/status.ts'
import { parseVia, printVia } from '../message/via.ts'
import { defaultPort } from './transports.ts'

export interface Hop {
  readonly transport: string
  readonly to: SocketAddress
  readonly reliable?: true
  readonly flow?: string
  readonly name?: string
}

/** Where a message came by: `flow` over a stream. */
export interface Arrival {
  readonly transport: string
  readonly from: SocketAddress
  readonly flow?: string
}

export type Received =
  | {
      readonly kind: 'request'
      readonly request: SipRequest
      /** The Via lines a response repeats, `received` and `rport` filled in. */
      readonly vias: readonly string[]
      /** Where responses go. */
      readonly hop: Hop
      readonly from: SocketAddress
    }
  | { readonly kind: 'response'; readonly response: SipResponse; readonly transport: string }
  /** RFC 5626 §3.5.1: CRLF keep-alive and the like. */
  | { readonly kind: 'keep-alive' }
  /** Not a SIP message; `answer` is what to send back, when it can be answered at all. */
  | { readonly kind: 'bad'; readonly what: string; readonly answer: string | undefined; readonly hop: Hop }

const KEEP_ALIVE: Received = { kind: 'keep-alive' }

export function receive(arrival: Arrival, data: string): Received {
  const { from } = arrival
  if (data.length <= 4 && /^[\r\n\0 ]*$/.test(data)) return KEEP_ALIVE
  const parsed = parseMessage(data)
  if (!parsed.ok) return bad(arrival, parsed.error)
  const message = parsed.value
  const top = message.vias[0] as Via
  if (message.kind === 'response') {
    // §8.1.3.3: a response for a user agent has our Via and no other.
    if (message.vias.length > 1)
      return { kind: 'bad', what: 'response with several Via values', answer: undefined, hop: wayBack(top, arrival) }
    return { kind: 'response', response: message, transport: arrival.transport }
  }
  const lines = message.headers('Via')
  const marked = printVia(mark(top, from))
  const vias =
    lines.length === message.vias.length
      ? [marked, ...lines.slice(1)]
      : [marked, ...message.vias.slice(1).map(printVia)]
  return { kind: 'request', request: message, vias, hop: wayBack(top, arrival), from }
}

/** §18.2.1: `received` when the sent-by is not where it came from; RFC 3581 §4: both when `rport` was asked for. */
function mark(via: Via, from: SocketAddress): Via {
  const asked = hasParam(via.params, 'rport')
  if (!asked && sameHost(via.host, from.address)) return via
  const params = withParam(via.params, 'received', from.address)
  return { ...via, params: asked ? withParam(params, 'rport', String(from.port)) : params }
}

/** What cannot be read on, its Content-Length being no help: answered 400 as far as that is possible (§18.3). */
export const unframed = (arrival: Arrival, head: string, what: string): Received & { readonly kind: 'bad' } =>
  bad(arrival, { at: 0, what, rfc: '3261 §18.3', status: 400, answerable: answerable(head) })

/** §18.2.2: over a stream the same one, or when it is gone one to where the Via says. */
function wayBack(via: Via | undefined, { transport, from, flow }: Arrival): Hop {
  if (via === undefined) return { transport, to: from, ...(flow === undefined ? {} : { reliable: true, flow }) }
  if (flow === undefined) return { transport, to: sentBy(via, from) }
  return { transport, to: { address: from.address, port: portOf(via) }, reliable: true, flow, name: via.host }
}

/** §18.2.2 and RFC 3581 §4. */
function sentBy(via: Via, from: SocketAddress): SocketAddress {
  const port = portOf(via)
  const maddr = withoutBrackets(param(via.params, 'maddr') ?? '')
  if (maddr !== '' && (isIpv4(maddr) || isIpv6(maddr))) return { address: maddr, port }
  return { address: from.address, port: hasParam(via.params, 'rport') ? from.port : port }
}

const portOf = (via: Via): number => via.port ?? defaultPort(via.transport === 'TLS' ? 'TLS' : 'UDP')

function bad(arrival: Arrival, error: MessageError): Received & { readonly kind: 'bad' } {
  const { from } = arrival
  const { answerable } = error
  const first = answerable?.vias[0]
  const via = first === undefined ? undefined : parseVia(first)
  const hop = wayBack(via?.ok ? via.value : undefined, arrival)
  // §17.1.1.3: an ACK is never answered.
  if (answerable === undefined || /\bACK$/.test(answerable.cseq) || !printable(answerable))
    return { kind: 'bad', what: error.what, answer: undefined, hop }
  const vias = via?.ok ? [printVia(mark(via.value, from)), ...answerable.vias.slice(1)] : answerable.vias
  const tag = /;\s*tag\s*=/i.test(answerable.to) ? '' : ';tag=0'
  const answer = printResponse({
    status: error.status,
    reason: reasonPhrase(error.status),
    headers: [
      ...vias.map((value) => ({ name: 'Via', value })),
      { name: 'From', value: answerable.from },
      { name: 'To', value: answerable.to + tag },
      { name: 'Call-ID', value: answerable.callId },
      { name: 'CSeq', value: answerable.cseq },
    ],
    body: '',
  })
  return { kind: 'bad', what: error.what, answer, hop }
}

/** What is given back as written must not break the answer: a NUL or a bare CR is possible in a message that did not parse. */
const printable = (answerable: NonNullable<MessageError['answerable']>): boolean =>
  !/[\r\n\0]/.test([...answerable.vias, answerable.from, answerable.to, answerable.callId, answerable.cseq].join())
