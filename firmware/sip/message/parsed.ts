// A message that parsed: routing headers typed, every other field a place in the text, read when somebody asks.
import { CLASS, COLON, CR, HT, LF, LWS, SP } from './chars.ts'
import { headerId, UNKNOWN } from './header-names.ts'
import type { HeaderField, NameAddr, SipRequest, SipResponse, Uri, Via } from './message.ts'
import { param } from './params.ts'
import { unfold } from './reader.ts'

export interface CSeq {
  readonly number: number
  readonly method: string
}

/** What the parser read of any message. */
export interface Parts {
  readonly text: string
  /** One number per field line in order: see `packField`. */
  readonly places: readonly number[]
  readonly vias: readonly Via[]
  readonly from: NameAddr
  readonly to: NameAddr
  readonly callId: string
  readonly cseq: CSeq
  readonly body: string
}

/** A field line as one small integer: the header's number above 17 bits of where its name begins. */
export const packField = (id: number, start: number): number => (id << 17) | start
const startOf = (place: number): number => place & 0x1ffff
const idOf = (place: number): number => place >> 17

/** Offset after the value of the field that begins at `start`, its folded lines included; CR LF not. */
function fieldEnd(text: string, start: number): number {
  let lf = text.indexOf('\n', start)
  for (;;) {
    const next = lf < 0 ? LF : text.charCodeAt(lf + 1)
    if (next !== SP && next !== HT) break
    lf = text.indexOf('\n', lf + 1)
  }
  if (lf < 0) return text.length
  return text.charCodeAt(lf - 1) === CR ? lf - 1 : lf
}

function valueText(text: string, start: number): string {
  let at = text.indexOf(':', start) + 1
  let end = fieldEnd(text, start)
  while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
  while (end > at && (CLASS[text.charCodeAt(end - 1)]! & LWS) !== 0) end--
  return unfold(text.substring(at, end))
}

function nameText(text: string, start: number): string {
  let end = start
  for (let code = text.charCodeAt(end); code !== COLON && (CLASS[code]! & LWS) === 0; code = text.charCodeAt(end)) end++
  return text.substring(start, end)
}

class Parsed {
  readonly vias: readonly Via[]
  readonly from: NameAddr
  readonly to: NameAddr
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly callId: string
  readonly cseq: CSeq
  readonly body: string
  readonly #text: string
  readonly #places: readonly number[]
  #fields: readonly HeaderField[] | undefined = undefined

  constructor(parts: Parts) {
    this.vias = parts.vias
    this.from = parts.from
    this.to = parts.to
    // An empty tag is no tag: it could never name a dialog.
    this.fromTag = param(parts.from.params, 'tag') || undefined
    this.toTag = param(parts.to.params, 'tag') || undefined
    this.callId = parts.callId
    this.cseq = parts.cseq
    this.body = parts.body
    this.#text = parts.text
    this.#places = parts.places
  }

  header(name: string): string | undefined {
    const id = headerId(name)
    const wanted = id === UNKNOWN ? name.toLowerCase() : ''
    for (const place of this.#places) {
      if (idOf(place) !== id) continue
      if (id !== UNKNOWN || nameText(this.#text, startOf(place)).toLowerCase() === wanted)
        return valueText(this.#text, startOf(place))
    }
    return undefined
  }

  headers(name: string): readonly string[] {
    const id = headerId(name)
    const wanted = id === UNKNOWN ? name.toLowerCase() : ''
    const values: string[] = []
    for (const place of this.#places) {
      if (idOf(place) !== id) continue
      if (id !== UNKNOWN || nameText(this.#text, startOf(place)).toLowerCase() === wanted)
        values.push(valueText(this.#text, startOf(place)))
    }
    return values
  }

  get fields(): readonly HeaderField[] {
    if (this.#fields === undefined) {
      const text = this.#text
      this.#fields = this.#places.map((place) => {
        const start = startOf(place)
        return { name: nameText(text, start), value: valueText(text, start) }
      })
    }
    return this.#fields
  }
}

export class ParsedRequest extends Parsed implements SipRequest {
  readonly kind = 'request'
  readonly method: string
  readonly uri: Uri
  readonly uriText: string

  constructor(parts: Parts, method: string, uri: Uri, uriText: string) {
    super(parts)
    this.method = method
    this.uri = uri
    this.uriText = uriText
  }
}

export class ParsedResponse extends Parsed implements SipResponse {
  readonly kind = 'response'
  readonly status: number
  readonly reason: string

  constructor(parts: Parts, status: number, reason: string) {
    super(parts)
    this.status = status
    this.reason = reason
  }
}
