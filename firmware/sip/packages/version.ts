// Documents that come in versions, the whole once and then what has changed (RFC 4235 §4.3, 3680 §5.1, 4575 §4.4, 4662 §5.2).
import type { XmlElement } from '../../base/xml/document.ts'
import { attribute } from '../../base/xml/document.ts'
import { wholeOf } from './body.ts'

export interface Versioned {
  readonly version: number
  /** Everything, else only what has changed. */
  readonly full: boolean
}

/**
 * What to do with a document: `whole` makes all that was known void, `change` goes onto it, `stale` is older than what is known,
 * `lost` says that one before it never came: a refresh of the subscription brings the whole.
 */
export type VersionStep = 'whole' | 'change' | 'stale' | 'lost'

/** `known`: the version of what is known of this subscription; undefined: nothing yet. */
export function versionStep(known: number | undefined, { version, full }: Versioned): VersionStep {
  if (known !== undefined && version <= known) return 'stale'
  if (full) return 'whole'
  return known !== undefined && version === known + 1 ? 'change' : 'lost'
}

export const versionOf = (root: XmlElement): number | undefined => wholeOf(attribute(root, 'version'))
