// A 401 or 407 that an account has no proof for: its proof answers what it can, the application is asked about the rest.
import { utf8Decode } from '../base/bytes.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import type { AccountId, CallId, UaCommand } from './contract.ts'
import type { Tell } from './tell.ts'

/** As long as a person may need to find and type a password. */
export const CHALLENGE_MS = 60_000

/** `call`: the one the request is of; undefined: it is of none. */
export function onChallenged(
  event: Extract<SipEvent, { kind: 'challenged' }>,
  account: AccountId | undefined,
  call: CallId | undefined,
  tell: Tell,
): void {
  const { id: challenge, own, method, response, answerMs } = event
  // The account is gone, and what it has begun is ending.
  if (account === undefined) {
    tell.sip({ kind: 'authorize', id: challenge, answer: undefined })
    return
  }
  tell.app({
    ...{ kind: 'challenge', challenge, account, call, method, uri: utf8Decode(event.uri), status: response.status },
    challenges: event.challenges.map(({ realm, algorithm = 'MD5', proxy, stale, nonce, opaque, qop }) => ({
      ...{ realm: utf8Decode(realm), algorithm, proxy, stale, nonce, opaque, qop },
    })),
    ...{ own: own === 'refused' ? own : 'none', default: 'refuse', answerMs },
  })
}

export function authorize({ challenge, answer }: Extract<UaCommand, { kind: 'authorize' }>, tell: Tell): void {
  tell.sip({ kind: 'authorize', id: challenge, answer })
}
