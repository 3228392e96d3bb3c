// What our responses say beside what they repeat, and tags for answers given without state (RFC 3261 §8.2.6, §8.2.7).
import { hex } from '../../base/rng.ts'
import type { HeaderField, SipRequest } from '../message/message.ts'
import type { Incoming } from '../transaction/response.ts'
import type { UsageEnvironment } from './environment.ts'

export const newTag = (environment: Pick<UsageEnvironment, 'rng'>): string => hex(environment.rng, 12)

/** §8.2.6.2 wants the same tag for the same request without remembering it: FNV-1a over what makes it the same. */
export function statelessTag(request: SipRequest): string {
  let hash = 0x811c9dc5
  const text = `${request.callId}|${request.fromTag}|${request.cseq.number}|${request.vias[0]?.branch}`
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return `s${(hash >>> 0).toString(16)}`
}

/** §20.33: for a moment that will be over soon, spread so that not all come back at once. */
export const retrySoon = (environment: Pick<UsageEnvironment, 'rng'>): HeaderField => ({
  name: 'Retry-After',
  value: String(environment.rng.uint32() % 11),
})

export const recordRouteFields = (incoming: Incoming): HeaderField[] =>
  incoming.request.headers('Record-Route').map((value) => ({ name: 'Record-Route', value }))
