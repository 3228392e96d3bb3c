// Whom requests come from, and what proves it.
import { hex } from '../../base/rng.ts'
import { systemRng } from '../../runtime/system-rng.ts'
import { SqnWindow } from '../../sip/auth/sqn.ts'
import type { Credential } from '../../sip/core/contract.ts'
import { type ContactParams, contactProblem, placeProblem } from '../../sip/usage/contact-wishes.ts'
import { expects, options as optional } from './arguments.ts'
import { CoreError } from './errors.ts'
import {
  either,
  FLAG,
  instance,
  list,
  maybe,
  NUMBER,
  oneOf,
  record,
  SECRET,
  shape,
  type Takes,
  TEXT,
  whole,
} from './guard.ts'
import { checkProof, credentialOf, type Proof } from './proof.ts'
import { SIP_URI, type SipUri } from './sip-uri.ts'

/** What may be said beside the URI. */
export interface CredentialsOptions extends Proof {
  /** User part of our Contact; random when it is left out. */
  readonly token?: string | undefined
  /** More parameters of our Contact, in requests and responses of theirs, by name; undefined is one without a value. */
  readonly contactParams?: ContactParams | undefined
  /** Likewise of the URI in it. */
  readonly contactUriParams?: ContactParams | undefined
  /** Where others reach us, in our Contact in the place of the engine's own address: a port forwarded to it. */
  readonly contactPlace?: ContactPlace | undefined
  /** See the attribute of that name. */
  readonly asksOnChallenge?: boolean | number
  /** For other realms: proxies and servers that know us otherwise. */
  readonly more?: readonly Proof[] | undefined
}

/** A host, IPv6 without brackets, and a port. */
export interface ContactPlace {
  readonly host: string
  readonly port?: number | undefined
}

const TOKEN_DIGITS = 16
/** Whoever is asked has to type a password. */
const CHALLENGE_MS = 60_000

const HASH = oneOf('MD5', 'SHA-256', 'SHA-512-256')
const PROOF = {
  ...{ realm: maybe(TEXT), username: maybe(TEXT), password: maybe(SECRET), ha1: maybe(SECRET), hash: maybe(TEXT) },
  ...{ hashes: maybe(list(HASH)), aka: maybe(shape({ k: SECRET, op: maybe(SECRET), opc: maybe(SECRET) })) },
}
const PARAMS = record(maybe(TEXT))
const TAKES: Takes = [
  ['uri', SIP_URI],
  [
    'options',
    optional({
      ...{ ...PROOF, token: TEXT, contactParams: PARAMS, contactUriParams: PARAMS, more: list(shape(PROOF)) },
      ...{ contactPlace: shape({ host: TEXT, port: maybe(whole(1, 65_535)) }), asksOnChallenge: either(FLAG, NUMBER) },
    }),
  ],
]

/** The account a request is sent from. Passwords and keys never show in text, JSON or inspection. */
export class Credentials {
  /** The account's address, display name included: it goes into From. */
  uri: SipUri
  /** User part of the Contact; incoming requests name it in their Request-URI, so that they find their account. */
  token: string
  /** Name for authentication; undefined: the user part of `uri`. */
  username: string | undefined
  /** Realm the proof is for; undefined: any. */
  realm: string | undefined
  /**
   * Each 401 and 407 to their requests is told by `engine-got-challenge` before it is answered, and waits for a word: for 60 s, or
   * for so many ms, ten minutes at most.
   */
  asksOnChallenge: boolean | number
  /** More parameters of our Contact, and of the URI in it. */
  readonly contactParams: ContactParams
  readonly contactUriParams: ContactParams
  /** Named in it in the place of our own address. */
  readonly contactPlace: ContactPlace | undefined
  #proof: Proof
  readonly #more: readonly Proof[]
  /** Of the numbers a network has used; copies share it. */
  #sqn = new SqnWindow()

  /** Throws a CoreError when a proof is none. */
  constructor(uri: SipUri, options: CredentialsOptions = {}) {
    expects('Credentials', TAKES, uri, options)
    const { token, username, realm, more = [], asksOnChallenge = false, ...rest } = options
    const { contactParams = {}, contactUriParams = {}, contactPlace, ...proof } = rest
    for (const each of [options, ...more]) checkProof('Credentials', each)
    const problem = contactProblem(contactParams, contactUriParams) ?? (contactPlace && placeProblem(contactPlace))
    if (problem !== undefined) throw new CoreError('argument', 'Credentials', problem)
    this.uri = uri
    this.token = token ?? hex(systemRng(), TOKEN_DIGITS)
    this.username = username
    this.realm = realm
    this.asksOnChallenge = asksOnChallenge
    this.contactParams = { ...contactParams }
    this.contactUriParams = { ...contactUriParams }
    this.contactPlace = contactPlace && { ...contactPlace }
    this.#proof = proof
    this.#more = [...more]
  }

  /** The password, in clear; undefined: there is none. */
  get password(): string | undefined {
    return this.#proof.password
  }
  set password(password: string | undefined) {
    this.#proof = { hashes: this.#proof.hashes, password }
  }

  /** For the objects of the core: all proofs there are, in the order they are tried in. */
  get proofs(): readonly Credential[] {
    const { username, realm } = this
    const user = this.uri.user ?? ''
    return [{ ...this.#proof, username, realm }, ...this.#more].flatMap((each) => credentialOf(each, user, this.#sqn))
  }

  /** For the objects of the core: how long a challenge waits, ms; undefined: it does not. */
  get challengeMs(): number | undefined {
    const { asksOnChallenge } = this
    return asksOnChallenge === true ? CHALLENGE_MS : asksOnChallenge || undefined
  }

  /** Another one that says the same, with a URI of its own. */
  copy(): Credentials {
    const { token, username, realm, asksOnChallenge, contactParams, contactUriParams, contactPlace } = this
    const contact = { token, contactParams, contactUriParams, contactPlace }
    const known = { ...this.#proof, ...contact, username, realm, asksOnChallenge, more: this.#more }
    const copy = new Credentials(this.uri.copy(), known)
    copy.#sqn = this.#sqn
    return copy
  }
}

export const CREDENTIALS = instance('Credentials', () => Credentials)
