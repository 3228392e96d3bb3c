// For which of several an incoming request is: by our Contact, by whom it names, or as the only one there is.
import { sameHost } from '../../base/ip.ts'
import type { SipUri, Uri } from './message.ts'
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
  const ofUser = (named: SipUri) => all.filter(({ aor }) => named.user !== undefined && named.user === aor.user)
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

/** A call to our bare address, as between two phones without a registrar; with a user part it would be for somebody. */
const toHostAlone = (uri: Uri, ourAddress: string): boolean =>
  isSip(uri) && uri.user === undefined && sameHost(uri.host, ourAddress)
