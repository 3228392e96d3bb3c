// What a digit map makes of the digits entered so far: which rule they fit, what is called, and whether to wait (RFC 3435 §2.1.5).

import type { DialMap, DialRule } from './dial-map.ts'
import { isEmergency } from './dial-pad.ts'

/** After a complete number that no further digit can extend, ms: time enough to see its last digit. */
export const MATCHED_MS = 500

/** `matched`: complete and nothing can follow; `open`: more may come; `none`: no rule fits, what was entered is called. */
export type DialState = 'matched' | 'open' | 'none'

export interface DialPlanResult {
  readonly state: DialState
  /** Text of the first rule that is complete with these digits, at once or when the timer has run out. */
  readonly rule: string | undefined
  /** What is called if it is dialled now. */
  readonly number: string
  /** The dial tone sounds again. */
  readonly tone: boolean
}

interface Run {
  /** The number when the rule is complete here. */
  readonly number: string | undefined
  /** A further digit can follow. */
  readonly more: boolean
  readonly tone: boolean
  readonly alive: boolean
}

/** One place in a rule and the number made on the way there. */
type Places = Map<number, string>

/** Adds the place and all that are reached from it without a key. The first way to a place wins. */
function reach(rule: DialRule, places: Places, at: number, number: string): void {
  if (places.has(at)) return
  places.set(at, number)
  const step = rule.steps[at]
  if (step === undefined) return
  switch (step.kind) {
    case 'take':
      if (step.many) reach(rule, places, at + 1, number)
      return
    case 'put':
      reach(rule, places, at + 1, number + step.digits)
      return
    case 'tone':
    case 'timer':
      reach(rule, places, at + 1, number)
      return
  }
}

function run(rule: DialRule, digits: string): Run {
  let places: Places = new Map()
  reach(rule, places, 0, '')
  for (const digit of digits) {
    const next: Places = new Map()
    for (const [at, number] of places) {
      const step = rule.steps[at]
      if (step?.kind !== 'take' || !step.keys.includes(digit)) continue
      reach(rule, next, step.many ? at : at + 1, step.silent ? number : number + digit)
    }
    places = next
  }
  const at = [...places.keys()]
  const end = rule.steps.length
  return {
    number: places.get(end),
    // Before its T a rule waits, though the number it would give is known.
    more: at.some((place) => rule.steps[place]?.kind === 'take' || rule.steps[place]?.kind === 'timer'),
    tone: at.some((place) => rule.steps[place]?.kind === 'tone'),
    alive: places.size > 0,
  }
}

/** The digits as entered, `#` to send left out. Emergency numbers are called as they are, whatever the map says. */
export function applyDialMap(map: DialMap | undefined, digits: string): DialPlanResult {
  const asEntered = { rule: undefined, number: digits, tone: false }
  if (map === undefined) return { ...asEntered, state: 'open' }
  const runs = map.map((rule) => ({ rule, ...run(rule, digits) }))
  const complete = runs.find(({ number }) => number !== undefined)
  const open = runs.some(({ more }) => more)
  const tone = digits !== '' && runs.some((each) => each.tone)
  if (isEmergency(digits)) return { ...asEntered, state: open ? 'open' : 'matched' }
  if (complete === undefined) return { ...asEntered, tone, state: open ? 'open' : 'none' }
  const number = complete.number === undefined || complete.number === '' ? digits : complete.number
  return { state: open ? 'open' : 'matched', rule: complete.rule.text, number, tone }
}

export const resolveNumber = (map: DialMap | undefined, digits: string): string => applyDialMap(map, digits).number

/** How long to wait for another digit, ms. */
export const waitAfter = (map: DialMap | undefined, digits: string, interDigitMs: number): number =>
  applyDialMap(map, digits).state === 'matched' ? Math.min(MATCHED_MS, interDigitMs) : interDigitMs

/** What the phone would do with these digits, in words, for whoever writes a map. */
export function explain(map: DialMap | undefined, digits: string): string {
  const { state, rule, number, tone } = applyDialMap(map, digits)
  const by = rule === undefined ? (isEmergency(digits) ? 'emergency number' : 'no rule') : `rule ${rule}`
  const when = state === 'matched' ? 'at once' : 'when nothing more comes'
  return `${digits} calls ${number} (${by}), ${when}${tone ? '; dial tone sounds' : ''}`
}
