// Whether a document may become the phone's: its form, then its version against what the phone has seen.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { ConfigError } from '../schema/check.ts'
import { readDesired } from '../schema/desired.ts'
import type { Formats } from '../schema/json-schema.ts'
import type { Stored, StoredDocument } from './stored.ts'

export interface Refused {
  readonly version: number | undefined
  readonly reason: string
  readonly errors: readonly ConfigError[]
}

/** Undefined for an emptied topic: it asks for nothing. */
export function read(
  text: string,
  formats: Formats,
  fingerprint: (text: string) => string,
): Result<StoredDocument, Refused> | undefined {
  if (text === '') return undefined
  const desired = readDesired(text, formats)
  if (!desired.ok) return err({ ...desired.error, reason: 'the document is not valid' })
  const { canonical, ...document } = desired.value
  return ok({ ...document, fingerprint: fingerprint(canonical) })
}

export type Admission =
  /** A newer one: it shall be applied. */
  | { readonly kind: 'new' }
  /** Known already: nothing to do. */
  | { readonly kind: 'same' }
  | { readonly kind: 'refused'; readonly refused: Refused }

/**
 * The version only grows, and stands for one content. A refused document does not use its version up; one that was
 * reverted or superseded does, so that it is not tried again at every connect.
 */
export function admit(document: StoredDocument, stored: Stored): Admission {
  const seen = [stored.candidate?.document, stored.last, stored.good].filter((one) => one !== undefined)
  const highest = Math.max(0, ...seen.map((one) => one.version))
  if (document.version > highest) return { kind: 'new' }
  const equal = seen.find((one) => one.version === document.version)
  // The one in force may be published again, but not to call back a newer one that is in hand.
  const inHand = stored.candidate !== undefined && equal !== stored.candidate.document
  if (equal?.fingerprint === document.fingerprint && !inHand) return { kind: 'same' }
  const reason =
    document.version < highest
      ? 'the version is lower than one seen before'
      : 'the version was used for another content'
  const error = {
    path: '/version',
    expected: `${highest + 1} or higher`,
    got: `${document.version}`,
    hint: 'raise the version with every change',
  }
  return { kind: 'refused', refused: { version: document.version, reason, errors: [error] } }
}
