// The other end of a desk phone in a test: what the SIP engine would report when the far party does this or that.
import type { Cause, SessionState } from '../sip/core/contract.ts'
import type { SipRequest } from '../sip/message/message.ts'
import type { Desk } from './desk.ts'
import { invite, request, sdp } from './ua-script.ts'

export function farEnd(desk: Desk, id: () => string) {
  const state = (next: SessionState, status = 0, cause?: Cause, reason = '', message?: SipRequest) =>
    desk.sip({
      kind: 'session-state',
      id: id(),
      state: next,
      previous: 'NULL',
      status,
      reason,
      cause,
      message,
    })
  const body = (role: 'offer' | 'answer', text: string, inResponse = false) =>
    desk.sip({ kind: 'session-sdp', id: id(), role, sdp: text, by: 'INVITE', inResponse })
  return {
    state,
    trying: () => state('CALLING'),
    rings: () => state('EARLY', 180),
    /** 183 with a body: the network says something before anybody answers. */
    announces: () => {
      body('answer', sdp(), true)
      state('EARLY', 183)
    },
    /** RTP comes. */
    speaks: () =>
      desk.world({ kind: 'stream-receiving', port: `call:${id()}`, from: { address: '192.0.2.9', port: 4000 } }),
    answers: () => {
      body('answer', sdp(), true)
      state('CONNECTING', 200)
      state('CONFIRMED', 200)
    },
    refuses: (status: number, cause: Cause = 'remote') => state('DISCONNECTED', status, cause),
    /** CANCEL with a Reason (RFC 3326). */
    givesUp: (because: string) => state('DISCONNECTED', 487, 'remote', '', request('CANCEL', [`Reason: ${because}`])),
    hangsUp: () => state('DISCONNECTED', 200, 'remote'),
    /** The engine is through with an end from here. */
    isGone: () => {
      state('DISCONNECTING')
      state('DISCONNECTED', 200, 'local')
    },
    acknowledges: () => {
      state('CONNECTING', 200)
      state('CONFIRMED')
    },
    holds: (way = 'sendonly') => {
      body('offer', sdp({ way }))
      state('REINVITED')
      state('CONFIRMED')
    },
    accepts: (way: string) => {
      state('REINVITING')
      body('answer', sdp({ way }), true)
      state('CONFIRMED', 200)
      desk.sip({ kind: 'reinvite-result', id: id(), status: 200, reason: 'OK' })
    },
    declines: (status: number) => {
      state('REINVITING')
      state('CONFIRMED', status)
      desk.sip({ kind: 'reinvite-result', id: id(), status, reason: 'No' })
    },
  }
}

/** The party of the call the phone made last. */
export const called = (desk: Desk) => farEnd(desk, () => desk.last('invite')!.id)

/** Somebody calls. */
export function caller(desk: Desk, id = 'in:1') {
  desk.sip({ kind: 'session-incoming', id, request: invite(), sdp: sdp() })
  return farEnd(desk, () => id)
}

export function registered(desk: Desk, account = 'a#1') {
  desk.sip({
    kind: 'registration-state',
    id: account,
    state: 'registered',
    previous: 'registering',
    status: 200,
    reason: 'OK',
    cause: undefined,
    contact: '',
    contacts: [],
    expires: 300,
    retryMs: undefined,
  })
}

export function notRegistered(desk: Desk, status: number, cause?: Cause, account = 'a#1') {
  desk.sip({
    kind: 'registration-state',
    id: account,
    state: 'unregistered',
    previous: 'registering',
    status,
    reason: '',
    cause,
    contact: '',
    contacts: [],
    expires: 0,
    retryMs: 30_000,
  })
}
