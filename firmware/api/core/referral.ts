// Transfers (RFC 3515): ours, asking the peer to call somebody, and theirs, asking us.
import { utf8Decode } from '../../base/bytes.ts'
import type { Cause, SipEvent } from '../../sip/core/contract.ts'
import type { HeaderField } from '../../sip/message/message.ts'
import { expects, options as optional } from './arguments.ts'
import { CREDENTIALS, type Credentials } from './credentials.ts'
import { ENGINE, type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { FLAG, HEADERS, type Takes } from './guard.ts'
import type { Invitation } from './invitation.ts'
import { WAY_OUT, type WayOut } from './route.ts'
import { SIP_URI, SipUri } from './sip-uri.ts'
import { addressedTo, type ExtraHeaders, headerFields, identityOf, MessageHeaders, phraseOf } from './wire.ts'

/** How a transfer fares. */
export interface ReferralProgress {
  /** `response`: to the REFER itself; `notify`: of the call it made, as the peer tells. */
  readonly by: 'response' | 'notify'
  /** 0: the peer says none. */
  readonly code: number
  readonly reason: string
  /** Nothing comes after this one. */
  readonly isFinal: boolean
  readonly cause: Cause | undefined
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** The response to a REFER of ours, then what became of the call it asked for. */
    'referral-progress': { readonly sender: Referral; readonly data: ReferralProgress }
  }
}

/** Whom the peer is to call: a URI, or the peer of a session of ours, whose place the new call takes (RFC 3891). */
export interface ReferTarget {
  readonly uri: SipUri | undefined
  /** The SIP engine's name for the session to take the place of. */
  readonly replaces: string | undefined
}

/** What a REFER outside of a session may be given. */
export interface ReferOptions extends WayOut {
  readonly extraHeaders?: ExtraHeaders
  /** Whether to be told what becomes of the call; by default yes. */
  readonly subscribe?: boolean
  /** The new call is to fail where Replaces is not understood (RFC 5589 §7.2); by default it need not. */
  readonly insist?: boolean
  readonly engine?: EngineCore
}

/** A REFER of ours, and the subscription it makes. */
export class Referral {
  readonly #engine: EngineCore
  readonly #id: string
  #isEnded = false

  /** For `Invitation.refer` and `sendRefer`: sends it. */
  constructor(
    operation: string,
    engine: EngineCore,
    by: WayOut & { readonly credentials: Credentials; readonly target: SipUri },
    session: string | undefined,
    to: ReferTarget,
    options: ReferOptions,
  ) {
    this.#engine = engine
    const stack = engine.running(operation)
    const id = stack.newName('referral')
    this.#id = id
    stack.claim(id, (event) => this.#onEvent(event), undefined, this)
    try {
      stack.command(operation, {
        ...{ kind: 'refer', id, session, identity: identityOf(by.credentials, by) },
        ...{ target: by.target.address, referTo: to.uri?.address ?? '', replaces: to.replaces },
        ...{
          insist: options.insist ?? false,
          subscribe: options.subscribe ?? true,
          headers: headerFields(options.extraHeaders),
        },
      })
    } catch (error) {
      stack.release(id)
      throw error
    }
  }

  /** Nothing comes any more. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** No more is wanted of it. */
  end(): void {
    const operation = 'Referral.end'
    const stack = this.#engine.running(operation)
    if (this.#isEnded) return
    this.#isEnded = true
    stack.release(this.#id)
    stack.command(operation, { kind: 'end-refer', id: this.#id })
  }

  #onEvent(event: SipEvent): void {
    if (event.kind !== 'refer-progress') return
    const { by, status, reason, final, cause } = event
    if (final) {
      this.#isEnded = true
      this.#engine.running('Referral').release(this.#id)
    }
    const data = { by, code: status, reason: utf8Decode(reason), isFinal: final, cause }
    this.#engine.notifications.post('referral-progress', this, data)
  }
}

/** What `ReferOptions` is made of. */
export const REFER = optional({ ...WAY_OUT, extraHeaders: HEADERS, subscribe: FLAG, insist: FLAG, engine: ENGINE })
const TAKES: Takes = [
  ['credentials', CREDENTIALS],
  ['toUri', SIP_URI],
  ['referTo', SIP_URI],
  ['options', REFER],
]

/** Asks `toUri`, outside of any session, to call `referTo`. */
export function sendRefer(
  credentials: Credentials,
  toUri: SipUri,
  referTo: SipUri,
  options: ReferOptions = {},
): Referral {
  expects('sendRefer', TAKES, credentials, toUri, referTo, options)
  const by = { ...options, credentials, target: toUri }
  const target = { uri: referTo, replaces: undefined }
  return new Referral('sendRefer', options.engine ?? sharedEngine(), by, undefined, target, options)
}

/** A REFER of theirs: accept or reject it within 30 s, or it is declined with 603; then tell how the call fares. */
export class IncomingReferral {
  /** Whom we are to call; undefined: no SIP URI. */
  readonly referTo: SipUri | undefined
  /** Value of the Replaces header our INVITE is to carry; undefined: none. */
  readonly replaces: string | undefined
  /** Method of the request asked for: INVITE mostly. */
  readonly method: string
  /** Header fields the URI brings for that request, Replaces too. */
  readonly inviteHeaders: ExtraHeaders
  /** The session it came in; undefined: none. */
  readonly invitation: Invitation | undefined
  /** Who asks. */
  readonly fromUri: SipUri | undefined
  /** To whom it was addressed; undefined: no SIP URI. */
  readonly requestUri: SipUri | undefined
  /** Header fields of the REFER. */
  readonly headers: MessageHeaders
  readonly #engine: EngineCore
  readonly #id: string
  #state: 'new' | 'accepted' | 'ended' = 'new'

  /** For the engine. */
  constructor(
    engine: EngineCore,
    event: Extract<SipEvent, { kind: 'refer-incoming' }>,
    invitation: Invitation | undefined,
  ) {
    this.#engine = engine
    this.#id = event.id
    this.headers = new MessageHeaders(event.request)
    this.method = event.method
    this.invitation = invitation
    this.inviteHeaders = grouped(event.headers)
    this.fromUri = this.headers.from.uri
    this.requestUri = addressedTo(event.request).requestUri
    this.replaces = event.replaces
    this.referTo = parsed(utf8Decode(event.referTo))
  }

  /** 200–299: we call, and tell by `notify`. */
  accept(code = 202, reason?: string): void {
    this.#expect('IncomingReferral.accept', 'new')
    this.#reply('IncomingReferral.accept', code, reason)
    this.#state = 'accepted'
  }

  /** 300–699: we do not. */
  reject(code = 603, reason?: string): void {
    this.#expect('IncomingReferral.reject', 'new')
    this.#reply('IncomingReferral.reject', code, reason)
    this.#state = 'ended'
  }

  /** How the call fares: the status of its last response. 200–699 is the last word. */
  notify(code: number, reason?: string): void {
    const operation = 'IncomingReferral.notify'
    this.#expect(operation, 'accepted')
    this.#engine
      .running(operation)
      .command(operation, { kind: 'refer-notify', id: this.#id, status: code, reason: phraseOf(reason) })
    if (code >= 200) this.#state = 'ended'
  }

  #reply(operation: string, status: number, reason: string | undefined): void {
    this.#engine.running(operation).command(operation, {
      ...{ kind: 'reply', id: this.#id, status, reason: phraseOf(reason), headers: [], body: undefined },
    })
  }

  #expect(operation: string, state: 'new' | 'accepted'): void {
    this.#engine.running(operation)
    if (this.#state !== state)
      throw new CoreError('state', operation, `expected it to be ${state}, it is ${this.#state}`)
  }
}

/** By name, in their order. */
function grouped(fields: readonly HeaderField[]): ExtraHeaders {
  const found: Record<string, string[]> = {}
  for (const { name, value } of fields) found[name] = [...(found[name] ?? []), utf8Decode(value)]
  return found
}

function parsed(text: string): SipUri | undefined {
  try {
    return SipUri.parse(text)
  } catch {
    // Another scheme: nothing we could call.
    return undefined
  }
}
