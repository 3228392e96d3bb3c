// What comes to an endpoint unasked: calls, requests, subscribers, mailboxes; each given to the account it is for.
import { utf8Encode } from '../../base/bytes.ts'
import { createResource } from '../../sip/packages/resource.ts'
import type { AnyNotification, Invitation, UnsolicitedNotify } from '../core/index.ts'
import { onChallenge } from './auth-challenge.ts'
import { hearCall } from './call-hears.ts'
import { inTime } from './errors.ts'
import type { Inner } from './inner.ts'
import { Line } from './line.ts'
import { onRequest } from './requests.ts'
import { rxData } from './wording.ts'

/** Nobody made a call of it while it was told. */
const UNWANTED = 480

/** What is told by whom nobody has asked. */
export function onArrival(inner: Inner, told: AnyNotification) {
  switch (told.name) {
    case 'invitation-changed-state':
      if (told.data.previousState === 'NULL' && told.data.state === 'INCOMING') onInvitation(inner, told.sender)
      return
    case 'engine-got-message':
    case 'engine-got-info':
    case 'engine-got-request':
      return onRequest(inner, told.data.request)
    case 'engine-got-challenge':
      return onChallenge(inner, told.data.challenge)
    case 'engine-got-refer':
      return void inTime(() => told.data.referral.reject(603))
    case 'engine-got-subscription': {
      const { subscription } = told.data
      const account = inner.accountFor(subscription)
      if (account === undefined) inTime(() => subscription.reject(404))
      else account.watchers.asked(subscription)
      return
    }
    case 'engine-got-unsolicited-notify':
      return onNotify(inner, told.data)
  }
}

function onNotify(inner: Inner, notify: UnsolicitedNotify): void {
  const { event, contentType, body } = notify
  if (event !== 'message-summary') return
  const account = inner.accountFor(notify)
  const mailbox = createResource('message-summary')
  if (!mailbox.read({ contentType: utf8Encode(contentType), content: utf8Encode(body) }).ok) return
  const watched = mailbox.watched()
  if (watched.of === 'message-summary')
    account?.tell('mwiInfo', { active: true, state: 'unsolicited', messages: watched.messages })
}

function onInvitation(inner: Inner, invitation: Invitation) {
  const refuse = (code: number) => void inTime(() => invitation.disconnect(code))
  const { requestUri, requestTel, calleeUri: toUri } = invitation
  const found = inner.accountFor({ requestUri, requestTel, toUri })
  const peer = invitation.remoteParty
  const account = found && inner.endpoint.selectAccount(found, rxData(peer, invitation.inviteHeaders, ''))
  if (account === undefined) return refuse(404)
  const refusal = invitation.refusalUnder(account.terms)
  if (refusal !== undefined) return void inTime(() => invitation.disconnect(refusal.code, refusal.headers))
  const sound = account.soundFor(/^SIP\/2\.0\/TLS /i.test(invitation.inviteHeaders?.get('Via') ?? ''))
  if (sound === undefined) return refuse(488)
  const line = inner.lines.add(
    (id) => new Line(inner, id, { role: 'uas', account, invitation, peer, setting: {}, sound }),
  )
  if (line === undefined) return refuse(486)
  line.state = 'incoming'
  inner.inbox.hear(invitation, (told) => hearCall(inner, line, told))
  inTime(() => {
    invitation.setTerms(account.terms)
    invitation.setCredentials(account.credentials, { route: account.routes, transport: account.parts.transport })
    invitation.decidesUpdates = true
  })
  const drop = (code: number) => {
    if (!line.isActive) return
    line.end()
    inner.lines.remove(line)
    refuse(code)
  }
  line.sound.open(
    () => take(inner, line, drop),
    (reason) => {
      inner.endpoint.utilLogWrite(2, `a call was refused, as it has no ports: ${reason}`)
      drop(503)
    },
  )
}

/** It has sockets: what it offers is looked at, then it is told. */
function take(inner: Inner, line: Line, drop: (code: number) => void) {
  const { invitation, account, session } = line
  if (!line.isActive || line.isTold) return
  const remote = invitation.offeredRemoteSdp
  if (remote !== undefined) {
    try {
      session.consider(remote)
    } catch (error) {
      session.unfit = (error as Error).message
      inner.endpoint.utilLogWrite(3, `what a call offers cannot be sound here: ${session.unfit}`)
    }
    line.remoteOffered(remote)
  }
  const replaced = inner.lines.of(invitation.replaces)
  if (replaced !== undefined && session.unfit !== undefined) return drop(488)
  line.isTold = true
  line.learn(invitation.inviteHeaders)
  if (replaced !== undefined) return onReplace(line, replaced)
  const rdata = rxData(line.peer, invitation.inviteHeaders, '')
  const alertInfo = invitation.inviteHeaders?.get('Alert-Info')
  account.tell('incomingCall', { callId: line.id, rdata, alertInfo })
  if (line.call === undefined && line.isActive) inTime(() => line.hangUp(UNWANTED))
  else if (line.sdp.remote !== undefined) askOffer(line, line.sdp.remote)
  account.tellPresence()
}

/** The application may refuse what they offer; what is not for us is refused unless it has, or will have, descriptions of its own. */
function askOffer(line: Line, remote: string): void {
  const { unfit, isTheirs } = line.session
  const answer = { statusCode: unfit === undefined || isTheirs ? 200 : 488 }
  line.offered(remote, answer)
  if (answer.statusCode >= 300) inTime(() => line.hangUp(answer.statusCode))
}

/** RFC 3891: the new call takes the old one's place, unless the application minds. */
function onReplace(line: Line, old: Line) {
  const rdata = rxData(line.peer, line.invitation.inviteHeaders, '')
  const asked = { newCallId: line.id, rdata, statusCode: 200, reason: '' }
  old.call?.tell('callReplaceRequest', asked)
  const { statusCode, reason } = asked
  if (statusCode >= 300) return void inTime(() => line.hangUp(statusCode, {}, reason || undefined))
  line.replaces = old
  inTime(() => line.answer(statusCode, {}, reason || undefined))
  const replaced = { newCallId: line.id, newCall: old.account.newCall(line.id) }
  old.call?.tell('callReplaced', replaced)
  // It is ended as soon as the new one stands.
  old.hungUp ??= { params: undefined }
}
