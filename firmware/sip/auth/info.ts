// Authentication-Info and Proxy-Authentication-Info (RFC 7615, RFC 7616 §3.5): the nonce for the next request, and the server's
// own proof that it knows the secret.
//
// A proof that is wrong is told and what comes with it is not used; the response stands, as whoever forged it would rather
// have left the header out.
import type { SipResponse } from '../message/message.ts'
import type { AuthSession, AuthState, DigestRequest } from './authorize.ts'
import { type AuthValue, parseAuth } from './challenge.ts'
import { digest } from './digest.ts'

export interface Learned {
  readonly state: AuthState
  /** Realm whose server did not prove itself; undefined: none. */
  readonly unproven: string | undefined
}

/** From a final response other than 401 and 407. */
export function learn(response: SipResponse, request: DigestRequest, state: AuthState): Learned {
  let { sessions } = state
  let unproven: string | undefined
  for (const proxy of [false, true]) {
    for (const line of response.headers(proxy ? 'Proxy-Authentication-Info' : 'Authentication-Info')) {
      const parsed = parseAuth(`Digest ${line}`)
      const params = parsed.ok ? parsed.value[0]?.params : undefined
      const session = params && ofInfo(params, state.used, proxy)
      if (!session) continue
      const isProven =
        !params.has('rspauth') || params.get('rspauth')?.toLowerCase() === proofIn(session, request, response)
      if (!isProven) unproven = session.challenge.realm
      sessions = sessions.flatMap((each) => (isSame(each, session) ? renewed(each, params, isProven) : [each]))
    }
  }
  return { state: { ...state, sessions }, unproven }
}

/** By its cnonce; the header names no realm. */
function ofInfo(params: AuthValue['params'], used: readonly AuthSession[], proxy: boolean): AuthSession | undefined {
  const possible = used.filter(({ challenge }) => challenge.proxy === proxy)
  const cnonce = params.get('cnonce')
  return cnonce === undefined && possible.length === 1 ? possible[0] : possible.find((each) => each.cnonce === cnonce)
}

/** Over '' for the method and the body of the response. */
const proofIn = (session: AuthSession, { uri }: DigestRequest, { body }: SipResponse): string =>
  digest({ ...session, nonce: session.challenge.nonce, key: session.key.reveal(), method: '', uri, body })

const isSame = ({ challenge }: AuthSession, { challenge: other }: AuthSession): boolean =>
  challenge.proxy === other.proxy && challenge.realm === other.realm && challenge.nonce === other.nonce

/** On the next nonce, counting from one; without a session when there is no trust in it. */
function renewed(session: AuthSession, params: AuthValue['params'], isProven: boolean): readonly AuthSession[] {
  if (!isProven) return []
  const nonce = params.get('nextnonce')
  return [nonce === undefined ? session : { ...session, count: 0, challenge: { ...session.challenge, nonce } }]
}
