// For which of several an incoming request is: by our Contact, by whom it names, or as the only one there is.
import { sameHost } from '../../base/ip.ts'
import type { SipUri, Uri } from './message.ts'
import { param } from './params.ts'
import { plainNumber, telOf } from './tel.ts'
import { isSip } from './uri.ts'

/** Somebody who can be called here. */
export interface Addressee {
  readonly aor: SipUri
  /** User part of our Contact, random. */
  readonly contactUser: string
}

/** Undefined: for nobody here. `ourAddress`: where we are reached without a registrar. */
export function addresseeOf<T extends Addressee>(
  all: readonly T[],
  { uri, to }: { readonly uri: Uri; readonly to: Uri },
  ourAddress: string,
): T | undefined {
  const uris = [uri, to].filter(isSip)
  const user = isSip(uri) ? uri.user : undefined
  const byContact = all.find((each) => each.contactUser === user)
  if (byContact !== undefined) return byContact
  const tel = telOf(uri)
  if (tel) return all.find(({ aor }) => aor.user !== undefined && plainNumber(aor.user) === tel.number)
  const ofUser = (named: SipUri) => all.filter(({ aor }) => isOfUser(named, aor.user))
  // Where it went comes before whom it was for at first: it may have been sent on.
  for (const named of uris) {
    const there = ofUser(named).find(({ aor }) => sameHost(named.host, aor.host))
    if (there !== undefined) return there
  }
  for (const named of uris) {
    const byUser = ofUser(named)
    if (byUser.length === 1) return byUser[0]
  }
  const atHost = all.filter(({ aor }) => uris.some((named) => sameHost(named.host, aor.host)))
  if (atHost.length === 1) return atHost[0]
  return all.length === 1 && toHostAlone(uri, ourAddress) ? all[0] : undefined
}

/** With `user=phone` it is a number, whatever makes that readable (RFC 3261 §19.1.6). */
function isOfUser({ user, params }: SipUri, ours: string | undefined): boolean {
  if (user === undefined || ours === undefined) return false
  if (user === ours) return true
  return param(params, 'user') === 'phone' && plainNumber(user.split(';', 1)[0]!) === plainNumber(ours)
}

/** A call to our bare address, as between two phones without a registrar; with a user part it would be for somebody. */
const toHostAlone = (uri: Uri, ourAddress: string): boolean =>
  isSip(uri) && uri.user === undefined && sameHost(uri.host, ourAddress)
