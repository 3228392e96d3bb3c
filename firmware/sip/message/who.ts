// Who somebody is on the word of others, and after whom a call comes: P-Asserted-Identity, P-Preferred-Identity (RFC 3325),
// Privacy (RFC 3323), Remote-Party-ID, Diversion (RFC 5806), History-Info (RFC 7044). What is malformed is left out.
import type { NameAddr, SipMessage } from './message.ts'
import { parseNameAddrList } from './name-addr.ts'
import { param } from './params.ts'
import { isSip } from './uri.ts'

/** RFC 3325 §9.1: a SIP URI, a telephone number, or both. */
export const assertedIdentities = (m: SipMessage): readonly NameAddr[] => named(m, 'P-Asserted-Identity')

/** Values of Privacy in lower case, e.g. `id`, `user`, `none`. */
export const privacy = (m: SipMessage): readonly string[] =>
  m.headers('Privacy').flatMap((line) => line.split(/[;,]/).map((value) => value.trim().toLowerCase()))

/** The values of `name` of who sent `m`, unless they are to be withheld (draft-ietf-sip-privacy-04 §5). */
export const remoteParties = (m: SipMessage): readonly NameAddr[] =>
  named(m, 'Remote-Party-ID').filter(({ params }) => {
    const party = param(params, 'party')?.toLowerCase()
    const withheld = param(params, 'privacy')?.toLowerCase() ?? 'off'
    return withheld === 'off' && (party ?? PARTY[m.kind]) === PARTY[m.kind]
  })
const PARTY = { request: 'calling', response: 'called' } as const

/** One whom the call was meant for before it came here. */
export interface Diverted {
  readonly from: NameAddr
  /** As RFC 5806 §5 has them: `unconditional`, `user-busy`, `no-answer` …; '' when it is not said. */
  readonly reason: string
}

/** Who sent the call on to us, the last first: of Diversion, else of History-Info. Those who want to stay unnamed are left out. */
export function diversions(m: SipMessage): readonly Diverted[] {
  const said = named(m, 'Diversion')
  if (said.length === 0) return ofHistory(m)
  return said
    .filter(({ params }) => (param(params, 'privacy')?.toLowerCase() ?? 'off') === 'off')
    .map((from) => ({ from, reason: param(from.params, 'reason')?.toLowerCase() ?? '' }))
}

/** RFC 4458 §2 and what SIP itself says, in the words of RFC 5806. */
const REASONS: Readonly<Record<string, string>> = {
  302: 'unconditional',
  404: 'unknown',
  408: 'no-answer',
  480: 'deflection',
  486: 'user-busy',
  487: 'deflection',
  503: 'unavailable',
}

/**
 * RFC 7044 §10.3: an entry with `mp` is another user than the entry it names, so that one was left; why is said by `cause` of
 * the new URI (RFC 4458), else by Reason in the one that was left. Entries of RFC 4244 have no `mp`: there the Reason tells.
 */
function ofHistory(m: SipMessage): readonly Diverted[] {
  const entries = named(m, 'History-Info')
  const left = new Map<NameAddr, string>()
  for (const { uri, params } of entries) {
    const of = param(params, 'mp')
    const entry = of === undefined ? undefined : entries.find((each) => param(each.params, 'index') === of)
    if (entry === undefined) continue
    const cause = isSip(uri) ? param(uri.params, 'cause') : undefined
    left.set(entry, REASONS[cause ?? causeOf(entry) ?? ''] ?? '')
  }
  if (left.size === 0)
    for (const entry of entries.slice(0, -1)) {
      const cause = causeOf(entry)
      if (cause !== undefined) left.set(entry, REASONS[cause] ?? '')
    }
  return entries
    .filter((entry) => left.has(entry) && headerIn(entry, 'privacy') === undefined)
    .map((from) => ({ from, reason: left.get(from) ?? '' }))
    .reverse()
}

function headerIn({ uri }: NameAddr, name: string): string | undefined {
  return isSip(uri) ? uri.headers.find((header) => header.name.toLowerCase() === name)?.value : undefined
}

const causeOf = (entry: NameAddr): string | undefined =>
  /^\s*SIP\s*;.*cause\s*=\s*(\d{3})/i.exec(headerIn(entry, 'reason') ?? '')?.[1]

const named = (m: SipMessage, name: string): readonly NameAddr[] =>
  m.headers(name).flatMap((line) => {
    const list = parseNameAddrList(line)
    return list.ok ? list.value : []
  })
