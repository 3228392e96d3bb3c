// Dialogs: RFC 3261 §12. What both ends agreed on by the exchange that made it, and requests inside it.
import { err, ok, type Result } from '../../base/result.ts'
import type { Server } from '../locate/server.ts'
import { contacts, recordRoutes } from '../message/headers.ts'
import type { HeaderField, NameAddr, SipMessage, SipRequest, SipResponse, Uri } from '../message/message.ts'
import { printNameAddr } from '../message/name-addr.ts'
import { hasParam } from '../message/params.ts'
import { isSip, printUri } from '../message/uri.ts'

export interface Dialog {
  readonly callId: string
  readonly localTag: string
  /** '' for a peer of RFC 2543 that gave none. */
  readonly remoteTag: string
  /** From of our requests, tag included. */
  readonly local: string
  /** To of our requests, tag included; another one once the peer has another name (RFC 4916 §4.4). */
  remote: string
  /** CSeq number of our last request. */
  localSeq: number
  /** CSeq number of their last request; undefined before the first. */
  remoteSeq: number | undefined
  remoteTarget: Uri
  readonly routes: readonly NameAddr[]
  /** The local transport it came by; requests leave by it as long as it suits. */
  readonly transport: string
  /** The server its requests went to last: they stay there while it works. */
  server: Server | undefined
  /** Made by a request to a sips: URI (§12.1): its requests go over TLS, whatever the peer's Contact says. */
  readonly secure: boolean
}

/** §12.1.1: by an INVITE we answer. `localSeq` is where our own numbering begins. */
export function uasDialog(
  request: SipRequest,
  localTag: string,
  localSeq: number,
  transport: string,
): Result<Dialog, string> {
  const target = contactOf(request) ?? (isOldPeer(request) ? request.from.uri : undefined)
  if (target === undefined) return err('no usable Contact')
  const routes = recordRoutes(request)
  if (!routes.ok) return err('malformed Record-Route')
  return ok({
    callId: request.callId,
    localTag,
    remoteTag: request.fromTag ?? '',
    local: `${request.header('To')};tag=${localTag}`,
    remote: request.header('From') ?? '',
    localSeq,
    remoteSeq: request.cseq.number,
    remoteTarget: target,
    routes: routes.value,
    transport,
    server: undefined,
    secure: request.uri.scheme === 'sips',
  })
}

/** §12.1.1: whether our Contact in a response to this has to be sips. */
export function wantsSips(request: SipRequest): boolean {
  const routes = recordRoutes(request)
  const first = (routes.ok ? routes.value[0]?.uri : undefined) ?? contactOf(request)
  return request.uri.scheme === 'sips' || first?.scheme === 'sips'
}

/** §12.1.2: by a response to our INVITE. A peer that forgot its Contact is reached at `fallback`, the URI called. */
export function uacDialog(response: SipResponse, fallback: Uri, transport: string): Dialog {
  const routes = recordRoutes(response)
  return {
    callId: response.callId,
    localTag: response.fromTag ?? '',
    remoteTag: response.toTag ?? '',
    local: response.header('From') ?? '',
    remote: response.header('To') ?? '',
    localSeq: response.cseq.number,
    remoteSeq: undefined,
    remoteTarget: contactOf(response) ?? fallback,
    routes: routes.ok ? [...routes.value].reverse() : [],
    transport,
    server: undefined,
    secure: fallback.scheme === 'sips',
  }
}

/** §12.2.2: false when the request is older than one seen before (to be answered 500); else its number is kept. */
export function acceptSeq(dialog: Dialog, request: SipRequest): boolean {
  const { number } = request.cseq
  if (dialog.remoteSeq !== undefined && number < dialog.remoteSeq) return false
  dialog.remoteSeq = number
  return true
}

/** §12.2.1.2, §12.2.2: the peer has moved, and may be another one (RFC 4916 §4.4.2). */
export function refreshTarget(dialog: Dialog, message: SipMessage): void {
  dialog.remoteTarget = contactOf(message) ?? dialog.remoteTarget
  if (message.kind === 'request') dialog.remote = message.header('From') ?? dialog.remote
}

/** Request-URI, Route and the URI of the next hop: §12.2.1.1, also with a strict router in front. */
export interface Routing {
  readonly uri: string
  readonly routes: readonly HeaderField[]
  readonly nextHop: Uri
}

export function route(target: Uri, routes: readonly NameAddr[]): Routing {
  const [first, ...rest] = routes
  if (first === undefined) return { uri: printUri(bare(target)), routes: [], nextHop: target }
  const loose = isSip(first.uri) && hasParam(first.uri.params, 'lr')
  if (loose) return { uri: printUri(bare(target)), routes: routes.map(routeField), nextHop: first.uri }
  const last: NameAddr = { display: '', uri: target, params: [] }
  return { uri: printUri(bare(first.uri)), routes: [...rest, last].map(routeField), nextHop: first.uri }
}

/** Route, From, To and Call-ID of a request inside the dialog. */
export const dialogFields = (dialog: Dialog, routing: Routing): HeaderField[] => [
  ...routing.routes,
  { name: 'From', value: dialog.local },
  { name: 'To', value: dialog.remote },
  { name: 'Call-ID', value: dialog.callId },
]

/** RFC 2543 §6.13 had Contact optional in INVITE: such a peer is reached where it comes from. */
const isOldPeer = (request: SipRequest): boolean =>
  request.header('Contact') === undefined && !request.vias[0]?.branch?.startsWith('z9hG4bK')

const routeField = (value: NameAddr): HeaderField => ({ name: 'Route', value: printNameAddr(value) })

/** §19.1.1: no headers in a Request-URI. */
const bare = (uri: Uri): Uri => (isSip(uri) && uri.headers.length > 0 ? { ...uri, headers: [] } : uri)

function contactOf(message: SipMessage): Uri | undefined {
  const list = contacts(message)
  return list.ok && list.value !== '*' ? list.value[0]?.uri : undefined
}
