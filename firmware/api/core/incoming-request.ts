// A request of somebody's that the application may answer: MESSAGE, INFO, and what other methods it takes.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipEvent } from '../../sip/core/contract.ts'
import type { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import type { Invitation } from './invitation.ts'
import type { SipUri } from './sip-uri.ts'
import {
  addressedTo,
  bodyOf,
  bodyText,
  type ExtraHeaders,
  headerFields,
  MessageHeaders,
  partiesOf,
  phraseOf,
} from './wire.ts'

/** Of a response. */
export interface ResponseOptions {
  /** Instead of the usual phrase of the status. */
  readonly reason?: string | undefined
  readonly extraHeaders?: ExtraHeaders
  readonly contentType?: string
  readonly body?: string
}

/** Whom nobody answers is told so. */
const NOT_OURS = 501
const TAKEN: readonly string[] = ['MESSAGE', 'INFO', 'NOTIFY', 'OPTIONS']

/**
 * A request that came, inside of a session or outside. When every observer has heard of it, and none has answered it or said
 * `defer`, it is answered: MESSAGE, INFO, NOTIFY and OPTIONS with 200, others with 501.
 */
export class IncomingRequest {
  /** Its method. */
  readonly method: string
  /** Who sent it. */
  readonly fromUri: SipUri
  /** For whom it is. */
  readonly toUri: SipUri
  /** To whom it was addressed; its user part is the token of the credentials meant. Undefined: no SIP URI. */
  readonly requestUri: SipUri | undefined
  /** The number, where it was addressed to one by a tel: URI (RFC 3966). */
  readonly requestTel: string | undefined
  /** '' without a body. */
  readonly contentType: string
  /** '' without one. */
  readonly body: string
  /** The session it came in; undefined: none. */
  readonly invitation: Invitation | undefined
  readonly headers: MessageHeaders
  /** Address and port it came from. */
  readonly source: { readonly address: string; readonly port: number }
  readonly #engine: EngineCore
  readonly #id: string
  #state: 'new' | 'deferred' | 'answered' = 'new'

  /** For the engine. */
  constructor(
    engine: EngineCore,
    { id, request, from }: Extract<SipEvent, { kind: 'request-incoming' }>,
    invitation: Invitation | undefined,
  ) {
    this.#engine = engine
    this.#id = id
    this.method = request.method
    const { fromUri, toUri } = partiesOf(request)
    this.fromUri = fromUri
    this.toUri = toUri
    const { requestUri, requestTel } = addressedTo(request)
    this.requestUri = requestUri
    this.requestTel = requestTel
    this.contentType = utf8Decode(request.header('Content-Type') ?? '')
    this.body = bodyText(request) ?? ''
    this.invitation = invitation
    this.headers = new MessageHeaders(request)
    this.source = from
  }

  /** Its final response is out. */
  get isAnswered(): boolean {
    return this.#state === 'answered'
  }

  /** Nothing is answered by itself; `respond` has to follow within 30 s. */
  defer(): void {
    this.#expect('IncomingRequest.defer')
    this.#state = 'deferred'
  }

  /** Sends the final response, 200–699, or a 100. */
  respond(code = 200, options: ResponseOptions = {}): void {
    const operation = 'IncomingRequest.respond'
    this.#expect(operation)
    const { reason, extraHeaders, contentType = 'text/plain', body } = options
    this.#engine.running(operation).command(operation, {
      ...{ kind: 'reply', id: this.#id, status: code, reason: phraseOf(reason) },
      headers: headerFields(extraHeaders, 'response'),
      body: body === undefined ? undefined : bodyOf(contentType, body),
    })
    if (code >= 200) this.#state = 'answered'
    else this.#state = 'deferred'
  }

  /** For the engine: everybody has heard of it. */
  answerByItself(): void {
    if (this.#state === 'new') this.respond(TAKEN.includes(this.method) ? 200 : NOT_OURS)
  }

  #expect(operation: string): void {
    this.#engine.running(operation)
    if (this.#state === 'answered')
      throw new CoreError('state', operation, 'expected a request that is not answered yet')
  }
}
