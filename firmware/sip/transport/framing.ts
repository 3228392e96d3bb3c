// Messages out of a stream (RFC 3261 §18.3, RFC 5626 §4.4.1): cut by Content-Length wherever the chunks are split.
import { LIMITS } from '../message/limits.ts'

export type Frame =
  | { readonly kind: 'message'; readonly text: string }
  /** An empty line between messages. */
  | { readonly kind: 'crlf' }
  /** The stream has lost its beat: nothing after this can be read. `head`: what was read of the message. */
  | { readonly kind: 'bad'; readonly head: string; readonly what: string }

/** Header fields of one message together, bytes; a phone's peers stay far below. */
const MAX_HEAD = 32_768

const LF = 10
const CR = 13

/** Work is linear in the bytes that come, however they are split. */
export class Framer {
  /** Of the message begun. */
  #parts: string[] = []
  #held = 0
  /** Whole length of the message, once its header fields have ended. */
  #length: number | undefined
  /** The line before was ended (1), and a CR came after that (2): one more LF ends the header fields. */
  #ending: 0 | 1 | 2 = 0
  #broken = false

  /** A message was begun and is not complete. */
  get unfinished(): boolean {
    return this.#held > 0
  }

  push(chunk: string): Frame[] {
    const frames: Frame[] = []
    let at = 0
    while (at < chunk.length && !this.#broken) {
      if (this.#length !== undefined) at = this.#body(chunk, at, frames)
      else if (this.#held === 0) at = this.#between(chunk, at, frames)
      else at = this.#head(chunk, at, frames)
    }
    return frames
  }

  /** Empty lines before a message; a CR alone waits for nothing and means nothing. */
  #between(chunk: string, at: number, frames: Frame[]): number {
    const code = chunk.charCodeAt(at)
    if (code === LF) frames.push({ kind: 'crlf' })
    if (code === LF || code === CR) return at + 1
    this.#ending = 0
    return this.#head(chunk, at, frames)
  }

  #head(chunk: string, from: number, frames: Frame[]): number {
    const end = this.#endOfHead(chunk, from)
    this.#keep(chunk.slice(from, end ?? chunk.length))
    if (this.#held > MAX_HEAD) return this.#break('header fields are too long', frames, chunk)
    if (end === undefined) return chunk.length
    const head = this.#parts.join('')
    const length = contentLength(head)
    if (typeof length === 'string') return this.#break(length, frames, chunk)
    if (head.length + length > LIMITS.message) return this.#break('Content-Length is too large', frames, chunk)
    this.#length = head.length + length
    if (length === 0) this.#complete(frames)
    return end
  }

  /** Where the header fields end, or undefined when not in this chunk. */
  #endOfHead(chunk: string, from: number): number | undefined {
    let at = from
    while (at < chunk.length) {
      if (this.#ending === 0) {
        const lf = chunk.indexOf('\n', at)
        if (lf < 0) return undefined
        this.#ending = 1
        at = lf + 1
        continue
      }
      const code = chunk.charCodeAt(at++)
      if (code === LF) return at
      this.#ending = code === CR && this.#ending === 1 ? 2 : 0
    }
    return undefined
  }

  #body(chunk: string, at: number, frames: Frame[]): number {
    const end = Math.min(chunk.length, at + (this.#length as number) - this.#held)
    this.#keep(chunk.slice(at, end))
    if (this.#held === this.#length) this.#complete(frames)
    return end
  }

  #keep(part: string): void {
    this.#parts.push(part)
    this.#held += part.length
  }

  #complete(frames: Frame[]): void {
    frames.push({ kind: 'message', text: this.#parts.join('') })
    this.#reset()
  }

  #break(what: string, frames: Frame[], chunk: string): number {
    frames.push({ kind: 'bad', head: this.#parts.join(''), what })
    this.#reset()
    this.#broken = true
    return chunk.length
  }

  #reset(): void {
    this.#parts = []
    this.#held = 0
    this.#length = undefined
    this.#ending = 0
  }
}

const NAME = /^(?:content-length|l)[ \t]*:/gim
const FIELD = /^(?:content-length|l)[ \t]*:(?:[ \t]|\r?\n[ \t])*(\d{1,9})[ \t]*\r?\n(?![ \t])/im

/** §20.14: over a stream it must be there. What is wrong with it, else. */
function contentLength(head: string): number | string {
  const names = head.match(NAME)?.length ?? 0
  if (names === 0) return 'no Content-Length'
  if (names > 1) return 'Content-Length stands twice'
  const value = FIELD.exec(head)?.[1]
  return value === undefined ? 'malformed Content-Length' : Number(value)
}
