// JSON lines to a stream that may be slow: nobody writes while it is full, and what nobody needs is left out and counted.
import type { Writable } from 'node:stream'
import type { Fields } from './schema.ts'

/** Bytes waiting to be read, beyond which events that only inform are left out; beyond the second, nobody is reading. */
const SLOW = 1_000_000
const DEAD = 64_000_000
const INFORMATION: ReadonlySet<unknown> = new Set(['trace', 'log', 'stats', 'sdp', 'session-state'])

export interface Output {
  write(line: Fields): void
  /** Resolves when there is room for more. */
  ready(): Promise<void>
  /** Resolves when everything is with the reader, or it is gone. */
  flushed(): Promise<void>
}

/** `lost` is called once, when nobody reads any more. */
export function createOutput(stream: Writable, lost: () => void): Output {
  let gone = false
  let dropped = 0
  let waiting: (() => void)[] = []

  const wake = () => {
    for (const each of waiting) each()
    waiting = []
  }
  const lose = () => {
    if (gone) return
    gone = true
    wake()
    lost()
  }
  const put = (line: Fields) => stream.write(JSON.stringify(line) + '\n')
  stream.on('error', lose)
  stream.on('close', lose)
  stream.on('drain', () => {
    if (dropped > 0) put({ event: 'dropped', lines: dropped })
    dropped = 0
    wake()
  })

  return {
    write(line) {
      if (gone) return
      if (stream.writableLength > SLOW && INFORMATION.has(line.event)) dropped++
      else put(line)
      if (stream.writableLength > DEAD) lose()
    },
    ready: () =>
      gone || !stream.writableNeedDrain ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    flushed: () => (gone ? Promise.resolve() : new Promise((resolve) => stream.write('', () => resolve()))),
  }
}
