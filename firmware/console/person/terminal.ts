// The terminal a person types at: what it hands on are lines, and on demand it does not show what is typed.
import { StringDecoder } from 'node:string_decoder'

/** A terminal as Node has it, `process.stdin` where that is one. */
export interface Keyboard extends AsyncIterable<Uint8Array> {
  setRawMode(raw: boolean): unknown
}

const [INTERRUPT, END, ERASE, DELETE, CLEAR] = ['\x03', '\x04', '\b', '\x7f', '\x15']

/** A line typed unseen, a key at a time: the terminal neither echoes nor edits then. */
export class UnseenLine {
  #typed = ''

  /** What it is when the key ends it. `interrupt`: the key that ends the program otherwise. */
  key(key: string): string | 'interrupt' | undefined {
    if (key === INTERRUPT) return 'interrupt'
    if (key === '\r' || key === '\n' || key === END) {
      const line = `${key === END ? '' : this.#typed}\n`
      this.#typed = ''
      return line
    }
    if (key === CLEAR) this.#typed = ''
    else if (key === ERASE || key === DELETE) this.#typed = [...this.#typed].slice(0, -1).join('')
    else if (key >= ' ') this.#typed += key
    return undefined
  }
}

export class Terminal {
  readonly #keyboard: Keyboard
  readonly #say: (text: string) => void
  readonly #interrupt: () => void
  /** While nothing is shown. */
  #unseen: UnseenLine | undefined

  /** `say` writes to it, `interrupt` is what Ctrl-C does. */
  constructor(keyboard: Keyboard, say: (text: string) => void, interrupt: () => void) {
    this.#keyboard = keyboard
    this.#say = say
    this.#interrupt = interrupt
  }

  /** From now on what is typed is shown, or not. */
  hide(hides: boolean): void {
    if (hides === (this.#unseen !== undefined)) return
    this.#unseen = hides ? new UnseenLine() : undefined
    this.#keyboard.setRawMode(hides)
  }

  /** What is typed, as it came, but unseen lines whole. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const decoder = new StringDecoder('utf8')
    for await (const chunk of this.#keyboard) {
      if (this.#unseen === undefined) yield chunk
      else yield* this.#linesOf(decoder.write(chunk))
    }
  }

  *#linesOf(keys: string): Generator<Uint8Array> {
    for (const key of keys) {
      const line = this.#unseen?.key(key)
      if (line === 'interrupt') this.#interrupt()
      else if (line !== undefined) {
        this.#say('\n')
        yield Buffer.from(line)
      }
    }
  }
}
