// Proof a server asks for (401, 407): PJSUA2's AuthChallenge over the core's.
import { type Challenge, Credentials, type ExtraHeaders, type Proof } from '../core/index.ts'
import type { Account } from './account.ts'
import type { AccountSettings } from './account-schema.ts'
import { operated } from './errors.ts'
import type { Inner } from './inner.ts'
import { headersOf } from './wording.ts'

type AuthCredInfo = AccountSettings['sipConfig']['authCreds'][number]

/** As an application writes them; `realm`: default any, `dataType`: default `password`. */
export type ChallengeCreds = Pick<AuthCredInfo, 'username' | 'data'> & Partial<AuthCredInfo>

/** The core's proofs of an account's settings. */
export const proofsOf = (creds: readonly ChallengeCreds[]): readonly Proof[] =>
  creds.map(({ username, realm = '*', dataType, data }) => ({
    username,
    ...(realm !== '*' && { realm }),
    ...(dataType === 'ha1' ? { ha1: data } : { password: data }),
  }))

/** The word on a request that is held up by a 401 or 407; to be said once, within `onAuthChallenge` or, after `defer`, later. */
export class AuthChallenge {
  readonly #challenge: Challenge
  readonly #account: Account

  constructor(challenge: Challenge, account: Account) {
    this.#challenge = challenge
    this.#account = account
  }

  /** It waits for a word still. */
  isValid(): boolean {
    return !this.#challenge.isAnswered
  }

  /** The request goes out again with these, which are kept for their realm, or with the account's. Throws where they are no answer. */
  respond(creds: readonly ChallengeCreds[] = []): void {
    operated('respond', () => {
      const [first, ...more] = proofsOf(creds)
      if (first === undefined) this.#challenge.authorize()
      else this.#challenge.authorize(new Credentials(this.#account.parts.uri, { ...first, more }))
    })
  }

  /** It goes out again with Authorization and Proxy-Authorization that were made elsewhere (Net::SIP's `auth`). */
  respondBy(headers: ExtraHeaders): void {
    operated('respondBy', () => this.#challenge.authorizeBy(headers))
  }

  /** The word is said later, within `withinMs`; without one the request ends with the response that asks. */
  defer(): void {
    operated('defer', () => this.#challenge.defer())
  }

  /** The request ends with the response that asks. */
  abandon(): void {
    operated('abandon', () => this.#challenge.giveUp())
  }
}

/** Told to the account whose request it is; where that has no word on it, its proofs answer. */
export function onChallenge(inner: Inner, challenge: Challenge): void {
  const { token, method, code: statusCode, realm, challenges, ownCredentials, withinMs, headers } = challenge
  const account = [...inner.accounts.values()].find(({ contactUser }) => contactUser === token)
  const { algorithm = '', isProxy = statusCode === 407, isStale: stale = false } = challenges[0] ?? {}
  account?.tell('authChallenge', {
    ...{ method, statusCode, realm, algorithm, isProxy, stale, ownCredentials, withinMs },
    call: inner.lines.of(challenge.subject)?.call,
    headers: headersOf(headers.fields),
    challenge: new AuthChallenge(challenge, account),
  })
}
