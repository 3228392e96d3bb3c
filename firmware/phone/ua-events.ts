// What the user agent tells, in every phase. An event of a call that is not the present one concerns only its leaving.
import { FOREVER, type Millis } from '../base/time.ts'
import type { CallMedia, UaEvent } from '../ua/contract.ts'
import { ended, hangUp, notAnswered, onIncoming, onModified, type Send } from './call-control.ts'
import { onAccountRefused, onAccountState } from './lines.ts'
import { endReason } from './reasons.ts'
import { callOf, type PhoneCall, type PhoneState } from './state.ts'

type CallStateEvent = Extract<UaEvent, { kind: 'call-state' }>
type Refused = Extract<UaEvent, { kind: 'refused' }>

export function onUaEvent(state: PhoneState, event: UaEvent, now: Millis, send: Send): PhoneState {
  switch (event.kind) {
    case 'account-state':
      return onAccountState(state, event)
    case 'call-incoming':
      return onIncoming(state, event.call, event.account, event.peer, send)
    case 'call-state':
      return onCallState(state, event, now, send)
    case 'call-media':
      return onMedia(state, event.call, event.media, now, send)
    case 'call-silent':
      return event.forMs === 0 ? present(state, event.call, (call) => ({ ...call, audible: true })) : state
    case 'call-modified':
      return present(state, event.call, (call) => onModified(call, event.status < 300, send))
    case 'refused':
      return onRefused(state, event, now, send)
    case 'call-dtmf':
    case 'call-stats':
    case 'call-record':
    case 'call-sdp':
    case 'call-transfer':
    case 'request-incoming':
    case 'request-result':
      return state
  }
}

/** Changes the present call if that is the one meant. */
function present(state: PhoneState, id: string, change: (call: PhoneCall) => PhoneCall): PhoneState {
  const { phase } = state
  switch (phase.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return state
    case 'calling':
    case 'ringing':
    case 'talking':
      return phase.call.id === id ? { ...state, phase: { ...phase, call: change(phase.call) } } : state
  }
}

const withoutLeaving = (state: PhoneState, call: string): PhoneState => ({
  ...state,
  leaving: state.leaving.filter((id) => id !== call),
})

function onCallState(state: PhoneState, event: CallStateEvent, now: Millis, send: Send): PhoneState {
  const { phase } = state
  if (event.state === 'disconnected' && state.leaving.includes(event.call)) return withoutLeaving(state, event.call)
  switch (phase.name) {
    case 'idle':
    case 'dialling':
    case 'ended':
      return state
    case 'calling':
      return phase.call.id === event.call ? whileCalling(state, phase.call, event, now, send) : state
    case 'ringing':
      if (phase.call.id !== event.call || event.state !== 'disconnected') return state
      return ended(state, phase.call, 'missed', 'busy', now)
    case 'talking':
      if (phase.call.id !== event.call || event.state !== 'disconnected') return state
      return ended(state, phase.call, endReason(event), 'busy', now)
  }
}

function whileCalling(state: PhoneState, call: PhoneCall, event: CallStateEvent, now: Millis, send: Send): PhoneState {
  switch (event.state) {
    case 'calling':
    case 'incoming':
      return { ...state, phase: { name: 'calling', call, unheardUntil: FOREVER } }
    case 'early':
      return {
        ...state,
        phase: {
          name: 'calling',
          call: { ...call, ringing: call.ringing || event.status === 180 },
          unheardUntil: FOREVER,
        },
      }
    case 'connecting':
    case 'confirmed':
      return { ...state, phase: { name: 'talking', call: { ...call, since: now } } }
    case 'disconnected':
      return notAnswered(state, call, event, now, send)
  }
}

function onMedia(state: PhoneState, id: string, media: CallMedia, now: Millis, send: Send): PhoneState {
  const { phase } = state
  const call = callOf(phase)
  if (call?.id !== id) return state
  // A call nobody can hear is worse than none: the caller would wait in silence.
  if (media.status === 'error' && phase.name !== 'ringing') {
    const hung = hangUp(state, call, now, send)
    return ended(hung, call, 'audio failed', 'congestion', now)
  }
  const remoteHold = media.status === 'remote-hold' || (media.status === 'local-hold' && media.direction === 'inactive')
  return present(state, id, (c) => ({ ...c, port: media.port, codec: media.codec || c.codec, remoteHold }))
}

function onRefused(state: PhoneState, event: Refused, now: Millis, send: Send): PhoneState {
  const { phase } = state
  switch (event.command) {
    case 'set-account':
      return onAccountRefused(state, event.subject, event.reason)
    case 'make-call':
      if (phase.name !== 'calling' || phase.call.id !== event.subject) return withoutLeaving(state, event.subject)
      return notAnswered(state, phase.call, { status: 0, reason: event.reason, cause: 'local' }, now, send)
    case 'hold':
    case 'resume':
      return present(state, event.subject, (call) => onModified(call, false, send))
    case 'hang-up':
      return withoutLeaving(state, event.subject)
    // The call these were for is gone; its end was told before.
    case 'answer':
    case 'send-dtmf':
    case 'query-call':
    case 'remove-account':
    case 'set-registration':
    case 'query-record':
    case 'reinvite':
    case 'transfer':
    case 'end-transfer':
    case 'send-request':
    case 'reply':
      return state
  }
}
