// Bodies in several parts (RFC 2046 §5.1, RFC 5621): read into what they hold, written from it.
import { asciiTrim } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { type MediaType, parseMediaType } from './headers.ts'
import type { Body, HeaderField, ParseError } from './message.ts'
import { param, readParams } from './params.ts'
import { readAll, unfold } from './reader.ts'

export interface BodyPart extends Body {
  /** Beside Content-Type: Content-Disposition, Content-ID and the like. */
  readonly headers: readonly HeaderField[]
}

/** Several parts in one, or one of several ways to say the same, the best last (RFC 2046 §5.1.3, §5.1.4). */
export interface Multipart {
  /** `mixed`, `alternative`, `related` …, lower case. */
  readonly subtype: string
  readonly parts: readonly BodyPart[]
}

/** Parts of one multipart, and of each inside it. */
export const MAX_PARTS = 32
/** A part's header fields. */
const MAX_FIELDS = 32
/** RFC 2046 §5.1.1. */
const MAX_BOUNDARY = 70

export const isMultipart = (type: MediaType): boolean => type.type.startsWith('multipart/')

/** The parts of a body whose type `isMultipart`; what stands before the first and after the last is dropped. */
export function parseMultipart(type: MediaType, content: string): Result<Multipart, ParseError> {
  const fail = (what: string, at = 0) => err({ at, what, rfc: '2046 §5.1.1' })
  const boundary = param(type.params, 'boundary')
  if (boundary === undefined || boundary === '' || boundary.length > MAX_BOUNDARY)
    return fail(`no boundary of 1–${MAX_BOUNDARY} characters`)
  const parts: BodyPart[] = []
  let open: number | undefined
  for (let at = 0; at <= content.length; ) {
    const line = delimiter(content, boundary, at)
    if (line === undefined) break
    if (open !== undefined) {
      const part = parsePart(content.substring(open, Math.max(open, line.before)))
      if (!part.ok) return fail(part.error, open)
      if (parts.push(part.value) > MAX_PARTS) return fail(`more than ${MAX_PARTS} parts`, open)
    }
    if (line.last) return parts.length === 0 ? fail('no part') : ok({ subtype: type.type.slice(10), parts })
    open = at = line.after
  }
  return fail(open === undefined ? 'boundary not found' : 'the closing boundary is missing', content.length)
}

interface Delimiter {
  /** Where what it ends ends: the line break belongs to the delimiter. */
  readonly before: number
  readonly after: number
  readonly last: boolean
}

function delimiter(content: string, boundary: string, from: number): Delimiter | undefined {
  const dashes = `--${boundary}`
  for (let at = content.indexOf(dashes, from); at >= 0; at = content.indexOf(dashes, at + 1)) {
    // The delimiter right behind the one before ends a part that is empty.
    if (at > from && content[at - 1] !== '\n') continue
    const rest = /^(--)?[ \t]*(?:\r?\n|$)/.exec(content.substring(at + dashes.length, at + dashes.length + 200))
    if (rest === null) continue
    const before = content[at - 2] === '\r' ? at - 2 : at - 1
    return { before, after: at + dashes.length + rest[0].length, last: rest[1] !== undefined }
  }
  return undefined
}

function parsePart(text: string): Result<BodyPart, string> {
  const empty = /^\r?\n/.exec(text)
  const gap = empty === null ? /\r?\n\r?\n/.exec(text) : null
  const head = empty === null ? text.substring(0, gap?.index ?? text.length) : ''
  const begin = empty?.[0].length ?? (gap === null ? text.length : gap.index + gap[0].length)
  // RFC 2046 §5.1: without a type it is plain text.
  let contentType = 'text/plain'
  const headers: HeaderField[] = []
  const fields = head === '' ? [] : head.split(/\r?\n(?![ \t])/)
  if (fields.length > MAX_FIELDS) return err(`more than ${MAX_FIELDS} header fields in a part`)
  for (const field of fields) {
    const colon = field.indexOf(':')
    const name = asciiTrim(field.substring(0, colon))
    if (colon < 0 || !/^[!-9;-~]+$/.test(name)) return err('a header field of a part has no name')
    const value = asciiTrim(unfold(field.substring(colon + 1)))
    if (name.toLowerCase() === 'content-type') contentType = value
    else headers.push({ name, value })
  }
  return ok({ contentType, headers, content: text.substring(begin) })
}

/** What a part is for: `session`, `render` … in lower case, '' when it does not say, and whether it must be understood. */
export interface Disposition {
  readonly type: string
  /** undefined: not said, which means `required` (RFC 3261 §20.11). */
  readonly handling: string | undefined
}

export function parseDisposition(text: string | undefined): Disposition {
  const read = readAll(text ?? '', '3261 §20.11', (r) => {
    r.skipLws()
    const type = r.token().toLowerCase()
    const params = readParams(r)
    return params === undefined ? undefined : { type, handling: param(params, 'handling')?.toLowerCase() }
  })
  return read.ok ? read.value : { type: '', handling: undefined }
}

/** A part's header field, by its name in any case. */
export const partHeader = ({ headers }: BodyPart, name: string): string | undefined =>
  headers.find((field) => field.name.toLowerCase() === name.toLowerCase())?.value

/** `token` must be chance: a boundary nobody can put into a part. Throws on a line break in a header field: misuse. */
export function printMultipart(subtype: string, parts: readonly BodyPart[], token: string): Body {
  const boundary = `part-${token}`
  let content = ''
  for (const part of parts) {
    content += `--${boundary}\r\nContent-Type: ${part.contentType}\r\n`
    for (const { name, value } of part.headers) content += `${name}: ${value}\r\n`
    content += `\r\n${part.content}\r\n`
    if (
      /[\r\n]/.test(part.contentType) ||
      part.headers.some(({ name, value }) => /[\r\n:]/.test(name) || /[\r\n]/.test(value))
    )
      throw new RangeError('a header field of a part has a line break')
  }
  return { contentType: `multipart/${subtype};boundary=${boundary}`, content: `${content}--${boundary}--\r\n` }
}

/** The media type of a part; undefined when it is none. */
export function partType({ contentType }: Body): MediaType | undefined {
  const type = parseMediaType(contentType)
  return type.ok ? type.value : undefined
}
