// The lab's registrar and stateless proxy: RFC 3261 §10.3 and §16.11, over UDP, one domain, digest for its own users.
import { type SocketAddress, showAddress } from '../base/address.ts'
import type { Machine } from '../base/machine.ts'
import type { Millis } from '../base/time.ts'
import type { HeaderField, SipRequest, SipResponse } from '../sip/message/message.ts'
import { parseNameAddrList, printNameAddr } from '../sip/message/name-addr.ts'
import { param } from '../sip/message/params.ts'
import { parseMessage } from '../sip/message/parse.ts'
import { printRequest, printResponse } from '../sip/message/print.ts'
import { reasonPhrase } from '../sip/message/status.ts'
import { isSip, parseUri, printUri } from '../sip/message/uri.ts'
import { printVia } from '../sip/message/via.ts'
import { createBindings } from './bindings.ts'

export interface RegistrarInput {
  readonly from: SocketAddress
  readonly data: string
}
export interface RegistrarOutput {
  readonly to: SocketAddress
  readonly data: string
}

/** Whose credentials a request carries: `user`, or the challenge to answer with. */
export type Authenticate = (
  request: SipRequest,
  by: 'registrar' | 'proxy',
  now: Millis,
) => { readonly user: string } | { readonly challenge: readonly HeaderField[] }

export interface RegistrarConfig {
  /** Where it is reached; also its domain. */
  readonly local: SocketAddress
  readonly users: readonly string[]
  readonly authenticate: Authenticate
  /** Expiry granted, seconds: at least (else 423) and at most. */
  readonly expires: { readonly least: number; readonly most: number }
}

type Answer = (status: number, headers?: readonly HeaderField[]) => RegistrarOutput[]

/** Tags of our own answers; a stateless element knows by them which ACKs end here. */
const TAG = 'lab-'

export function createRegistrar(config: RegistrarConfig): Machine<RegistrarInput, RegistrarOutput> {
  const bindings = createBindings()
  const { local } = config
  const ours = (host: string, port: number | undefined) => host === local.address && (port ?? 5060) === local.port

  const recordRoute = { name: 'Record-Route', value: `<sip:${showAddress(local)};lr>` }

  function onRequest(request: SipRequest, from: SocketAddress, now: Millis): RegistrarOutput[] {
    const answer: Answer = (status, headers = []) =>
      request.method === 'ACK' ? [] : [{ to: from, data: response(request, from, status, headers) }]
    if (request.method === 'ACK' && request.toTag?.startsWith(TAG)) return []
    if (maxForwards(request) === 0) return answer(483)
    if (!isSip(request.uri)) return answer(416)
    if (!ours(request.uri.host, request.uri.port)) return forward(request, request.uriText, from, answer)
    const { user } = request.uri
    if (user === undefined) return request.method === 'REGISTER' ? register(request, now, answer) : answer(200)
    if (!config.users.includes(user)) return answer(404)
    // A call that begins needs credentials; what belongs to it (ACK, CANCEL) cannot be challenged (§22.1).
    if (request.method !== 'ACK' && request.method !== 'CANCEL' && request.toTag === undefined) {
      const who = config.authenticate(request, 'proxy', now)
      if ('challenge' in who) return answer(407, who.challenge)
    }
    const contact = bindings.of(user, now)[0]
    if (contact === undefined) return answer(480)
    return forward(request, contact.uri, from, answer)
  }

  function register(request: SipRequest, now: Millis, answer: Answer): RegistrarOutput[] {
    const who = config.authenticate(request, 'registrar', now)
    if ('challenge' in who) return answer(401, who.challenge)
    const aor = request.to.uri
    if (!isSip(aor) || aor.user !== who.user) return answer(403)
    const user = who.user
    const asked = Number(request.header('Expires') ?? config.expires.most)
    const lines = request.headers('Contact')
    if (lines.length === 1 && lines[0]!.trim() === '*') {
      if (asked !== 0) return answer(400)
      bindings.clear(user)
    } else {
      const contacts = lines.map(parseNameAddrList)
      if (contacts.some((each) => !each.ok)) return answer(400)
      const wanted = contacts
        .flatMap((each) => (each.ok ? each.value : []))
        .map(({ uri, params }) => ({ uri: printUri(uri), seconds: Number(param(params, 'expires') ?? asked) }))
      const { least, most } = config.expires
      if (wanted.some(({ seconds }) => seconds > 0 && seconds < least)) {
        return answer(423, [{ name: 'Min-Expires', value: `${least}` }])
      }
      for (const { uri, seconds } of wanted) {
        const { callId, cseq } = request
        if (!bindings.set(user, uri, Math.min(seconds, most), callId, cseq.number, now)) return answer(400)
      }
    }
    return answer(
      200,
      bindings.of(user, now).map(({ uri, until }) => ({
        name: 'Contact',
        value: `<${uri}>;expires=${Math.ceil((until - now) / 1000)}`,
      })),
    )
  }

  function forward(request: SipRequest, target: string, from: SocketAddress, answer: Answer): RegistrarOutput[] {
    const routes = request.headers('Route').flatMap((line) => {
      const list = parseNameAddrList(line)
      return list.ok ? list.value : []
    })
    const first = routes[0]?.uri
    const rest = first !== undefined && isSip(first) && ours(first.host, first.port) ? routes.slice(1) : routes
    const next = rest[0]?.uri ?? unwrap(target)
    if (next === undefined || !isSip(next)) return answer(416)
    const own = printVia({
      transport: 'UDP',
      host: local.address,
      port: local.port,
      params: [
        { name: 'branch', value: branchOf(request) },
        { name: 'rport', value: undefined },
      ],
      branch: undefined,
    })
    const headers: HeaderField[] = [
      ...[own, ...received(request, from)].map((value) => ({ name: 'Via', value })),
      ...rest.map((route) => ({ name: 'Route', value: printNameAddr(route) })),
      // §16.6.4: it stays in the way of the calls it lets begin, as PBXs do; some peers answer only to whom they heard first.
      ...(request.method === 'INVITE' && request.toTag === undefined ? [recordRoute] : []),
      { name: 'Max-Forwards', value: `${(maxForwards(request) ?? 71) - 1}` },
      ...request.fields.filter(({ name }) => !REWRITTEN.has(name.toLowerCase())),
    ]
    const data = printRequest({ method: request.method, uri: target, headers, body: request.body })
    return [{ to: { address: next.host, port: next.port ?? 5060 }, data }]
  }

  /** §16.11: the top Via is ours or it is not for us; it goes off and the next one says where to. */
  function onResponse(message: SipResponse): RegistrarOutput[] {
    const [top, next] = message.vias
    if (top === undefined || next === undefined || !ours(top.host, top.port)) return []
    const to = {
      address: param(next.params, 'received') ?? next.host,
      port: Number(param(next.params, 'rport') ?? next.port ?? 5060),
    }
    const headers = [
      ...message.vias.slice(1).map((via) => ({ name: 'Via', value: printVia(via) })),
      ...message.fields.filter(({ name }) => !['via', 'v', 'content-length', 'l'].includes(name.toLowerCase())),
    ]
    return [
      { to, data: printResponse({ status: message.status, reason: message.reason, headers, body: message.body }) },
    ]
  }

  return {
    handle({ from, data }, now, out) {
      const parsed = parseMessage(data)
      if (!parsed.ok) return
      const message = parsed.value
      out.push(...(message.kind === 'request' ? onRequest(message, from, now) : onResponse(message)))
    },
    wake: (now) => bindings.expire(now),
    deadline: () => bindings.deadline(),
  }
}

const REWRITTEN: ReadonlySet<string> = new Set([
  ...['via', 'v', 'route', 'max-forwards', 'content-length', 'l', 'proxy-authorization'],
])

const unwrap = (uri: string) => {
  const parsed = parseUri(uri)
  return parsed.ok ? parsed.value : undefined
}

function maxForwards(request: SipRequest): number | undefined {
  const text = request.header('Max-Forwards')
  return text === undefined ? undefined : Number(text)
}

/** §18.2.1 and RFC 3581: the sender's Via with where it really came from. */
const received = (request: SipRequest, from: SocketAddress): string[] =>
  request.vias.map((via, index) => {
    if (index > 0) return printVia(via)
    const params = via.params.filter(({ name }) => name !== 'received' && name !== 'rport')
    const seen = [
      { name: 'received', value: from.address },
      { name: 'rport', value: `${from.port}` },
    ]
    return printVia({ ...via, params: [...params, ...seen] })
  })

/** §16.11: the same for a request, its retransmissions, its CANCEL and the ACK of its refusal: a hash of their common branch. */
function branchOf(request: SipRequest): string {
  let hash = 0x811c9dc5
  const text = `${request.vias[0]!.branch}|${request.callId}|${request.cseq.number}`
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `z9hG4bK-lab-${(hash >>> 0).toString(16)}-${request.vias.length}`
}

function response(request: SipRequest, from: SocketAddress, status: number, headers: readonly HeaderField[]): string {
  const copied = (name: string) => ({ name, value: request.header(name) ?? '' })
  const to = copied('To')
  const tagged =
    request.toTag === undefined ? { name: 'To', value: `${to.value};tag=${TAG}${branchOf(request).slice(12)}` } : to
  return printResponse({
    status,
    reason: reasonPhrase(status),
    headers: [
      ...received(request, from).map((value) => ({ name: 'Via', value })),
      ...[copied('From'), tagged, copied('Call-ID'), copied('CSeq')],
      ...headers,
    ],
    body: '',
  })
}
