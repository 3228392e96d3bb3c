// Answering challenges as a client (RFC 3261 §22.2, §22.3; RFC 7616; RFC 8760): which one, with what, and when to stop.
//
// `preauthorize` once for each new request, `authorize` for each 401 or 407 to it, `learn` from its final response; the state
// passes from one to the next and may outlive the request, so that later ones go out authorised at once.
import { utf8Encode } from '../../base/bytes.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { hex, type Rng } from '../../base/rng.ts'
import { Secret } from '../../base/secret.ts'
import type { HeaderField } from '../message/message.ts'
import { quote } from '../message/params.ts'
import { type Challenge, hostOf } from './challenge.ts'
import { type Credential, type Fit, fitting, nameIn, ofRealm, proofOf } from './credential.ts'
import { type Algorithm, digest, keyOf, printCount, type Qop } from './digest.ts'

/** The request to be authorised, as it will be sent. */
export interface DigestRequest {
  readonly method: string
  /** Request-URI, as printed. */
  readonly uri: string
  readonly body: string
  /** Names and addresses of the next hop, as far as they are known. */
  readonly hops: readonly string[]
}

/** A challenge being answered: its nonce with how often it was used (`nc`). */
export interface AuthSession {
  readonly challenge: Challenge
  readonly algorithm: Algorithm
  /** How the name is said. */
  readonly name: string
  readonly qop: Qop | undefined
  readonly cnonce: string
  readonly count: number
  /** H(A1). */
  readonly key: Secret
  /** This answer asks the network to number anew (RFC 3310 §3.4). */
  readonly auts: string | undefined
  /** Hosts it is good for: later requests to them, or about them unless it is a proxy's, carry it unasked. */
  readonly hosts: readonly string[]
}

interface Try {
  readonly proxy: boolean
  readonly realm: string
  readonly nonce: string
  /** Its refusal says nothing about the credentials: sent before anybody asked, or for AKA's numbering alone. */
  readonly early: boolean
}

export interface AuthState {
  /** One for each realm and kind. */
  readonly sessions: readonly AuthSession[]
  /** What the present request was sent with, each time; and the last time. */
  readonly tries: readonly Try[]
  readonly used: readonly AuthSession[]
}

export const NO_AUTH: AuthState = { sessions: [], tries: [], used: [] }

export interface Authorized {
  /** Every Authorization and Proxy-Authorization of the request, those for realms answered earlier included. */
  readonly headers: readonly HeaderField[]
  readonly state: AuthState
}

export interface AuthFailure {
  /** `rejected`: the server has seen these credentials and refuses them; again would be the same. `untrusted`: AKA alone. */
  readonly kind: 'no-challenge' | 'unsupported' | 'no-credentials' | 'rejected' | 'untrusted'
  readonly realm: string
  readonly what: string
}

const MAX_SESSIONS = 8
/** AKA: numbering anew in one request, should the network not listen. */
const MAX_RESYNC = 2

/** Begins a new request: headers for the realms known at this place from before, none when there are none. */
export function preauthorize(request: DigestRequest, credentials: readonly Credential[], state: AuthState): Authorized {
  const hosts = state.sessions.length === 0 ? [] : hostOf(request.uri)
  const known = state.sessions.filter(({ challenge }) => ofRealm(credentials, challenge.realm).length > 0)
  const used = known.filter((session) => session.auts === undefined && isGoodFor(session, request.hops, hosts))
  const tries = used.map(({ challenge }) => toTry(challenge, true))
  const done = answer(known, tries, used, request)
  if (request.method !== 'REGISTER') return done
  return { ...done, headers: [...done.headers, ...introductions(credentials, used, request)] }
}

const isGoodFor = (session: AuthSession, hops: readonly string[], about: readonly string[]): boolean =>
  session.hosts.some((host) => hops.includes(host) || (!session.challenge.proxy && about.includes(host)))

/** RFC 3310 §4 (and 3GPP TS 24.229 §5.1.1.2): the network has to know who asks to make a challenge for it. */
function introductions(credentials: readonly Credential[], used: readonly AuthSession[], { uri }: DigestRequest) {
  return credentials.flatMap((credential) => {
    if (!('aka' in credential) || credential.realm === '*') return []
    if (used.some(({ challenge }) => ofRealm([credential], challenge.realm).length > 0)) return []
    const [name, realm] = [credential.username, credential.realm].map((text) => quote(utf8Encode(text)))
    const value = `Digest username=${name}, realm=${realm}, nonce="", uri="${uri}", response=""`
    return [{ name: 'Authorization', value }]
  })
}

/**
 * Answers the challenges of a 401 or 407. Realms without credentials are left unanswered as long as one can be answered
 * (§22.3: a forking proxy collects them). A realm is tried once more only for `stale` and only on a new nonce.
 */
export function authorize(
  challenges: readonly Challenge[],
  request: DigestRequest,
  credentials: readonly Credential[],
  rng: Rng,
  state: AuthState,
): Result<Authorized, AuthFailure> {
  const sessions = [...state.sessions]
  // As they are now: other requests may have counted on meanwhile.
  const used = sessions.filter((session) => state.used.some((each) => isOf(session, each.challenge)))
  const tries = [...state.tries]
  let failure: AuthFailure = { kind: 'no-challenge', realm: '', what: 'the response has no Digest challenge' }
  let answered = 0
  for (const group of byRealm(challenges)) {
    const { realm } = group[0]!
    const own = ofRealm(credentials, realm)
    const fit = fitting(group, own)
    if (own.length === 0) failure = { kind: 'no-credentials', realm, what: 'no credentials for the realm' }
    else if (fit === undefined)
      failure = { kind: 'unsupported', realm, what: `nothing to answer with: ${group.map(described).join(', ')}` }
    else if (isRefusal(fit.challenge, tries))
      return err({ kind: 'rejected', realm, what: `credentials of ${fit.credential.username} were refused` })
    else {
      const begun = begin(fit, request, rng, sessions)
      if (!begun.ok) return err({ kind: 'untrusted', realm, what: begun.error })
      for (const list of [sessions, used]) {
        const at = list.findIndex((session) => isOf(session, fit.challenge))
        if (at >= 0) list[at] = begun.value
        else if (list.push(begun.value) > MAX_SESSIONS) list.shift()
      }
      tries.push(toTry(fit.challenge, begun.value.auts !== undefined))
      answered++
    }
  }
  return answered === 0 ? err(failure) : ok(answer(sessions, tries, used, request))
}

/** What `authorize` would make of it, short of what AKA alone finds out: an answer, `none`, or that all was `refused` before. */
export function prospect(
  challenges: readonly Challenge[],
  credentials: readonly Credential[],
  { tries }: AuthState,
): 'fit' | 'none' | 'refused' {
  const fits = byRealm(challenges).map((group) => fitting(group, ofRealm(credentials, group[0]!.realm)))
  if (fits.some((fit) => fit && isRefusal(fit.challenge, tries))) return 'refused'
  return fits.some((fit) => fit !== undefined) ? 'fit' : 'none'
}

/** Nothing was ever said to those challenges: for other credentials. */
export function forget(challenges: readonly Challenge[], { sessions, tries, used }: AuthState): AuthState {
  const isOther = ({ proxy, realm }: Pick<Challenge, 'proxy' | 'realm'>) =>
    !challenges.some((each) => each.proxy === proxy && each.realm === realm)
  return {
    sessions: sessions.filter(({ challenge }) => isOther(challenge)),
    tries: tries.filter(isOther),
    used: used.filter(({ challenge }) => isOther(challenge)),
  }
}

const isOf = ({ challenge }: AuthSession, { proxy, realm }: Challenge): boolean =>
  challenge.proxy === proxy && challenge.realm === realm

const described = ({ algorithm: name = 'MD5', qop }: Challenge): string =>
  qop ? `${name} with qop ${qop.join('/')}` : name

function begin(fit: Fit, { uri, hops }: DigestRequest, rng: Rng, sessions: readonly AuthSession[]) {
  const { challenge, algorithm: known, credential } = fit
  const { proxy, nonce } = challenge
  const open = sessions.find((session) => isOf(session, challenge) && session.challenge.nonce === nonce)
  const hosts = [...new Set([...(open?.hosts ?? []), ...hops, ...(proxy ? [] : hostOf(uri)), ...challenge.domain])]
  // The same nonce again without a try of it: the server asks for it anew, its count goes on.
  if (open) return ok({ ...open, challenge, hosts })
  const proof = proofOf(fit)
  if (!proof.ok) return proof
  const cnonce = hex(rng, 16)
  const session: AuthSession = {
    challenge,
    algorithm: known,
    name: nameIn(credential, challenge, known).param,
    qop: qopOf(challenge),
    cnonce,
    count: 0,
    key: new Secret(keyOf(known, proof.value.ha1, nonce, cnonce)),
    auts: proof.value.auts,
    hosts,
  }
  return ok(session)
}

const toTry = ({ proxy, realm, nonce }: Challenge, early: boolean): Try => ({ proxy, realm, nonce, early })

function isRefusal(challenge: Challenge, tries: readonly Try[]): boolean {
  const before = tries.filter(({ proxy, realm }) => proxy === challenge.proxy && realm === challenge.realm)
  if (before.some(({ nonce }) => nonce === challenge.nonce)) return true
  const asked = before.filter(({ early }) => !early).length
  return asked >= (challenge.stale ? 2 : 1) || before.length - asked > MAX_RESYNC
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

/** `auth` first: gateways that rewrite SDP break auth-int. */
const qopOf = ({ qop }: Challenge): Qop | undefined =>
  qop === undefined ? undefined : qop.includes('auth') ? 'auth' : 'auth-int'

/** The headers of `used`, each counted once more, there and in what is kept. */
function answer(
  sessions: readonly AuthSession[],
  tries: readonly Try[],
  used: readonly AuthSession[],
  request: DigestRequest,
): Authorized {
  const counted = new Map(used.map((session) => [session, { ...session, count: session.count + 1 }]))
  const all = [...counted.values()]
  return {
    headers: all.map((session) => header(session, request)),
    state: { sessions: sessions.map((session) => counted.get(session) ?? session), tries, used: all },
  }
}

function header(session: AuthSession, request: DigestRequest): HeaderField {
  const { challenge, qop, cnonce, count, auts } = session
  const { realm, nonce } = challenge
  const response = digest({ ...session, ...request, nonce, key: session.key.reveal() })
  let value = `Digest ${session.name}, realm="${realm}", nonce="${nonce}", uri="${request.uri}", response="${response}"`
  if (challenge.algorithm !== undefined) value += `, algorithm=${challenge.algorithm}`
  if (qop !== undefined) value += `, qop=${qop}, cnonce="${cnonce}", nc=${printCount(count)}`
  else if (session.algorithm.session) value += `, cnonce="${cnonce}"`
  if (challenge.opaque !== undefined) value += `, opaque="${challenge.opaque}"`
  if (auts !== undefined) value += `, auts="${auts}"`
  return { name: challenge.proxy ? 'Proxy-Authorization' : 'Authorization', value }
}
