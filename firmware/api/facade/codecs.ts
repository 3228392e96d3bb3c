// The codecs of an endpoint and their priorities.
import { CODEC_NAMES } from '../../media/codecs.ts'
import { OperationError } from './errors.ts'

export interface CodecInfo {
  /** As accounts name it: `PCMA`, `L16/16000`. */
  readonly codecId: string
  /** 0 not used, 255 first. */
  readonly priority: number
}

/** What is offered as long as nobody says otherwise, first preferred. */
const PREFERRED: readonly string[] = ['PCMA', 'PCMU', 'G722', 'OPUS']
const MIDDLE = 128

export class Codecs {
  readonly #priorities = new Map(
    CODEC_NAMES.map((name) => [
      name,
      PREFERRED.includes(name) ? MIDDLE + PREFERRED.length - PREFERRED.indexOf(name) : 0,
    ]),
  )

  /** Highest priority first. */
  get all(): readonly CodecInfo[] {
    return [...this.#priorities]
      .map(([codecId, priority]) => ({ codecId, priority }))
      .sort((a, b) => b.priority - a.priority)
  }

  /** Those in use, first preferred. */
  get names(): readonly string[] {
    return this.all.filter(({ priority }) => priority > 0).map(({ codecId }) => codecId)
  }

  /** `codecId` may be as PJSUA has it: `PCMA/8000/1`, or the beginning that several share: `speex`, `L16`. */
  set(codecId: string, priority: number): void {
    const fault = (text: string) => new OperationError('codecSetPriority', 'argument', text)
    const given = codecId.toUpperCase()
    const names = CODEC_NAMES.filter((known) => `${given}/`.startsWith(`${known}/`) || known.startsWith(`${given}/`))
    if (names.length === 0) throw fault(`codecId: expected one of ${CODEC_NAMES.join(', ')}, got ${codecId}`)
    if (!(Number.isInteger(priority) && priority >= 0 && priority <= 255))
      throw fault(`priority: expected 0 to 255, got ${priority}`)
    const before = names.map((name) => [name, this.#priorities.get(name)!] as const)
    for (const name of names) this.#priorities.set(name, priority)
    if (this.names.length > 0) return
    for (const [name, old] of before) this.#priorities.set(name, old)
    throw fault('priority: the last codec in use cannot be left out')
  }
}
