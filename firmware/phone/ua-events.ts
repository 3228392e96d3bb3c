// What the user agent tells. An event of a call that is no longer in the list concerns only its leaving.
import { FOREVER, type Millis } from '../base/time.ts'
import type { CallMedia, UaEvent } from '../ua/contract.ts'
import { notSentElsewhere, onIncoming } from './arriving.ts'
import { broken, giveUp, missed, notAnswered, takenElsewhere } from './call-control.ts'
import { ask, callOf, change, onModified, type Send } from './calls.ts'
import { onAccountRefused, onAccountState } from './lines.ts'
import { endReason } from './reasons.ts'
import { notSent, onSending, placeTaken } from './send-on.ts'
import { isLeaving, type PhoneCall, type PhoneState } from './state.ts'
import { onReplacing, onTransferAsked } from './transfers.ts'
import { onSubscription, onWatched, watchFor } from './watching.ts'

type CallStateEvent = Extract<UaEvent, { kind: 'call-state' }>
type Refused = Extract<UaEvent, { kind: 'refused' }>

export function onUaEvent(state: PhoneState, event: UaEvent, now: Millis, send: Send): PhoneState {
  switch (event.kind) {
    case 'account-state': {
      const next = onAccountState(state, event, now)
      return event.registration === 'registered' ? watchFor(next, event.account, send) : next
    }
    case 'watched':
      return onWatched(state, event)
    case 'subscription-state':
      return onSubscription(state, event.subscription, event.final)
    case 'check-sync':
      // Reading anew says less than starting anew, which was asked for before.
      return { ...state, sync: event.reboot === true || state.sync === 'restart' ? 'restart' : 'read' }
    case 'call-incoming':
      return onReplacing(state, event, now, send) ?? onIncoming(state, event, now, send)
    case 'transfer-incoming':
      return onTransferAsked(state, event, send, now)
    case 'call-transfer':
      return onSending(state, event, now, send)
    case 'call-identity':
      return change(state, event.call, (call) => ({ ...call, identity: event.peer }))
    case 'call-state':
      return onCallState(state, event, now, send)
    case 'call-media':
      return onMedia(state, event.call, event.media, now, send)
    case 'call-silent':
      return event.forMs === 0 ? change(state, event.call, (call) => ({ ...call, audible: true })) : state
    case 'call-modified':
      return onModified(state, event.call, event.status < 300, send)
    case 'refused':
      return onRefused(state, event, now, send)
    case 'call-redirect':
    case 'challenge':
    case 'call-dtmf':
    case 'call-timer':
    case 'call-dtmf-sent':
    case 'call-stats':
    case 'call-record':
    case 'call-sdp':
    case 'request-incoming':
    case 'composing':
    case 'request-result':
    case 'subscription-notify':
    case 'publication-state':
    case 'address-changed':
    case 'subscriber-incoming':
    case 'subscriber-state':
      return state
  }
}

const withoutLeaving = (state: PhoneState, call: string): PhoneState => ({
  ...state,
  leaving: state.leaving.filter((id) => id !== call),
})

function onCallState(state: PhoneState, event: CallStateEvent, now: Millis, send: Send): PhoneState {
  if (event.state === 'disconnected' && state.leaving.includes(event.call)) return withoutLeaving(state, event.call)
  const call = callOf(state, event.call)
  switch (call?.stage) {
    case undefined:
      return state
    case 'calling':
      return whileCalling(state, call, event, now, send)
    case 'ringing':
      if (event.state !== 'disconnected') return state
      return isElsewhere(event) ? takenElsewhere(state, call, now) : missed(state, call, now)
    case 'talking':
      if (event.state === 'disconnected') return onEnd(state, call, event, now)
      // Asked to hold before the dialog stood, it was refused: now it can be done.
      return event.state === 'confirmed' ? change(state, call.id, (c) => ask(c, send)) : state
  }
}

/** Whoever was sent on and hangs up has gone there, unless something else is said. */
function onEnd(state: PhoneState, call: PhoneCall, event: CallStateEvent, now: Millis): PhoneState {
  const gone = isLeaving(call) && event.cause === 'remote'
  return placeTaken(state, call, now) ?? broken(state, call, gone ? 'transferred' : endReason(event), 'busy', now)
}

/** RFC 3326 §3.1: another phone that rang for the same call has taken it. */
const isElsewhere = ({ because = [] }: CallStateEvent): boolean =>
  because.some(({ protocol, cause }) => protocol === 'SIP' && cause === 200)

function whileCalling(state: PhoneState, call: PhoneCall, event: CallStateEvent, now: Millis, send: Send): PhoneState {
  const heard = (more: Partial<PhoneCall>) => change(state, call.id, (c) => ({ ...c, unheardUntil: FOREVER, ...more }))
  switch (event.state) {
    case 'calling':
    case 'incoming':
      return heard({})
    case 'early':
      return heard({ ringing: call.ringing || event.status === 180 })
    case 'connecting':
    case 'confirmed':
      return heard({ stage: 'talking', since: now })
    case 'disconnected':
      return notAnswered(state, call, event, now, send)
  }
}

function onMedia(state: PhoneState, id: string, media: CallMedia, now: Millis, send: Send): PhoneState {
  const call = callOf(state, id)
  if (call === undefined) return state
  // A call nobody can hear is worse than none: the caller would wait in silence.
  if (media.status === 'error' && call.stage !== 'ringing') return giveUp(state, call, now, send)
  const remoteHold = media.status === 'remote-hold' || (media.status === 'local-hold' && media.direction === 'inactive')
  const secured = media.srtp !== undefined
  return change(state, id, (c) => ({ ...c, port: media.port, codec: media.codec || c.codec, secured, remoteHold }))
}

function onRefused(state: PhoneState, event: Refused, now: Millis, send: Send): PhoneState {
  switch (event.command) {
    case 'set-account':
      return onAccountRefused(state, event.subject, event.reason)
    case 'make-call': {
      const call = callOf(state, event.subject)
      if (call?.stage !== 'calling') return withoutLeaving(state, event.subject)
      return notAnswered(state, call, { status: 0, reason: event.reason, cause: 'local' }, now, send)
    }
    case 'hold':
    case 'resume':
      return onModified(state, event.subject, false, send)
    case 'hang-up':
      return withoutLeaving(state, event.subject)
    case 'transfer':
      return notSent(state, event.subject, event.reason, now)
    case 'subscribe':
      return onSubscription(state, event.subject, true)
    case 'forward':
      notSentElsewhere(send, event.subject)
      return state
    // The call these were for is gone; its end was told before.
    case 'answer':
    case 'redirect':
    case 'authorize':
    case 'send-dtmf':
    case 'query-call':
    case 'remove-account':
    case 'set-registration':
    case 'query-record':
    case 'reinvite':
    case 'update':
    case 'end-transfer':
    case 'answer-transfer':
    case 'send-request':
    case 'compose':
    case 'reply':
    case 'unsubscribe':
    case 'publish':
    case 'unpublish':
    case 'set-presence':
    case 'add-package':
    case 'move':
    case 'set-rtp-ports':
    case 'answer-subscriber':
    case 'notify':
      return state
  }
}
