// The audio of a call while it lasts: digits into it, statistics, and what the media engine tells of it.
import { after, FOREVER, type Millis } from '../base/time.ts'
import type { MediaEvent } from '../media/contract.ts'
import type { CallPort } from './call-port.ts'
import type { CallId } from './contract.ts'
import { digitsInto } from './digits.ts'
import type { Tell } from './tell.ts'

type Of<K extends MediaEvent['kind']> = Extract<MediaEvent, { kind: K }>

export class CallAudio {
  readonly #call: CallId
  readonly #port: CallPort
  /** So long without RTP ends the call, ms; 0: nothing of that kind does. */
  readonly #silenceEndsMs: number
  /** RTP stays away: till then the call waits for it. */
  #silentUntil: Millis = FOREVER
  /** The call has been ended here: nothing more is told. */
  readonly #isOver: () => boolean

  constructor(call: CallId, port: CallPort, silenceEndsMs: number, isOver: () => boolean) {
    this.#call = call
    this.#port = port
    this.#silenceEndsMs = silenceEndsMs
    this.#isOver = isOver
  }

  sendDtmf(digits: string, durationMs: number, tell: Tell) {
    const command = digitsInto(this.#port.media, digits, durationMs)
    if (command.ok) tell.media(command.value)
    else tell.refuse('send-dtmf', this.#call, command.error)
  }

  queryStats(ref: number, tell: Tell) {
    const { port } = this.#port.media
    if (port === undefined) return tell.refuse('query-call', this.#call, 'no media')
    tell.media({ kind: 'query-stats', port, ref })
  }

  onPortFailed(reason: string, tell: Tell) {
    tell.log('error', 'media failed', { call: this.#call, reason })
    this.#port.fail(tell)
  }

  onMediaRejected({ command, reason }: Of<'rejected'>, tell: Tell) {
    if (command === 'open-stream') return this.onPortFailed(reason, tell)
    tell.log('warn', 'rejected by the media engine', { call: this.#call, command, reason })
  }

  /** `forMs` 0: RTP comes. */
  onSilence(forMs: number, tell: Tell) {
    if (this.#isOver()) return
    this.#silentUntil = forMs > 0 && this.#silenceEndsMs > 0 ? after(tell.now, this.#silenceEndsMs - forMs) : FOREVER
    tell.app({ kind: 'call-silent', call: this.#call, forMs })
  }

  get silentUntil(): Millis {
    return this.#isOver() ? FOREVER : this.#silentUntil
  }

  /** It has been silent too long. On hold nobody has to send. */
  isLost(now: Millis): boolean {
    if (this.silentUntil > now) return false
    this.#silentUntil = FOREVER
    return this.#port.media.direction === 'sendrecv'
  }

  onDtmf(digit: string, durationMs: number, by: 'rtp' | 'info', tell: Tell) {
    if (!this.#isOver()) tell.app({ kind: 'call-dtmf', call: this.#call, digit, durationMs, by })
  }

  onStats({ ref, stats }: Of<'stats'>, tell: Tell) {
    tell.app({ kind: 'call-stats', call: this.#call, ref, stats })
  }
}
