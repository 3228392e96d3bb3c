// Credentials with what is known of the servers' challenges; lives as long as the registration or dialog it serves.
import { type AuthState, NO_AUTH } from '../auth/authorize.ts'
import type { Credential } from '../auth/credential.ts'
import type { Asks } from './questions.ts'

interface Known {
  credentials: readonly Credential[]
  state: AuthState
}

export class Digest implements Known {
  /** Undefined: nobody is asked about challenges. */
  readonly asks: Asks | undefined
  readonly #known: Known

  constructor(known: Known, asks: Asks | undefined) {
    this.#known = known
    this.asks = asks
  }

  get credentials(): readonly Credential[] {
    return this.#known.credentials
  }
  set credentials(credentials: readonly Credential[]) {
    this.#known.credentials = credentials
  }

  get state(): AuthState {
    return this.#known.state
  }
  set state(state: AuthState) {
    this.#known.state = state
  }

  /** The same knowledge for requests of something else; undefined: nobody waits for what becomes of them. */
  of(asks: Asks | undefined): Digest {
    return new Digest(this.#known, asks)
  }
}

export const newDigest = (credentials: readonly Credential[], asks?: Asks): Digest =>
  new Digest({ credentials, state: NO_AUTH }, asks)
