// A request of the application's outside INVITE usages (MESSAGE, INFO, OPTIONS …) until its final response.
import type { Millis } from '../../base/time.ts'
import type { SipResponse } from '../message/message.ts'
import type { UsageEnvironment } from './environment.ts'
import { type Failure, type RequestUser, statusOf } from './requester.ts'

export class Exchange implements RequestUser {
  readonly id: string
  readonly #environment: UsageEnvironment
  readonly #ended: (id: string, status: number, now: Millis) => void

  constructor(environment: UsageEnvironment, id: string, ended: (id: string, status: number, now: Millis) => void) {
    this.#environment = environment
    this.id = id
    this.#ended = ended
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    const cause = status === 401 || status === 407 ? 'authentication' : status >= 300 ? 'remote' : undefined
    this.#environment.emit({ kind: 'request-result', id: this.id, status, reason, cause, response })
    if (status >= 200) this.#ended(this.id, status, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const { status, reason } = statusOf(why, detail)
    this.#environment.emit({ kind: 'request-result', id: this.id, status, reason, cause: why, response: undefined })
    this.#ended(this.id, status, now)
  }
}
