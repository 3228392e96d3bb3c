// What the session of a call tells, to the object of the call.
import { callState } from '../../sip/message/call-state.ts'
import type { Farewell, Invitation, InvitationChange } from '../core/index.ts'
import { endCall } from './call-end.ts'
import { askRedirect } from './call-redirect.ts'
import { onTransfer } from './call-transfer.ts'
import type { ToldBy } from './inbox.ts'
import type { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { headersOf } from './wording.ts'

export function hearCall(inner: Inner, line: Line, told: ToldBy<Invitation>) {
  const { session } = line
  switch (told.name) {
    case 'invitation-changed-state':
      return onState(inner, line, told.data)
    case 'invitation-got-sdp-update':
      if (line.isLeft) return
      if (told.data.succeeded) session.agreed(told.data.localSdp, told.data.remoteSdp)
      else session.failed(told.data.error)
      return
    case 'invitation-got-sdp-offer':
      if (line.isLeft) return
      if (told.data.by === 'INVITE') session.answerInAck(told.data.remoteSdp)
      else session.updated(told.data.remoteSdp)
      return
    case 'invitation-changed-session':
      if (!line.isLeft) session.result(told.data.code, told.data.reason)
      return
    case 'invitation-got-farewell':
      return onFarewell(line, told.data)
    case 'invitation-redirected':
      return askRedirect(line, { status: told.data.code, targets: told.data.targets })
    case 'invitation-got-refer':
      return onTransfer(line, told.data.referral)
    case 'invitation-changed-remote-party':
      line.peer = told.data.party
      return
    case 'invitation-got-timer':
      return
  }
}

function onState(inner: Inner, line: Line, change: InvitationChange) {
  line.learn(change.headers)
  const { code, reason, cause } = change
  if (code !== undefined && code >= 100) line.responded(code, reason)
  const because = (change.headers?.reasons ?? []).map(({ protocol, cause: why }) => `${protocol} ${why ?? ''}`.trim())
  // It is answered by the engine (RFC 3261 §9.2).
  if (change.method === 'CANCEL') line.responded(487, undefined)
  if (change.state === 'DISCONNECTED')
    return endCall(inner, line, { status: line.status, reason: line.reason, cause }, because)
  if (line.isLeft) return
  const state = callState(change.state) ?? line.state
  enter(line, state, { statusCode: statusOf(line, change), cause, because })
  if (change.state === 'CONNECTING') takeThePlace(line)
  if (change.state === 'REINVITED') line.session.reinvited(change)
  else line.session.entered(change.state)
}

/** The last transaction of a call that was hung up here, with what was given then. */
function onFarewell(line: Line, { method, code: statusCode, reason, headers }: Farewell): void {
  const rdata = { headers: headersOf(headers?.fields ?? []), body: '' }
  line.call?.tell('callTsxState', { method, role: 'uac', statusCode, reason, rdata, userData: line.hungUp?.params })
}

/** Of what brought a change: their response, or ours. */
const statusOf = ({ status }: Line, { code, state }: InvitationChange): number =>
  code ?? (state === 'CALLING' || state === 'INCOMING' ? 0 : status)

function enter(
  line: Line,
  state: Line['state'],
  by: { readonly statusCode: number; readonly cause: string | undefined; readonly because: readonly string[] },
): void {
  const previous = line.state
  // Each provisional response is told, a re-INVITE is no change of the call.
  if (state === previous && state !== 'early' && state !== 'calling') return
  line.state = state
  if (state === 'connecting' || state === 'confirmed') {
    clearTimeout(line.ringing)
    line.connectedAt ??= performance.now()
  }
  line.call?.tell('callState', { state, previous, reason: by.statusCode === 0 ? '' : line.reason, ...by })
  line.progress?.(state, line.status, line.reason)
  line.account.tellPresence()
}

/** RFC 3891: the call whose place this one takes is over. */
function takeThePlace(line: Line): void {
  const { replaces } = line
  line.replaces = undefined
  if (replaces?.isActive && !replaces.isLeft) replaces.hangUp()
}
