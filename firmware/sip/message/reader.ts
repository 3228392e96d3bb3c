// A position in a text being parsed, with the readers every grammar rule shares (RFC 3261 §25.1). A reader that fails
// returns undefined and leaves the first problem in `problem`, so the hot path allocates nothing but results.
import { err, ok, type Result } from '../../base/result.ts'
import { BACKSLASH, CLASS, CLOSE_PAREN, CR, DIGIT, LF, LWS, OPEN_PAREN, QUOTE, TOKEN, ZERO } from './chars.ts'
import { LIMITS } from './limits.ts'
import type { ParseError } from './message.ts'

export class Reader {
  readonly text: string
  at: number
  end: number
  problem: ParseError | undefined = undefined
  /** What a request with this problem is answered with (§21.4.1, §21.4.12, §21.5.6). */
  status: 400 | 414 | 505 = 400

  constructor(text: string, at: number, end: number) {
    this.text = text
    this.at = at
    this.end = end
  }

  fail(what: string, rfc: string, at: number = this.at): undefined {
    if (this.problem === undefined) this.problem = { at, what, rfc }
    return undefined
  }

  /** The character code here, or -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.text.charCodeAt(this.at) : -1
  }

  skipLws(): void {
    const { text, end } = this
    let at = this.at
    while (at < end && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
    this.at = at
  }

  /** Skips white space, then `code` and the white space after it, if it is there. */
  take(code: number): boolean {
    this.skipLws()
    if (this.peek() !== code) return false
    this.at++
    this.skipLws()
    return true
  }

  /** 1*token characters, '' when there are none. */
  token(): string {
    const { text, end } = this
    const start = this.at
    let at = start
    while (at < end && (CLASS[text.charCodeAt(at)]! & TOKEN) !== 0) at++
    this.at = at
    return text.substring(start, at)
  }

  /** 1*DIGIT not above `max`. */
  number(max: number, what: string, rfc: string): number | undefined {
    const { text, end } = this
    const start = this.at
    let at = start
    let value = 0
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if ((CLASS[code]! & DIGIT) === 0) break
      value = value * 10 + code - ZERO
      if (value > max) return this.fail(`${what} is too large`, rfc, start)
    }
    if (at === start) return this.fail(`${what} is not a number`, rfc, start)
    this.at = at
    return value
  }

  /** quoted-string, unquoted and unescaped; folding inside reads as one space. The reader stands on the first `"`. */
  quoted(): string | undefined {
    const { text, end } = this
    const open = this.at
    let paired = false
    let folded = false
    for (let at = open + 1; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        let value = text.substring(open + 1, at)
        if (folded) value = unfold(value)
        return paired ? unpair(value) : value
      }
      if (code === BACKSLASH) {
        const next = ++at < end ? text.charCodeAt(at) : CR
        if (next === CR || next === LF) return this.fail('backslash before a line end', '3261 §25.1', at - 1)
        paired = true
      } else if (code === CR || code === LF) folded = true
      else if (code === 0) return this.fail('NUL in a quoted string', '3261 §25.1', at)
    }
    return this.fail('quoted string without its end', '3261 §25.1', open)
  }

  /** Skips a `(comment)`, nested ones too, if one is here. False when it has no end. */
  skipComment(): boolean {
    if (this.peek() !== OPEN_PAREN) return true
    const open = this.at
    let depth = 0
    for (let at = open; at < this.end; at++) {
      const code = this.text.charCodeAt(at)
      if (code === BACKSLASH) at++
      else if (code === OPEN_PAREN) depth++
      else if (code === CLOSE_PAREN && --depth === 0) {
        this.at = at + 1
        return true
      }
    }
    this.fail('comment without its end', '3261 §25.1', open)
    return false
  }
}

/** Runs `read` over the whole of `text`: what is left over but white space is a problem. */
export function readAll<T>(text: string, rfc: string, read: (reader: Reader) => T | undefined): Result<T, ParseError> {
  const reader = new Reader(text, 0, text.length)
  if (text.length > LIMITS.message) reader.fail('too long', rfc)
  const value = reader.problem === undefined ? read(reader) : undefined
  if (value !== undefined) {
    reader.skipLws()
    if (reader.at === text.length) return ok(value)
    reader.fail('something follows the value', rfc)
  }
  return err(reader.problem ?? { at: reader.at, what: 'malformed', rfc })
}

/** Quoted pairs undone: each `\\` gives way to the character after it. */
function unpair(text: string): string {
  let plain = ''
  let from = 0
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    plain += text.substring(from, at)
    from = at + 1
  }
  return plain + text.substring(from)
}

/** Header text as one line: each run of CR and LF with the white space around it becomes one space (§7.3.1). */
export function unfold(text: string): string {
  if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0) return text
  let line = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== CR && code !== LF) continue
    let last = at
    while (last > from && (CLASS[text.charCodeAt(last - 1)]! & LWS) !== 0) last--
    line += `${text.substring(from, last)} `
    while (at < text.length && (CLASS[text.charCodeAt(at)]! & LWS) !== 0) at++
    from = at
  }
  return line + text.substring(from)
}
