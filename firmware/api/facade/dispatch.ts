// What the user agent tells an endpoint: each event to the object it concerns.
import { utf8Decode } from '../../base/bytes.ts'
import type { UaEvent } from '../../ua/contract.ts'
import type { Account } from './account.ts'
import { onCallMedia, onCallSdp, onCallState, onIncoming } from './call-dispatch.ts'
import type { OnInstantMessageParam, OnTypingIndicationParam } from './call-events.ts'
import { askRedirect } from './call-redirect.ts'
import { onTransfer } from './call-transfer.ts'
import type { Line } from './line.ts'
import { INVALID_ID } from './names.ts'
import type { Switchboard } from './switchboard.ts'
import { typingIn } from './typing.ts'
import { headerOf, headersOf, rxData } from './wording.ts'

type Of<K extends UaEvent['kind']> = Extract<UaEvent, { kind: K }>

export function onUaEvent(board: Switchboard, event: UaEvent) {
  switch (event.kind) {
    case 'account-state':
      return onAccountState(board, event)
    case 'call-incoming':
      return onIncoming(board, event)
    case 'subscription-state':
    case 'subscription-notify':
      return board.subscriptions.get(event.subscription)?.(event)
    case 'watched':
      return onWatched(board, event)
    case 'publication-state': {
      const { state, status: statusCode, reason } = event
      return board.accountNamed(event.account)?.tell('publishState', { state: state.toLowerCase(), statusCode, reason })
    }
    case 'subscriber-incoming':
      return onSubscriber(board, event)
    case 'subscriber-state':
    // Whoever was let watch us is told by the user agent; who provisions a phone is asked to, not an application.
    case 'check-sync':
      return
    case 'request-incoming':
      return onRequest(board, event)
    case 'transfer-incoming':
      return onTransfer(board, event)
    case 'request-result':
      return board.result(event)
    case 'address-changed': {
      const { step: op, status: statusCode, reason, account, call } = event
      const callId = board.lines.byName(call ?? '')?.id ?? INVALID_ID
      const whose = account === undefined ? undefined : board.accountNamed(account)
      return board.endpoint.tell('ipChangeProgress', { op, statusCode, reason, account: whose, callId })
    }
    case 'refused':
      return board.endpoint.utilLogWrite(2, `${event.command} ${event.subject} came too late: ${event.reason}`)
    // The seat takes these itself.
    case 'call-stats':
    case 'call-record':
      return
    case 'call-state':
    case 'call-media':
    case 'call-sdp':
    case 'call-dtmf':
    case 'call-silent':
    case 'call-modified':
    case 'call-transfer':
    case 'call-redirect':
    case 'call-identity': {
      const line = board.lines.byName(event.call)
      if (line !== undefined) onCallEvent(board, line, event)
      return
    }
  }
}

type CallEvent = Exclude<
  Extract<UaEvent, { kind: `call-${string}` }>,
  { kind: 'call-incoming' | 'call-stats' | 'call-record' }
>

function onCallEvent(board: Switchboard, line: Line, event: CallEvent) {
  const { call } = line
  switch (event.kind) {
    case 'call-state':
      return onCallState(board, line, event)
    case 'call-media':
      return onCallMedia(board, line, event.media)
    case 'call-sdp':
      return onCallSdp(line, event)
    case 'call-dtmf':
      return onDigit(call, event, event.by === 'info' ? 'info' : line.media?.dtmf ? 'rfc2833' : 'audio')
    case 'call-silent': {
      const state = event.forMs === 0 ? 'running' : 'silent'
      return call?.tell('callMediaTransportState', { medIdx: 0, state, forMs: event.forMs })
    }
    case 'call-modified':
      return call?.tell('callModified', { statusCode: event.status, reason: event.reason })
    case 'call-transfer': {
      const prm = { statusCode: event.status, reason: event.reason, finalNotify: event.final, cont: true }
      call?.tell('callTransferStatus', prm)
      if (!prm.cont && !prm.finalNotify && line.isActive)
        board.seat.command('callTransferStatus', { kind: 'end-transfer', call: line.name })
      return
    }
    case 'call-redirect':
      return askRedirect(board, line, { status: event.status, targets: event.targets.map(({ uri }) => uri) })
    case 'call-identity':
      line.peer = event.peer
      return
  }
}

function onDigit(
  call: Line['call'],
  { digit, durationMs: duration }: Of<'call-dtmf'>,
  method: 'rfc2833' | 'audio' | 'info',
) {
  call?.tell('dtmfDigit', { digit, duration, method })
  call?.tell('dtmfEvent', { digit, duration, method })
}

function onAccountState(board: Switchboard, event: Of<'account-state'>) {
  const account = board.accountNamed(event.account)
  if (account === undefined) return
  const { registration: state, status: statusCode, reason, cause, expires: expiration, retryMs } = event
  const active = state === 'registered'
  const failed = account.registration.active && !active && statusCode >= 300
  account.registration = { active, expires: expiration, status: statusCode, reason, cause: cause ?? '' }
  if (state === 'registering' || state === 'unregistering')
    account.tell('regStarted', { renew: state === 'registering' })
  account.tell('regState', { active, state, statusCode, reason, cause, expiration, retryMs })
  if (!failed || !account.isValid() || !account.getConfig().regConfig.dropCallsOnFail) return
  for (const line of board.lines.active) if (line.account === account) board.endpoint.hangUp(line)
}

function onWatched(board: Switchboard, event: Of<'watched'>) {
  const { subscription, account, watched } = event
  if (subscription !== undefined) return board.subscriptions.get(subscription)?.(event)
  if (watched.of !== 'message-summary') return
  board.accountNamed(account)?.tell('mwiInfo', { active: true, state: 'unsolicited', messages: watched.messages })
}

function onSubscriber(board: Switchboard, event: Of<'subscriber-incoming'>) {
  const { subscriber, event: name, expires, peer, headers, body } = event
  const account = board.accountNamed(event.account)
  const rdata = rxData(peer, headers, body)
  const prm = { event: name, fromUri: peer.uri, expires, rdata, code: 200, reason: '' }
  account?.tell('incomingSubscribe', prm)
  const status = account === undefined ? 404 : prm.code
  board.seat.command('incomingSubscribe', {
    ...{ kind: 'answer-subscriber', subscriber, status, reason: prm.reason || undefined, headers: [], state: 'active' },
    ...{ body: undefined, serve: true },
  })
}

/** Whoever can be written to. */
interface MessageHearer {
  tell(name: 'typingIndication', prm: OnTypingIndicationParam): void
  tell(name: 'instantMessage', prm: OnInstantMessageParam): void
}

/** A request beside those of a session: in a call, or to an account. */
function onRequest(board: Switchboard, event: Of<'request-incoming'>) {
  const { request, method, peer, headers, body } = event
  const account = board.accountNamed(event.account)
  const line = event.call === undefined ? undefined : board.lines.byName(event.call)
  const said = { headers: headersOf(headers), body: utf8Decode(body) }
  line?.call?.tell('callTsxState', {
    ...{ method, role: 'uas', statusCode: 0, reason: '', rdata: said, userData: undefined },
  })
  if (method === 'MESSAGE') return onMessage(account, line, event)
  if (event.answerMs === 0) return
  const answer = { kind: 'reply', request, status: 501, reason: undefined, headers: [], body: undefined } as const
  board.seat.command(`incoming ${method} of ${peer.uri}`, answer)
}

function onMessage(
  account: Account | undefined,
  line: Line | undefined,
  { peer, headers, body }: Of<'request-incoming'>,
) {
  const contentType = headerOf(headers, 'content-type', 'c') ?? 'text/plain'
  const rdata = rxData(peer, headers, body)
  const isTyping = typingIn({ contentType, content: body })
  const buddy = line === undefined ? account?.findBuddy(peer.uri) : undefined
  const hearers: readonly (MessageHearer | undefined)[] = line === undefined ? [account, buddy] : [line.call]
  for (const each of hearers) {
    if (isTyping !== undefined) each?.tell('typingIndication', { fromUri: peer.uri, isTyping, rdata })
    else each?.tell('instantMessage', { fromUri: peer.uri, contentType, msgBody: rdata.body, rdata })
  }
}
