// What one request is authorised with (RFC 3261 §22.2, §22.3): what its digest knows, what the application says to a challenge.
import { log } from '../../base/log.ts'
import {
  type Authorized,
  authorize,
  type DigestRequest,
  forget,
  NO_AUTH,
  preauthorize,
  prospect,
} from '../auth/authorize.ts'
import { challenges } from '../auth/challenge.ts'
import { type Credential, narrowed } from '../auth/credential.ts'
import { learn } from '../auth/info.ts'
import type { HeaderField, SipResponse } from '../message/message.ts'
import { isSip } from '../message/uri.ts'
import type { Hop } from '../transaction/environment.ts'
import type { UsageEnvironment } from './environment.ts'
import type { RequestSpec } from './requester.ts'

export class Authorization {
  /** Authorization and Proxy-Authorization it goes out with. */
  fields: readonly HeaderField[] = []
  readonly #environment: UsageEnvironment
  /** What this request was authorised with so far. */
  #state = NO_AUTH

  constructor(environment: UsageEnvironment) {
    this.#environment = environment
  }

  /** For the realms known at that place from before. */
  begin(spec: RequestSpec, hop: Hop | undefined): void {
    const { credentials, state } = spec.digest
    this.#take(spec, preauthorize(asSent(spec, hop), credentials, state))
  }

  /** By the credentials of the digest. Why it cannot be; undefined: it is. */
  answer(spec: RequestSpec, response: SipResponse, hop: Hop | undefined): string | undefined {
    const { digest } = spec
    const state = { ...this.#state, sessions: digest.state.sessions }
    const { rng } = this.#environment
    const done = authorize(challenges(response), asSent(spec, hop), digest.credentials, rng, state)
    if (!done.ok) {
      this.#unanswered(spec, done.error.realm, done.error.what)
      return done.error.what
    }
    this.#take(spec, done.value)
    return undefined
  }

  /** By others, which the digest keeps when they answer it: they come before those it had for their realms. */
  answerWith(
    given: readonly Credential[],
    spec: RequestSpec,
    response: SipResponse,
    hop: Hop | undefined,
  ): string | undefined {
    const { digest } = spec
    const asked = challenges(response)
    const own = narrowed(given, asked)
    const credentials = [...own, ...digest.credentials.filter(({ realm }) => !own.some((each) => each.realm === realm))]
    const state = forget(asked, { ...this.#state, sessions: digest.state.sessions })
    const done = authorize(asked, asSent(spec, hop), credentials, this.#environment.rng, state)
    if (!done.ok) return done.error.what
    digest.credentials = credentials
    this.#take(spec, done.value)
    return undefined
  }

  /** By header fields that were made elsewhere. */
  answerBy(fields: readonly HeaderField[]): void {
    this.#state = { ...this.#state, used: [] }
    this.fields = fields
  }

  /** Nobody had a word for it. */
  giveUp(spec: RequestSpec, response: SipResponse): void {
    const what = { fit: 'given up', none: 'no credentials for the realm', refused: 'credentials were refused' }
    this.#unanswered(spec, challenges(response)[0]?.realm ?? '', what[this.prospect(spec, response)])
  }

  #unanswered({ method }: RequestSpec, realm: string, what: string): void {
    this.#environment.emit(log('warn', 'sip.auth', 'challenge not answered', { method, realm, what }))
  }

  /** What the credentials of the digest are worth against it. */
  prospect(spec: RequestSpec, response: SipResponse) {
    return prospect(challenges(response), spec.digest.credentials, this.#state)
  }

  /** From its final response. */
  learn(spec: RequestSpec, response: SipResponse, hop: Hop | undefined): void {
    const { digest, method } = spec
    if (this.#state.used.length === 0) return
    const { state, unproven } = learn(response, asSent(spec, hop), { ...this.#state, sessions: digest.state.sessions })
    digest.state = state
    if (unproven === undefined) return
    this.#environment.emit(log('warn', 'sip.auth', 'server did not prove itself', { method, realm: unproven }))
  }

  #take(spec: RequestSpec, { headers, state }: Authorized): void {
    spec.digest.state = state
    this.#state = state
    this.fields = headers
  }
}

const asSent = ({ method, uri, body, nextHop }: RequestSpec, hop: Hop | undefined): DigestRequest => ({
  method,
  uri,
  body: body?.content ?? '',
  hops: [...(isSip(nextHop) ? [nextHop.host] : []), ...(hop ? [hop.to.address] : [])],
})
