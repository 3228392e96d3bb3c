// Whom calls are sent on to instead of being taken here (302, RFC 3261 §21.3.3), and whom they never are.
import { err } from '../base/result.ts'
import { completeTarget, isSamePerson } from '../sip/message/addressing.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { Forwarding } from './contract.ts'
import type { DialMap } from './dial-map.ts'
import { isEmergency, targetOf } from './dial-pad.ts'
import { resolveNumber } from './dial-plan.ts'
import { settled } from './settled.ts'
import type { PhoneState } from './state.ts'

/** Why calls are not sent on to `to`, in words; `own`: the addresses of this phone's lines. */
export function forwardFault(to: string, own: readonly string[], map?: DialMap): string | undefined {
  if (to === '') return undefined
  if (isEmergency(resolveNumber(map, to))) return 'no emergency number'
  for (const line of own) {
    const target = targetOn(line, to, map)
    if (!target.ok) return target.error
    if (own.some((each) => isSamePerson(each, target.value))) return 'not to this phone'
  }
  return undefined
}

/** What `to`, as one would dial it, is called as on the line `aor`. */
export function targetOn(aor: string, to: string, map?: DialMap): ReturnType<typeof completeTarget> {
  const line = parseUri(aor)
  if (!line.ok || !isSip(line.value)) return err('not a SIP address')
  return completeTarget(targetOf(resolveNumber(map, to)), line.value)
}

/** What the user sets of each. */
export const CHOICE_OF = { all: 'forwardAll', busy: 'forwardBusy', noAnswer: 'forwardNoAnswer' } as const
type Which = keyof typeof CHOICE_OF

function faultOf(state: PhoneState, which: Which): string | undefined {
  const own = (state.settings?.accounts ?? []).map(({ config }) => config.aor)
  return forwardFault(settled(state, CHOICE_OF[which]), own, state.dialMap)
}

/** What is set and can be done. */
export function forwardingOf(state: PhoneState): Forwarding {
  const sound = (which: Which): string => (faultOf(state, which) === undefined ? settled(state, CHOICE_OF[which]) : '')
  return {
    ...{ all: sound('all'), busy: sound('busy'), noAnswer: sound('noAnswer') },
    afterS: settled(state, 'forwardAfterS'),
  }
}

/** What is set and cannot be done, for the log: a number may lead back here by way of the dial plan. */
export const forwardFaults = (state: PhoneState): { which: string; to: string; why: string }[] =>
  (['all', 'busy', 'noAnswer'] as const).flatMap((which) => {
    const why = faultOf(state, which)
    return why === undefined ? [] : { which, to: settled(state, CHOICE_OF[which]), why }
  })

/** Calls do not ring here, whoever is at the phone: the dial tone and the lamp of the bell remind of it. */
export const isQuiet = (state: PhoneState): boolean => settled(state, 'dnd') || forwardingOf(state).all !== ''
