// What the phone remembers of its configurations: records appended one by one, and the state they add up to.
//
// Each record is written whole or not at all, so whatever moment the power goes, the records that stand add up to the
// state before the step or after it; the last good configuration is replaced by no other record than `promote`.
import type { Apply } from '../schema/desired.ts'
import type { Settings } from './plan.ts'

/** A configuration as stored, secrets included. */
export interface StoredDocument extends Settings {
  readonly version: number
  readonly apply: Apply
  /** Of configuration and secrets as the operator wrote them. */
  readonly fingerprint: string
}

export type Outcome = 'applied' | 'reverted' | 'superseded'

export type StoreRecord =
  /** Stands beside the good one until promoted or reverted; replaces an earlier candidate. */
  | { readonly kind: 'candidate'; readonly document: StoredDocument }
  /** The candidate is about to be tried; written once in the life of a process. */
  | { readonly kind: 'attempt'; readonly version: number }
  /** The candidate is the good one from now on. */
  | { readonly kind: 'promote'; readonly version: number }
  | { readonly kind: 'revert'; readonly version: number; readonly reason: string }
  /** The boot volume says something new: its document is the good one from now on. */
  | { readonly kind: 'local'; readonly document: StoredDocument }
  /** Everything so far in one record, written when the records are compacted. */
  | { readonly kind: 'state'; readonly state: Stored }

export interface Stored {
  readonly good: StoredDocument | undefined
  readonly candidate: { readonly document: StoredDocument; readonly attempts: number } | undefined
  /** The last document that was decided on. */
  readonly last: Decided | undefined
  /** Fingerprint of the boot volume's document that was taken over last. */
  readonly local: string | undefined
}
export interface Decided {
  readonly version: number
  readonly fingerprint: string
  readonly outcome: Outcome
  readonly reason: string
}

export const NOTHING_STORED: Stored = { good: undefined, candidate: undefined, last: undefined, local: undefined }

/** A record that does not fit what came before it (its candidate was lost) changes nothing. */
export function remember(stored: Stored, record: StoreRecord): Stored {
  const candidate = stored.candidate
  switch (record.kind) {
    case 'candidate':
      return { ...stored, candidate: { document: record.document, attempts: 0 } }
    case 'attempt':
      if (candidate?.document.version !== record.version) return stored
      return { ...stored, candidate: { ...candidate, attempts: candidate.attempts + 1 } }
    case 'promote':
      if (candidate?.document.version !== record.version) return stored
      return {
        ...{ good: candidate.document, candidate: undefined, local: stored.local },
        last: decided(candidate.document, 'applied', ''),
      }
    case 'revert':
      if (candidate?.document.version !== record.version) return stored
      return { ...stored, candidate: undefined, last: decided(candidate.document, 'reverted', record.reason) }
    case 'local': {
      const { document } = record
      const last = candidate === undefined ? stored.last : decided(candidate.document, 'superseded', LOCAL_CAME)
      return { good: document, candidate: undefined, last, local: document.fingerprint }
    }
    case 'state':
      return record.state
  }
}

const LOCAL_CAME = 'the setup file of the boot volume changed'

const decided = ({ version, fingerprint }: StoredDocument, outcome: Outcome, reason: string): Decided => ({
  version,
  fingerprint,
  outcome,
  reason,
})
