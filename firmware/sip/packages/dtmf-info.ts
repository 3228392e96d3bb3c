// Digits in INFO, as the wild sends them: application/dtmf-relay and application/dtmf.
import { parseMediaType } from '../message/headers.ts'
import type { Body } from '../message/message.ts'

export interface InfoDigit {
  readonly digit: string
  readonly durationMs: number
}

/** RFC 4733 has no default; this is what phones press. */
const DURATION_MS = 160

/** `application/dtmf-relay` (`Signal=5`, `Duration=160`) and `application/dtmf` (`5`); a flash and what else is no digit: undefined. */
export function digitIn({ contentType, content }: Body): InfoDigit | undefined {
  const type = parseMediaType(contentType)
  const text =
    {
      'application/dtmf-relay': /^[ \t]*signal[ \t]*=[ \t]*([0-9a-d*#]|1[01])[ \t]*$/im.exec(content)?.[1],
      'application/dtmf': /^\s*([0-9a-d*#]|1[01])\s*$/i.exec(content)?.[1],
    }[type.ok ? type.value.type : ''] ?? undefined
  if (text === undefined) return undefined
  // Some write the number of the event (RFC 4733 §3.2).
  const digit = text === '10' ? '*' : text === '11' ? '#' : text.toUpperCase()
  const said = /^[ \t]*duration[ \t]*=[ \t]*(\d{1,5})[ \t]*$/im.exec(content)?.[1]
  return { digit, durationMs: said === undefined ? DURATION_MS : Number(said) }
}

/** One digit as a body. */
export const digitBody = (kind: 'dtmf-relay' | 'dtmf', digit: string, durationMs: number): Body =>
  kind === 'dtmf'
    ? { contentType: 'application/dtmf', content: digit }
    : { contentType: 'application/dtmf-relay', content: `Signal=${digit}\r\nDuration=${durationMs}\r\n` }
