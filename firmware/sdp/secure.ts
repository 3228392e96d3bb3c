// Which a=crypto of an offer is taken, what an answer's means, and what is refused for want of one (RFC 4568 §7).
import { err, ok, type Result } from '../base/result.ts'
import type { Secret } from '../base/secret.ts'
import { type CryptoLine, parseCrypto, printCrypto, type SrtpKey, type SrtpSuite } from './crypto.ts'
import type { Attribute, MediaDescription } from './description.ts'

/** What a side brings along. */
export interface LocalSrtp {
  /** A stream without SRTP is no stream. */
  readonly mandatory: boolean
  /** In order of preference; each suite once, with the key we send under. */
  readonly keys: readonly { readonly suite: SrtpSuite; readonly key: Secret }[]
}

/** Agreed: one suite, a key each way. */
export interface Srtp {
  readonly suite: SrtpSuite
  readonly send: SrtpKey
  readonly receive: SrtpKey
}

export const isSecureProfile = (protocol: string): boolean => protocol.startsWith('RTP/SAVP')

/** Of offers: a plain profile with keys beside it lets a peer choose (the "best effort" of many phones). */
export const profileOf = (srtp: LocalSrtp | undefined): string => (srtp?.mandatory ? 'RTP/SAVP' : 'RTP/AVP')

export const cryptoAttributes = (lines: readonly CryptoLine[]): readonly Attribute[] =>
  lines.map((line) => ({ name: 'crypto', value: printCrypto(line) }))

/** Of our offer: every suite, tagged by its place. */
export const offeredLines = (srtp: LocalSrtp | undefined): readonly CryptoLine[] =>
  (srtp?.keys ?? []).map(({ suite, key }, i) => ({ tag: i + 1, suite, key: { key, mki: '' } }))

const linesOf = (media: MediaDescription): readonly Result<CryptoLine, string>[] =>
  media.attributes.filter(({ name }) => name === 'crypto').map(({ value }) => parseCrypto(value ?? ''))

export const hasCrypto = ({ attributes }: MediaDescription): boolean => attributes.some(({ name }) => name === 'crypto')

export interface Secured {
  readonly srtp: Srtp
  /** Our line in the answer. */
  readonly line: CryptoLine
}

/** For our answer: the first of theirs that we have a key for. Undefined: both sides do without. The error says why there is no stream. */
export function secureAnswer(
  offered: MediaDescription,
  local: LocalSrtp | undefined,
): Result<Secured | undefined, string> {
  const secure = isSecureProfile(offered.protocol)
  if (local === undefined) return secure ? err('the offer wants SRTP, which is off here') : ok(undefined)
  const lines = linesOf(offered)
  for (const each of lines) {
    const own = each.ok ? local.keys.find(({ suite }) => suite === each.value.suite) : undefined
    if (!each.ok || own === undefined) continue
    const { tag, suite, key } = each.value
    // §6.1 lets each side name its own MKI; their length is what both have to know.
    const mki = key.mki === '' ? '' : `${'\0'.repeat(key.mki.length - 1)}\x01`
    const line = { tag, suite, key: { key: own.key, mki } }
    return ok({ line, srtp: { suite, send: line.key, receive: key } })
  }
  if (!secure && !local.mandatory) return ok(undefined)
  const why = lines.flatMap((each) => (each.ok ? [] : [each.error]))
  if (lines.length === 0)
    return err(`the offer has no keys for SRTP${secure ? '' : ', and nothing less is taken here'}`)
  return err(`no suite of SRTP in the offer is ours${why.length === 0 ? '' : ` (${why[0]})`}`)
}

/** What the answer to our offer says; undefined: both sides do without. */
export function evaluateSecurity(
  answered: MediaDescription,
  offered: MediaDescription,
  mandatory: boolean,
): Result<Srtp | undefined, string> {
  const [line, ...more] = linesOf(answered)
  if (line === undefined) {
    if (mandatory || isSecureProfile(offered.protocol))
      return err('the answer has no key for SRTP, and nothing less is taken here')
    return isSecureProfile(answered.protocol) ? err('the answer wants SRTP and has no key for it') : ok(undefined)
  }
  if (!line.ok) return err(`the answer's ${line.error}`)
  const { tag, suite, key } = line.value
  const ours = linesOf(offered).find((each) => each.ok && each.value.tag === tag)
  // §7.1.3: one line, with a tag and a suite of the offer.
  if (more.length > 0 || !ours?.ok || ours.value.suite !== suite)
    return err(`the answer's a=crypto:${tag} ${suite} is not what was offered`)
  return ok({ suite, send: ours.value.key, receive: key })
}
