// Alert-Info (RFC 3261 §20.4) as those who send it mean it: where a call comes from, that it is urgent, or how it shall ring.
import { type Cadence, isCadence } from '../media/rings.ts'

export type Alert = 'internal' | 'external' | 'priority'

/** URNs of RFC 7462, first where one may stand for more. */
const URNS: readonly (readonly [start: string, alert: Alert])[] = [
  ['urn:alert:priority:high', 'priority'],
  ['urn:alert:source:internal', 'internal'],
  ['urn:alert:source:friend', 'internal'],
  ['urn:alert:source:family', 'internal'],
  ['urn:alert:source:external', 'external'],
]
/** The word in `info=` that exchanges have agreed on without a document: `alert-internal`, `alert-external`, `alert-emergency`. */
const WORDS: Readonly<Record<string, Alert>> = {
  internal: 'internal',
  'alert-internal': 'internal',
  external: 'external',
  'alert-external': 'external',
  priority: 'priority',
  'alert-emergency': 'priority',
  'alert-priority': 'priority',
}

/** `<http://127.0.0.1/Bellcore-dr2>`, `<Bellcore-dr2>`, `Bellcore-dr2`: the pattern of ringing itself (GR-506). */
const PATTERN = /\bbellcore-(dr\d)\b/

/** The value of Alert-Info; undefined: it says nothing known. Of several, the first that does. */
export function alertOf(alertInfo: string | undefined): Alert | Cadence | undefined {
  for (const value of (alertInfo ?? '').toLowerCase().split(',')) {
    const urn = URNS.find(([start]) => value.includes(`<${start}>`) || value.includes(`<${start}:`))
    const word = /(?:^|;)\s*info\s*=\s*"?([\w-]+)/.exec(value)?.[1] ?? ''
    const pattern = PATTERN.exec(value)?.[1] ?? ''
    const alert = urn?.[1] ?? (Object.hasOwn(WORDS, word) ? WORDS[word] : isCadence(pattern) ? pattern : undefined)
    if (alert !== undefined) return alert
  }
  return undefined
}
