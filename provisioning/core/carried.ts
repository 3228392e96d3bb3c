// What an earlier version of the phone has stored: completed with what has become part of every configuration since.
import { check } from '../schema/check.ts'
import type { Formats } from '../schema/json-schema.ts'
import { PHONE_CONFIG, type PhoneConfig } from '../schema/phone-config.ts'
import type { Stored, StoredDocument } from './stored.ts'

/** A document of a later version, with keys that are not known here, stays as it is. */
export function carriedOver(stored: Stored, formats: Formats): Stored {
  const carried = (document: StoredDocument): StoredDocument => {
    const config = check<PhoneConfig>(PHONE_CONFIG, document.config, formats)
    return config.ok ? { ...document, config: config.value } : document
  }
  const { good, candidate } = stored
  return {
    ...stored,
    good: good && carried(good),
    candidate: candidate && { ...candidate, document: carried(candidate.document) },
  }
}
