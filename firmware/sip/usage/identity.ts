// An identity made ready for requests: From, To and the pre-loaded route set (RFC 3261 §8.1.1).
import { err, ok, type Result } from '../../base/result.ts'
import type { Identity } from '../core/contract.ts'
import type { NameAddr, Uri } from '../message/message.ts'
import { printNameAddr } from '../message/name-addr.ts'
import { withParam } from '../message/params.ts'
import { isSip, parseUri } from '../message/uri.ts'

export interface Prepared {
  /** From (and To of a REGISTER) without a tag. */
  readonly self: string
  readonly routes: readonly NameAddr[]
}

export function prepare(identity: Identity): Result<Prepared, string> {
  const aor = parseUri(identity.aor)
  if (!aor.ok) return err('the address of record is no URI')
  const routes = asRoutes(identity.routes)
  if (!routes.ok) return routes
  return ok({
    self: printNameAddr({ display: identity.displayName, uri: aor.value, params: [] }),
    routes: routes.value,
  })
}

/** Proxies as a pre-loaded route set: with `lr`, as all of them are loose routers today. */
export function asRoutes(texts: readonly string[]): Result<readonly NameAddr[], string> {
  const routes: NameAddr[] = []
  for (const text of texts) {
    const uri = parseUri(text)
    if (!uri.ok || !isSip(uri.value)) return err('a route is no SIP URI')
    routes.push({
      display: '',
      uri: { ...uri.value, params: withParam(uri.value.params, 'lr', undefined) },
      params: [],
    })
  }
  return ok(routes)
}

export function parseTarget(text: string): Result<Uri, string> {
  const uri = parseUri(text)
  return uri.ok ? uri : err('the target is no URI')
}
