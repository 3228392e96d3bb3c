// A 401 or 407 to a request of ours that the application decides about (RFC 3261 §22.2, §22.3).
import { utf8Decode } from '../../base/bytes.ts'
import type { ChallengeAnswer, SipEvent } from '../../sip/core/contract.ts'
import type { Credentials } from './credentials.ts'
import type { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { type ExtraHeaders, headerFields, MessageHeaders } from './wire.ts'

/** One of those a response brings: each realm asks for itself, with several algorithms the server's favourite first. */
export interface DigestChallenge {
  readonly realm: string
  /** `MD5`, `SHA-256`, `AKAv1-MD5` … */
  readonly algorithm: string
  /** A proxy asks (407), not the one the request is for. */
  readonly isProxy: boolean
  /** What proved us before was right, its nonce is used up. */
  readonly isStale: boolean
  readonly nonce: string
  readonly opaque: string | undefined
  /** `auth`, `auth-int`; undefined: as in RFC 2069. */
  readonly qop: readonly string[] | undefined
}

/**
 * A request of credentials that have `asksOnChallenge` is held up. When every observer has heard of it, and none has said `authorize`,
 * `giveUp` or `defer`, its own credentials answer, or it ends with that response; so it does when the time is over.
 */
export class Challenge {
  /** INVITE, REGISTER, BYE … */
  readonly method: string
  /** As the digest is taken over it. */
  readonly requestUri: string
  /** The Invitation, Registration, Subscription, Publication, Referral or OutgoingRequest it is about; undefined: a message. */
  readonly subject: object | undefined
  /** `token` of its credentials. */
  readonly token: string
  /** 401 or 407. */
  readonly code: number
  /** Of the response: challenges that are no Digest are there alone. */
  readonly headers: MessageHeaders
  /** In the order of the response, the first of them of most interest. */
  readonly challenges: readonly DigestChallenge[]
  /** What our own credentials are worth: they `fit`, there are `none` for it, or they were `refused` just now. */
  readonly ownCredentials: 'fit' | 'none' | 'refused'
  /** It waits so long for a word, from now on. */
  readonly withinMs: number
  readonly #engine: EngineCore
  readonly #id: string
  #state: 'new' | 'deferred' | 'answered' = 'new'

  /** For the engine. */
  constructor(engine: EngineCore, event: Extract<SipEvent, { kind: 'challenged' }>, subject: object | undefined) {
    const { id, method, uri, contactUser, response, challenges, own, answerMs } = event
    this.#engine = engine
    this.#id = id
    this.method = method
    this.requestUri = utf8Decode(uri)
    this.subject = subject
    this.token = contactUser
    this.code = response.status
    this.headers = new MessageHeaders(response)
    this.challenges = challenges.map(({ realm, algorithm = 'MD5', proxy, stale, nonce, opaque, qop }) => ({
      ...{ realm: utf8Decode(realm), algorithm, isProxy: proxy, isStale: stale, nonce, opaque, qop },
    }))
    this.ownCredentials = own
    this.withinMs = answerMs
  }

  /** Realm of the first of them; '' where none is by Digest. */
  get realm(): string {
    return this.challenges[0]?.realm ?? ''
  }

  /** A word was said, or the request ended by itself when nobody deferred it. */
  get isAnswered(): boolean {
    return this.#state === 'answered'
  }

  /** Nothing is answered by itself; `authorize` or `giveUp` has to follow within `withinMs`. */
  defer(): void {
    this.#expect('Challenge.defer')
    this.#state = 'deferred'
  }

  /**
   * The request goes out again with these proofs, or with our own. What answers is kept for the realms asked for, as long as the
   * object, its registration or its session lives. Throws a StackError, and may be tried again, where it is no answer.
   */
  authorize(credentials?: Credentials): void {
    const operation = 'Challenge.authorize'
    this.#expect(operation)
    const proofs = credentials?.proofs ?? []
    if (credentials !== undefined && proofs.length === 0)
      throw new CoreError('argument', operation, 'expected credentials with a password, ha1 or aka')
    this.#say(operation, { credentials: proofs })
  }

  /** It goes out again with Authorization and Proxy-Authorization as they are here, for this once. */
  authorizeBy(headers: ExtraHeaders): void {
    const operation = 'Challenge.authorizeBy'
    this.#expect(operation)
    this.#say(operation, { headers: headerFields(headers) })
  }

  /** It ends with that response. */
  giveUp(): void {
    const operation = 'Challenge.giveUp'
    this.#expect(operation)
    this.#say(operation, undefined)
  }

  /** For the engine: everybody has heard of it. */
  answerByItself(): void {
    if (this.#state !== 'new') return
    if (this.ownCredentials === 'fit' && isTaken(() => this.authorize())) return
    isTaken(() => this.giveUp())
  }

  #say(operation: string, answer: ChallengeAnswer | undefined): void {
    this.#engine.running(operation).command(operation, { kind: 'authorize', id: this.#id, answer })
    this.#state = 'answered'
  }

  #expect(operation: string): void {
    this.#engine.running(operation)
    if (this.#state === 'answered')
      throw new CoreError('state', operation, 'expected a challenge that is not answered yet')
  }
}

/** False: AKA found no network of ours in it, or what it was of has ended while it was told. */
function isTaken(say: () => void): boolean {
  try {
    say()
    return true
  } catch (error) {
    if (error instanceof CoreError) return false
    throw error
  }
}
