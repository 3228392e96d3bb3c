// Keys the configuration gives a meaning: what a press does, what a digit held down stands for, and what is shown of each.
import type { Millis } from '../base/time.ts'
import { dial, takeOver } from './call-control.ts'
import { atRest, type Send } from './calls.ts'
import type { KeySetting, KeyView } from './contract.ts'
import { dialFrom, mayBegin } from './dialling.ts'
import { sendTo } from './send-on.ts'
import { choose, settled } from './settled.ts'
import { focused, isAlerting, MAX_CALLS, type PhoneState } from './state.ts'
import { mailboxViews, seenBy, voicemailOf } from './watching.ts'

/** Calls the mailbox messages wait in, or the first that has a number. */
export function callMailbox(state: PhoneState, now: Millis, send: Send): PhoneState {
  const mailbox = voicemailOf(state)
  return mailbox === undefined ? state : dialFrom(state, mailbox.number, now, send, mailbox.account)
}

/**
 * What was being entered gives way. A speed-dial key calls, in a call as a second one. One that watches takes the call that
 * rings there, and in a call sends that on; what cannot be done changes nothing.
 */
export function keyPressed(state: PhoneState, key: KeySetting | undefined, now: Millis, send: Send): PhoneState {
  if (key === undefined) return state
  if (key.kind === 'dnd') return choose(state, { dnd: !settled(state, 'dnd') })
  const clear = cleared(state, now)
  const { target, account, kind } = key
  const done = ((): PhoneState => {
    switch (kind) {
      case 'voicemail':
        return target === '' ? callMailbox(clear, now, send) : dialFrom(clear, target, now, send, account)
      case 'speed-dial':
        return mayCallBeside(clear) ? dial(clear, target, now, send, account) : clear
      case 'blf': {
        const { pickup } = seenBy(state, key)
        if (!mayBegin(clear)) return sendTo(clear, target, send) ?? clear
        if (pickup === undefined) return dial(clear, target, now, send, account)
        return takeOver(clear, pickup.target, pickup.replaces, now, send, account)
      }
    }
  })()
  return done === clear ? state : done
}

/** Only a digit that is all there is of a number: held down at the end of one it is a digit as any other. */
export function digitHeld(state: PhoneState, digit: string, now: Millis, send: Send): PhoneState {
  const { focus, settings } = state
  if (focus.name !== 'dialling' || focus.digits !== digit || isAlerting(state)) return state
  if (digit !== '1') {
    const key = settings?.keys?.find((each) => each.digit === digit)
    return keyPressed(key?.kind === 'dnd' ? cleared(state, now) : state, key, now, send)
  }
  const clear = cleared(state, now)
  const done = callMailbox(clear, now, send)
  return done === clear ? state : done
}

const cleared = (state: PhoneState, now: Millis): PhoneState =>
  state.focus.name === 'dialling' && !isAlerting(state) ? atRest(state, now) : state

/** A number is begun, or there is room for it beside the call spoken in. */
function mayCallBeside(state: PhoneState): boolean {
  if (mayBegin(state)) return true
  return (
    focused(state)?.stage === 'talking' && !state.conference && !isAlerting(state) && state.calls.length < MAX_CALLS
  )
}

export const keyViews = (state: PhoneState): KeyView[] =>
  (state.settings?.keys ?? []).map((key) => {
    const { label, kind, digit } = key
    const { busy, pickup } = kind === 'blf' ? seenBy(state, key) : { busy: undefined, pickup: undefined }
    const on = kind === 'dnd' ? settled(state, 'dnd') : undefined
    const waiting = kind === 'voicemail' && waits(state, key)
    return { label, kind, digit, busy, takes: pickup !== undefined, waiting, on }
  })

/** In the mailbox that number calls, or in any. */
const waits = (state: PhoneState, { target }: KeySetting): boolean =>
  mailboxViews(state).some(({ waiting, number }) => waiting && (target === '' || target === number))
