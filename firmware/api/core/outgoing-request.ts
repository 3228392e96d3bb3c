// Any other request of ours, inside a session or outside: OPTIONS, INFO, MESSAGE, methods of the application's own.
import { utf8Decode } from '../../base/bytes.ts'
import type { Cause, SipEvent } from '../../sip/core/contract.ts'
import { expects, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { HEADERS, METHOD, type Takes, TEXT } from './guard.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { SIP_URI, type SipUri } from './sip-uri.ts'
import { bodyOf, bodyText, type ExtraHeaders, headerFields, identityOf, MessageHeaders } from './wire.ts'

/** What a request may be given. */
export interface RequestOptions {
  readonly extraHeaders?: ExtraHeaders
  readonly contentType?: string
  readonly body?: string
}

/** A response to one, provisional or final. */
export interface RequestResponse {
  readonly code: number
  readonly reason: string
  /** 200 and above: nothing comes after it. */
  readonly isFinal: boolean
  /** Who decided, where the response was made here: 408 and 503. */
  readonly cause: Cause | undefined
  /** Undefined where it was made here. */
  readonly headers: MessageHeaders | undefined
  readonly body: string | undefined
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** Each response; exactly one is final. */
    'request-got-response': { readonly sender: OutgoingRequest; readonly data: RequestResponse }
  }
}

/** Of sessions and registrations. */
const OWN: readonly string[] = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'REGISTER']

/** A request that is under way, or was. INVITE, ACK, CANCEL, BYE, PRACK and UPDATE are the sessions' own and refused. */
export class OutgoingRequest {
  /** Its method. */
  readonly method: string
  readonly #engine: EngineCore
  #isEnded = false

  /** For `sendRequest` and `Invitation.sendRequest`: sends it. */
  constructor(
    operation: string,
    engine: EngineCore,
    method: string,
    by: WayOut & { readonly credentials: Credentials; readonly target: SipUri },
    session: string | undefined,
    { extraHeaders, contentType, body }: RequestOptions,
  ) {
    const wrong =
      METHOD(method, 'method') ?? (OWN.includes(method) ? `method: ${method} is the stack’s own` : undefined)
    if (wrong !== undefined) throw new CoreError('argument', operation, wrong)
    this.#engine = engine
    this.method = method
    const stack = engine.running(operation)
    const id = stack.newName('request')
    stack.claim(id, (event) => this.#onEvent(event), undefined, this)
    try {
      stack.command(operation, {
        ...{ kind: 'request', id, method, session, identity: identityOf(by.credentials, by) },
        ...{ target: by.target.address, headers: headerFields(extraHeaders) },
        body: body === undefined ? undefined : bodyOf(contentType ?? 'text/plain', body),
      })
    } catch (error) {
      stack.release(id)
      throw error
    }
  }

  /** Its final response came. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  #onEvent(event: SipEvent): void {
    if (event.kind !== 'request-result') return
    const { id, status, reason, cause, response } = event
    const isFinal = status >= 200
    if (isFinal) {
      this.#isEnded = true
      this.#engine.running('OutgoingRequest').release(id)
    }
    this.#engine.notifications.post('request-got-response', this, {
      ...{ code: status, reason: utf8Decode(reason), isFinal, cause },
      headers: response && new MessageHeaders(response),
      body: response && bodyText(response),
    })
  }
}

/** What `RequestOptions` is made of. */
export const REQUEST = { extraHeaders: HEADERS, contentType: TEXT, body: TEXT }
const TAKES: Takes = [
  ['method', METHOD],
  ['credentials', CREDENTIALS],
  ['toUri', SIP_URI],
  ['options', optional({ ...REQUEST, ...WAY_OUT, engine: ENGINE })],
]

/** Sends a request outside of any session. */
export function sendRequest(
  method: string,
  credentials: Credentials,
  toUri: SipUri,
  options: RequestOptions & WayOut & { readonly engine?: EngineCore } = {},
): OutgoingRequest {
  expects('sendRequest', TAKES, method, credentials, toUri, options)
  const by = { ...options, credentials, target: toUri }
  return new OutgoingRequest('sendRequest', options.engine ?? sharedEngine(), method, by, undefined, options)
}
