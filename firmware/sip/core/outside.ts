// Requests outside dialogs, each with a Call-ID and tag of its own (RFC 3261 §8.1.1), on the way the account's others go.
import { hex } from '../../base/rng.ts'
import { route } from '../dialog/dialog.ts'
import type { HeaderField, Uri } from '../message/message.ts'
import { newTag } from '../usage/answers.ts'
import type { Way } from '../usage/contact.ts'
import type { Digest } from '../usage/digest.ts'
import { parseTarget, prepare } from '../usage/identity.ts'
import type { Requester, RequestSpec } from '../usage/requester.ts'
import type { Identity } from './contract.ts'

export interface Opening extends RequestSpec {
  readonly callId: string
  readonly localTag: string
  readonly target: Uri
  /** The same request to somebody else (§8.1.3.4), with `more` header fields. */
  towards(target: Uri, more: readonly HeaderField[]): RequestSpec
}

/** What makes them, or says why one cannot be made; with our Contact when `contact`. `of`: whom challenges are told to be of. */
export type Outside = (
  of: string,
  method: string,
  target: string,
  identity: Identity,
  headers: readonly HeaderField[],
  contact: boolean,
) => Opening | string

export function createOutside(requester: Requester, digestFor: (identity: Identity, of: string) => Digest): Outside {
  const { environment } = requester
  return (of, method, targetText, identity, headers, contact) => {
    const prepared = prepare(identity)
    if (!prepared.ok) return prepared.error
    const target = parseTarget(targetText)
    if (!target.ok) return target.error
    const callId = hex(environment.rng, 24)
    const localTag = newTag(environment)
    const digest = digestFor(identity, of)
    const to = route(target.value, []).uri
    let seq = 0
    const by = (
      { routes: through, transport, server }: Way,
      aim: Uri,
      more: readonly HeaderField[],
      otherwise: RequestSpec | undefined,
    ): RequestSpec => {
      const { uri, routes, nextHop } = route(aim, through)
      return {
        method,
        uri,
        nextHop,
        headers: [
          ...routes,
          { name: 'From', value: `${prepared.value.self};tag=${localTag}` },
          { name: 'To', value: `<${to}>` },
          { name: 'Call-ID', value: callId },
          ...headers,
          ...more,
        ],
        contact: contact ? { user: identity.contactUser, params: '' } : undefined,
        body: undefined,
        nextSeq: () => ++seq,
        transport,
        stay: { server },
        digest,
        otherwise,
      }
    }
    const own: Way = { routes: prepared.value.routes, transport: identity.transport, server: undefined }
    const towards = (aim: Uri, more: readonly HeaderField[]): RequestSpec => {
      const [first = own, ...others] = environment.bindings.get(identity.contactUser)?.ways ?? []
      const last = (next: RequestSpec | undefined, way: Way) => by(way, aim, more, next)
      return by(first, aim, more, others.reduceRight<RequestSpec | undefined>(last, undefined))
    }
    return { ...towards(target.value, []), callId, localTag, target: target.value, towards }
  }
}

/** Makes the same request anew as often as it is wanted; why it cannot be made, when it cannot. */
export function repeatable(
  make: (headers: readonly HeaderField[]) => Opening | string,
): ((headers: readonly HeaderField[]) => Opening) | string {
  const probe = make([])
  if (typeof probe === 'string') return probe
  return (headers) => {
    const made = make(headers)
    return typeof made === 'string' ? probe : made
  }
}
