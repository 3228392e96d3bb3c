// Answering challenges as a client (RFC 3261 §22.2, §22.3; RFC 7616; RFC 8760): which one, with what, and when to stop.
//
// `preauthorize` once for each new request, `authorize` for each 401 or 407 to it; the state passes from one to the next
// and may outlive the request, so that later ones go out authorised at once.
import { utf8Encode } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { hex, type Rng } from '../../base/rng.ts'
import type { Secret } from '../../base/secret.ts'
import type { HeaderField } from '../message/message.ts'
import { quote } from '../message/params.ts'
import type { Challenge } from './challenge.ts'
import { algorithm, digest, printCount, type Qop } from './digest.ts'

/** What the account holds for a realm; '*' is any realm without its own. */
export interface DigestCredential {
  readonly realm: string
  readonly username: string
  readonly password: Secret
}

/** The request to be authorised, as it will be sent. */
export interface DigestRequest {
  readonly method: string
  /** Request-URI, as printed. */
  readonly uri: string
  readonly body: string
}

/** A challenge being answered: its nonce with how often it was used (`nc`), and the cnonce that -sess is bound to. */
interface Session {
  readonly challenge: Challenge
  readonly qop: Qop | undefined
  readonly cnonce: string
  readonly count: number
}

interface Try {
  readonly proxy: boolean
  readonly realm: string
  readonly nonce: string
  /** Sent before anybody asked, on an old nonce: its refusal says nothing about the credentials. */
  readonly early: boolean
}

export interface AuthState {
  /** One for each realm and kind. */
  readonly sessions: readonly Session[]
  /** What the present request was sent with. */
  readonly tries: readonly Try[]
}

export const NO_AUTH: AuthState = { sessions: [], tries: [] }

export interface Authorized {
  /** Every Authorization and Proxy-Authorization of the request, those for realms answered earlier included. */
  readonly headers: readonly HeaderField[]
  readonly state: AuthState
}

export interface AuthFailure {
  /** `rejected`: the server has seen these credentials and refuses them; again would be the same. */
  readonly kind: 'no-challenge' | 'unsupported' | 'no-credentials' | 'rejected'
  readonly realm: string
  readonly what: string
}

const MAX_SESSIONS = 8

/** Begins a new request: headers for the realms known from before, none when there are none. */
export function preauthorize(
  request: DigestRequest,
  credentials: readonly DigestCredential[],
  state: AuthState,
): Authorized {
  const sessions = state.sessions.filter(({ challenge }) => find(credentials, challenge.realm) !== undefined)
  const tries = sessions.map(({ challenge }) => toTry(challenge, true))
  return answer(sessions, tries, request, credentials)
}

/**
 * Answers the challenges of a 401 or 407. Realms without credentials are left unanswered as long as one can be answered
 * (§22.3: a forking proxy collects them). A realm is tried once more only for `stale` and only on a new nonce.
 */
export function authorize(
  challenges: readonly Challenge[],
  request: DigestRequest,
  credentials: readonly DigestCredential[],
  rng: Rng,
  state: AuthState,
): Result<Authorized, AuthFailure> {
  const sessions = [...state.sessions]
  const tries = [...state.tries]
  let failure: AuthFailure = { kind: 'no-challenge', realm: '', what: 'the response has no Digest challenge' }
  let answered = 0
  for (const group of byRealm(challenges)) {
    const { proxy, realm } = group[0]!
    const best = strongest(group)
    const username = find(credentials, realm)?.username
    if (best === undefined)
      failure = { kind: 'unsupported', realm, what: 'no algorithm or qop of the challenge is supported' }
    else if (username === undefined) failure = { kind: 'no-credentials', realm, what: 'no credentials for the realm' }
    else if (isRefusal(best, tries))
      return err({ kind: 'rejected', realm, what: `credentials of ${username} were refused` })
    else {
      const at = sessions.findIndex(({ challenge }) => challenge.proxy === proxy && challenge.realm === realm)
      const known = sessions[at]
      // The same nonce again without a try of it: the server asks for it anew, its count goes on.
      const session =
        known !== undefined && known.challenge.nonce === best.nonce
          ? { ...known, challenge: best }
          : { challenge: best, qop: qopOf(best), cnonce: hex(rng, 16), count: 0 }
      if (at >= 0) sessions[at] = session
      else if (sessions.push(session) > MAX_SESSIONS) sessions.shift()
      tries.push(toTry(best, false))
      answered++
    }
  }
  return answered === 0 ? err(failure) : ok(answer(sessions, tries, request, credentials))
}

const toTry = ({ proxy, realm, nonce }: Challenge, early: boolean): Try => ({ proxy, realm, nonce, early })

function isRefusal(challenge: Challenge, tries: readonly Try[]): boolean {
  const before = tries.filter(({ proxy, realm }) => proxy === challenge.proxy && realm === challenge.realm)
  if (before.some(({ nonce }) => nonce === challenge.nonce)) return true
  const asked = before.filter(({ early }) => !early).length
  return asked >= (challenge.stale ? 2 : 1)
}

function byRealm(challenges: readonly Challenge[]): readonly (readonly Challenge[])[] {
  const groups: Challenge[][] = []
  for (const challenge of challenges) {
    const group = groups.find(([c]) => c!.proxy === challenge.proxy && c!.realm === challenge.realm)
    if (group === undefined) groups.push([challenge])
    else group.push(challenge)
  }
  return groups
}

/** Of equally strong ones the topmost (RFC 8760 §2.4). */
function strongest(group: readonly Challenge[]): Challenge | undefined {
  let best: Challenge | undefined
  let strength = 0
  for (const challenge of group) {
    const known = algorithm(challenge.algorithm)
    if (known === undefined || known.strength <= strength || !isQopKnown(challenge)) continue
    best = challenge
    strength = known.strength
  }
  return best
}

const isQopKnown = ({ qop }: Challenge): boolean =>
  qop === undefined || qop.includes('auth') || qop.includes('auth-int')

/** `auth` first: gateways that rewrite SDP break auth-int. */
const qopOf = ({ qop }: Challenge): Qop | undefined =>
  qop === undefined ? undefined : qop.includes('auth') ? 'auth' : 'auth-int'

function find(credentials: readonly DigestCredential[], realm: string): DigestCredential | undefined {
  return (
    credentials.find((c) => c.realm !== '*' && utf8Encode(c.realm) === realm) ??
    credentials.find((c) => c.realm === '*')
  )
}

function answer(
  sessions: readonly Session[],
  tries: readonly Try[],
  request: DigestRequest,
  credentials: readonly DigestCredential[],
): Authorized {
  const used = sessions.map((session) => ({ ...session, count: session.count + 1 }))
  const headers = used.map((session) => header(session, request, find(credentials, session.challenge.realm)!))
  return { headers, state: { sessions: used, tries } }
}

function header(session: Session, request: DigestRequest, credential: DigestCredential): HeaderField {
  const { challenge, qop, cnonce, count } = session
  const { realm, nonce } = challenge
  const quoted = quote(utf8Encode(credential.username))
  const known = algorithm(challenge.algorithm)!
  const response = digest({
    algorithm: known,
    username: quoted.slice(1, -1),
    realm,
    password: utf8Encode(credential.password.reveal()),
    nonce,
    cnonce,
    count,
    qop,
    method: request.method,
    uri: request.uri,
    body: request.body,
  })
  let value = `Digest username=${quoted}, realm="${realm}", nonce="${nonce}", uri="${request.uri}", response="${response}"`
  if (challenge.algorithm !== undefined) value += `, algorithm=${challenge.algorithm}`
  if (qop !== undefined) value += `, qop=${qop}, cnonce="${cnonce}", nc=${printCount(count)}`
  else if (known.session) value += `, cnonce="${cnonce}"`
  if (challenge.opaque !== undefined) value += `, opaque="${challenge.opaque}"`
  return { name: challenge.proxy ? 'Proxy-Authorization' : 'Authorization', value }
}
