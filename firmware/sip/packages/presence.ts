// The presence of somebody, whatever it was written in: the event package `presence` (RFC 3856), its types by Accept.
import { err, type Result } from '../../base/result.ts'
import { parseMediaType } from '../message/headers.ts'
import type { Body } from '../message/message.ts'
import type { BodyError } from './body.ts'
import { PIDF, parsePidf, printPidf } from './pidf.ts'
import { parseXpidf, printXpidf, XPIDF } from './xpidf.ts'

export type Basic = 'open' | 'closed'

/** One way to reach somebody (RFC 3863 §4.1.2). */
export interface Tuple {
  readonly id: string
  /** undefined: it does not say. */
  readonly basic: Basic | undefined
  readonly contact: string | undefined
  /** 0 to 1, the highest first. */
  readonly priority: number | undefined
  readonly notes: readonly string[]
}

export interface Presence {
  /** Whose: `sip:` or `pres:`. */
  readonly entity: string
  readonly tuples: readonly Tuple[]
  /** What the person does, words of RFC 4480 §3.2: `on-the-phone`, `away`, `meeting` … */
  readonly activities: readonly string[]
  readonly notes: readonly string[]
}

/** What a person who looks at it wants to know; `unknown` is never to be shown as either. */
export interface PresenceSummary {
  readonly basic: Basic | 'unknown'
  readonly activities: readonly string[]
  /** The first of them. */
  readonly note: string | undefined
}

export function summaryOf({ tuples, activities, notes }: Presence): PresenceSummary {
  const all = tuples.map(({ basic }) => basic)
  return {
    basic: all.includes('open') ? 'open' : all.includes('closed') ? 'closed' : 'unknown',
    activities,
    note: notes[0] ?? tuples.flatMap((tuple) => tuple.notes)[0],
  }
}

/** The best first. */
export const PRESENCE_TYPES = [PIDF, XPIDF] as const

export function parsePresence({ contentType, content }: Body): Result<Presence, BodyError> {
  const type = parseMediaType(contentType)
  switch (type.ok ? type.value.type : '') {
    case PIDF:
      return parsePidf(content)
    case XPIDF:
      return parseXpidf(content)
  }
  return err({ line: 1, what: `presence in ${contentType}, expected ${PRESENCE_TYPES.join(' or ')}` })
}

/** `type` one of `PRESENCE_TYPES`. */
export const printPresence = (type: string, presence: Presence): Body => ({
  contentType: type,
  content: type === XPIDF ? printXpidf(presence) : printPidf(presence),
})
