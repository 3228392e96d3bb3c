// Page-mode messages (RFC 3428): sending one; those that come are the engine's notifications.
import { expects, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import type { Engine } from './engine.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { MessageInProgressError } from './errors.ts'
import { HEADERS, type Takes, TEXT } from './guard.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { SIP_URI, type SipUri } from './sip-uri.ts'
import { bodyOf, type ExtraHeaders, headerFields, identityOf } from './wire.ts'

/** What a message may be given beside its content. */
export interface SendMessageOptions extends WayOut {
  readonly extraHeaders?: ExtraHeaders
  readonly engine?: EngineCore
}

const TAKES: Takes = [
  ['credentials', CREDENTIALS],
  ['toUri', SIP_URI],
  ['contentType', TEXT],
  ['body', TEXT],
  ['options', optional({ ...WAY_OUT, extraHeaders: HEADERS, engine: ENGINE })],
]

/** URIs a MESSAGE is under way to, by engine. */
const underWay = new WeakMap<EngineCore, Set<string>>()

/**
 * Sends a MESSAGE; its final response is told by `engine-got-message-response`. Throws a MessageInProgressError while an earlier
 * one to the same URI waits for its response.
 */
export function sendMessage(
  credentials: Credentials,
  toUri: SipUri,
  contentType: string,
  body: string,
  options: SendMessageOptions = {},
): void {
  const operation = 'sendMessage'
  expects(operation, TAKES, credentials, toUri, contentType, body, options)
  const engine = options.engine ?? sharedEngine()
  const stack = engine.running(operation)
  const target = toUri.address
  const waiting = underWay.get(engine) ?? new Set()
  underWay.set(engine, waiting)
  if (waiting.has(target)) throw new MessageInProgressError(target)
  const id = stack.newName('message')
  const to = toUri.copy()
  stack.claim(id, (event) => {
    if (event.kind !== 'request-result' || event.status < 200) return
    stack.release(id)
    waiting.delete(target)
    const { status: code, reason } = event
    engine.notifications.post('engine-got-message-response', engine as Engine, { toUri: to, code, reason })
  })
  try {
    stack.command(operation, {
      ...{ kind: 'request', id, method: 'MESSAGE', session: undefined, target },
      identity: identityOf(credentials, options),
      headers: headerFields(options.extraHeaders),
      body: bodyOf(contentType, body),
    })
  } catch (error) {
    stack.release(id)
    throw error
  }
  waiting.add(target)
}
