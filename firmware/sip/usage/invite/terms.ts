// The terms of a session on the wire: what we say to support and require of them, and whose call they do not allow.
import type { SessionTerms } from '../../core/contract.ts'
import { requires, supported } from '../../message/headers.ts'
import type { HeaderField, SipMessage, SipRequest } from '../../message/message.ts'
import { minSe, sessionExpires } from '../../message/session-headers.ts'
import type { Answer } from '../../transaction/response.ts'
import type { Capabilities } from '../environment.ts'

/** RFC 4028 §5: what every session timer has to bear, seconds. */
export const LEAST_EXPIRES = 90

export const NO_TERMS: SessionTerms = { reliable: 'off', timer: { mode: 'off', expires: 1800, minSe: LEAST_EXPIRES } }

/** Both, when the peer does too. */
export const USUAL_TERMS: SessionTerms = {
  reliable: 'supported',
  timer: { mode: 'supported', expires: 1800, minSe: LEAST_EXPIRES },
}

const RELIABLE = '100rel'
export const TIMER = 'timer'

/** Option tags that the terms stand for. */
export const tagsOf = ({ reliable, timer }: SessionTerms): readonly string[] => [
  ...(reliable === 'off' ? [] : [RELIABLE]),
  ...(timer.mode === 'off' ? [] : [TIMER]),
]

const requiredBy = ({ reliable, timer }: SessionTerms): readonly string[] => [
  ...(reliable === 'required' ? [RELIABLE] : []),
  ...(timer.mode === 'required' ? [TIMER] : []),
]

/** Supported, with what these tags add to it. */
export function supportedFields({ supported: ours }: Capabilities, tags: readonly string[]): HeaderField[] {
  const all = [...ours.map(({ value }) => value), ...tags]
  return all.length === 0 ? [] : [{ name: 'Supported', value: all.join(', ') }]
}

/** Of an INVITE that makes a session. */
export function openingFields(capabilities: Capabilities, terms: SessionTerms): HeaderField[] {
  const required = requiredBy(terms)
  return [
    ...supportedFields(capabilities, tagsOf(terms)),
    ...(required.length === 0 ? [] : [{ name: 'Require', value: required.join(', ') }]),
  ]
}

/**
 * Within a session. Reliable provisional responses are not asked for there: who changes a session wants an answer, not a tone.
 */
export const insideFields = (capabilities: Capabilities, { timer }: SessionTerms): HeaderField[] =>
  supportedFields(capabilities, timer.mode === 'off' ? [] : [TIMER])

export const speaks = (message: SipMessage, tag: string): boolean =>
  supported(message).includes(tag) || requires(message).includes(tag)

/** Which of our provisional responses to an INVITE are reliable (RFC 3262 §3): none, those with a description, all. */
export function reliability(invite: SipRequest, { reliable }: SessionTerms): 'none' | 'described' | 'all' {
  if (reliable === 'off' || !speaks(invite, RELIABLE)) return 'none'
  return reliable === 'required' || requires(invite).includes(RELIABLE) ? 'all' : 'described'
}

/** What an INVITE that makes a session is refused with under these terms: 420, 421 or 422; undefined when it is not. */
export function refusalUnder(invite: SipRequest, terms: SessionTerms): Answer | undefined {
  const ours = tagsOf(terms)
  const unknown = requires(invite).filter((tag) => (tag === RELIABLE || tag === TIMER) && !ours.includes(tag))
  if (unknown.length > 0) return { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] }
  const lacking = requiredBy(terms).filter((tag) => !speaks(invite, tag))
  if (lacking.length > 0) return { status: 421, headers: [{ name: 'Require', value: lacking.join(', ') }] }
  return tooShort(invite, terms)
}

/** RFC 4028 §9: 422 to a session interval that is too small, from who understands that. */
export function tooShort(request: SipRequest, { timer }: SessionTerms): Answer | undefined {
  const asked = sessionExpires(request)
  if (timer.mode === 'off' || asked === undefined || asked.seconds >= timer.minSe || !speaks(request, TIMER))
    return undefined
  return { status: 422, headers: [{ name: 'Min-SE', value: `${timer.minSe}` }] }
}

/** Seconds; what a Min-SE leaves to choose from. */
export const leastOf = (message: SipMessage): number => Math.max(minSe(message) ?? 0, LEAST_EXPIRES)
