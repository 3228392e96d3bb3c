// A request of the application's outside INVITE usages (MESSAGE, INFO, OPTIONS …) until its final response.
import type { Millis } from '../../base/time.ts'
import type { Cause } from '../core/contract.ts'
import type { SipResponse } from '../message/message.ts'
import type { UsageEnvironment } from './environment.ts'
import { type OutgoingRequest, sendRequest } from './outgoing-request.ts'
import { type Failure, type Requester, type RequestSpec, type RequestUser, statusOf } from './requester.ts'

export class Exchange implements RequestUser {
  readonly id: string
  readonly #environment: UsageEnvironment
  readonly #ended: (id: string, status: number, now: Millis) => void

  #request: OutgoingRequest | undefined

  constructor(environment: UsageEnvironment, id: string, ended: (id: string, status: number, now: Millis) => void) {
    this.#environment = environment
    this.id = id
    this.#ended = ended
  }

  send(requester: Requester, spec: RequestSpec, now: Millis): void {
    this.#request = sendRequest(requester, spec, this, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status, reason } = response
    const cause = status === 401 || status === 407 ? 'authentication' : status >= 300 ? 'remote' : undefined
    this.#tell(status, reason, cause, response)
    if (status >= 200) this.#ended(this.id, status, now)
  }

  onFailure(why: Failure, now: Millis, detail?: string): void {
    const { status, reason } = statusOf(why, detail)
    this.#tell(status, reason, why, undefined)
    this.#ended(this.id, status, now)
  }

  #tell(status: number, reason: string, cause: Cause | undefined, response: SipResponse | undefined): void {
    const tries = status < 200 ? [] : (this.#request?.tries ?? [])
    const tried = tries.length > 0 ? { tries } : {}
    this.#environment.emit({ kind: 'request-result', id: this.id, status, reason, cause, response, ...tried })
  }
}
