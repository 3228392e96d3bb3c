// A call of ours, from whom it is to to its INVITE.
import { partyCalled } from '../../sip/message/addressing.ts'
import { goesOverTls } from '../../sip/message/over-tls.ts'
import { type ExtraHeaders, Invitation } from '../core/index.ts'
import type { Account } from './account.ts'
import type { Call } from './call.ts'
import { endCall } from './call-end.ts'
import { hearCall } from './call-hears.ts'
import { settingOf } from './call-setting.ts'
import type { MakeCallParam } from './call-types.ts'
import { OperationError, operated } from './errors.ts'
import type { Inner } from './inner.ts'
import { Line } from './line.ts'
import { checkHeaders, targetOf } from './target.ts'

/** It is under way when this returns; throws an OperationError with nothing begun. */
export function makeLine(
  operation: string,
  call: Call,
  account: Account,
  dstUri: string,
  prm: MakeCallParam,
  headers: ExtraHeaders,
): Line {
  const inner = account.inner(operation)
  if (inner.engine.state !== 'running') throw new OperationError(operation, 'not-started', 'the library is closing')
  const { userData, params, txOption = {}, ringTimeMs = account.ringTimeMs } = prm
  const setting = settingOf(operation, prm.opt)
  const to = targetOf(operation, 'dstUri', dstUri, account)
  const extraHeaders = { ...account.parts.headers, ...headers }
  checkHeaders(operation, extraHeaders)
  const { credentials, routes: route, transport, terms } = account.parts
  const sound = account.soundFor(goesOverTls(transport, route[0]?.uri.address ?? to.address))
  if (sound === undefined)
    throw new OperationError(operation, 'refused', 'SRTP is mandatory, and its keys are to go over TLS only')
  const redirectMs = 1000 * account.getConfig().callConfig.redirectTimeoutSec
  const asks = { asksOnRedirect: true, redirectMs, decidesUpdates: true }
  const options = { route, transport, terms, ...asks, engine: inner.engine }
  const invitation = operated(operation, () => new Invitation(credentials, to, options))
  const peer = partyCalled(to.address)
  const start = { role: 'uac', account, invitation, peer, setting, sound, call, userData, headers } as const
  const line = inner.lines.add((id) => new Line(inner, id, { ...start, ...(params && { params }) }))
  if (line === undefined) throw new OperationError(operation, 'limit', `${inner.lines.max} calls are up`)
  call.attach(line)
  line.sound.bring(setting)
  inner.inbox.hear(invitation, (told) => hearCall(inner, line, told))
  const begin = () => {
    if (setting.noSdpOffer !== true) invitation.setOfferedLocalSdp(line.session.offerFirst(setting.sdp))
    invitation.sendInvite(extraHeaders, { parts: txOption.multipartParts ?? [] })
  }
  try {
    if (setting.sdp === undefined) operated(operation, () => withSockets(inner, line, begin))
    else operated(operation, begin)
  } catch (error) {
    line.end()
    inner.lines.remove(line)
    throw error
  }
  if (ringTimeMs > 0) line.ringing = setTimeout(() => nobodyAnswers(line), ringTimeMs)
  return line
}

/** What cannot be is thrown where sockets are at hand, and ends the call where they were waited for. */
function withSockets(inner: Inner, line: Line, begin: () => void): void {
  const fail = (reason: string) => endCall(inner, line, { status: 503, reason, cause: 'local' })
  let isWaiting = false
  const ready = () => {
    if (line.invitation.state !== 'NULL' || line.isLeft) return
    if (!isWaiting) return begin()
    try {
      begin()
    } catch (error) {
      fail((error as Error).message)
    }
  }
  line.sound.open(ready, (reason) => fail(`no port for its sound: ${reason}`))
  isWaiting = true
}

function nobodyAnswers(line: Line): void {
  const { call } = line
  if (line.connectedAt !== undefined || !line.isActive || line.isLeft) return
  call?.tell('ringTimeout', {})
  if (call?.isActive()) call.hangup()
}
