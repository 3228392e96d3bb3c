// A call handed on: one we ask for with what becomes of it, and one that is asked of us (RFC 3515).
import type { ExtraHeaders, IncomingReferral, Invitation, Referral, SipUri } from '../core/index.ts'
import { inTime, OperationError, operated } from './errors.ts'
import type { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { checkHeaders } from './target.ts'

/** REFER: they are to call `to`, or take our place in that session (RFC 3891); `insist`: their INVITE fails where that is not understood. */
export function refer(
  operation: string,
  line: Line,
  to: SipUri | Invitation,
  headers: ExtraHeaders = {},
  insist = true,
): void {
  checkHeaders(operation, headers)
  if (line.isLeft) throw new OperationError(operation, 'refused', 'is ending')
  if (line.referral !== undefined) throw new OperationError(operation, 'refused', 'a transfer is under way')
  // RFC 3892 §2.1: whom the one called will hear of.
  const known = Object.keys(headers).some((name) => /^(referred-by|b)$/i.test(name))
  const extraHeaders = known ? headers : { 'Referred-By': `<${line.localUri}>`, ...headers }
  const referral = operated(operation, () => line.invitation.refer(to, { extraHeaders, insist }))
  followReferral(line.inner, line, referral)
}

/** What becomes of a REFER of ours is told, until that is enough. */
function followReferral(inner: Inner, line: Line, referral: Referral): void {
  line.referral = referral
  let isWanted = true
  inner.inbox.hear(referral, ({ data }) => {
    // What came before it was ended is told behind that.
    if (!isWanted) return
    const prm = { statusCode: data.code, reason: data.reason, finalNotify: data.isFinal, cont: true }
    if (data.isFinal) line.referral = undefined
    line.call?.tell('callTransferStatus', prm)
    if (prm.cont || prm.finalNotify || !line.isActive) return
    isWanted = false
    line.referral = undefined
    inTime(() => referral.end())
  })
}

/** Asks the application of the call, calls where they want, and tells them how that goes. */
export function onTransfer(line: Line, referral: IncomingReferral) {
  const decline = (code: number) => void inTime(() => referral.reject(code))
  if (line.call === undefined) return decline(603)
  if (referral.method !== 'INVITE' || referral.referTo === undefined) return decline(501)
  const dstUri = referral.referTo.address
  const referredBy = referral.headers.get('Referred-By')
  const prm = { dstUri, statusCode: 202, newCall: undefined as Line['call'], opt: {}, referredBy }
  line.call.tell('callTransferRequest', prm)
  if (prm.statusCode >= 300 || prm.statusCode < 200) return decline(prm.statusCode >= 300 ? prm.statusCode : 603)
  const headers = { ...referral.inviteHeaders, ...(referredBy !== undefined && { 'Referred-By': referredBy }) }
  try {
    const newCall = prm.newCall ?? line.account.newCall()
    newCall.makeTransferred(
      dstUri,
      headers,
      prm.opt,
      (code, reason) => void inTime(() => referral.notify(code, reason)),
    )
  } catch {
    return decline(503)
  }
  inTime(() => referral.accept())
}
