// Whom requests come from, and what proves it.
import { hex } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import { systemRng } from '../../runtime/system-rng.ts'
import type { SipUri } from './sip-uri.ts'

/** What may be said beside the URI. */
export interface CredentialsOptions {
  /** Undefined: no proof is given. */
  readonly password?: string | undefined
  /** User part of our Contact; random when it is left out. */
  readonly token?: string | undefined
  /** Name for authentication where it is not the user part of the URI. */
  readonly username?: string | undefined
  /** The only realm the password is for; any when it is left out. */
  readonly realm?: string | undefined
}

const TOKEN_DIGITS = 16

/** The account a request is sent from. The password never shows in text, JSON or inspection. */
export class Credentials {
  /** The account's address, display name included: it goes into From. */
  uri: SipUri
  /** User part of the Contact; incoming requests name it in their Request-URI, so that they find their account. */
  token: string
  /** Name for authentication; undefined: the user part of `uri`. */
  username: string | undefined
  /** Realm the password is for; undefined: any. */
  realm: string | undefined
  #password: Secret | undefined

  constructor(uri: SipUri, options: CredentialsOptions = {}) {
    this.uri = uri
    this.token = options.token ?? hex(systemRng(), TOKEN_DIGITS)
    this.username = options.username
    this.realm = options.realm
    this.password = options.password
  }

  /** The password, in clear. */
  get password(): string | undefined {
    return this.#password?.reveal()
  }
  set password(value: string | undefined) {
    this.#password = value === undefined ? undefined : new Secret(value)
  }

  /** Another one that says the same, with a URI of its own. */
  copy(): Credentials {
    const { token, username, realm, password } = this
    return new Credentials(this.uri.copy(), { token, username, realm, password })
  }
}
