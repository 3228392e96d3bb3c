// Typed readers of what reliable provisional responses (RFC 3262) and session timers (RFC 4028) have added.
import { parseSeconds } from './headers.ts'
import type { SipMessage } from './message.ts'
import { param, readParams } from './params.ts'
import { readAll } from './reader.ts'

const MAX_SEQ = 0xffff_ffff

/** RSeq of a provisional response (RFC 3262 §7.1); undefined when there is none that can be read. */
export function rseq(m: SipMessage): number | undefined {
  const text = m.header('RSeq')
  if (text === undefined || !/^[0-9]{1,10}$/.test(text)) return undefined
  const number = Number(text)
  return number >= 1 && number <= MAX_SEQ ? number : undefined
}

/** The response a PRACK acknowledges (RFC 3262 §7.2). */
export interface RAck {
  readonly rseq: number
  readonly cseq: number
  readonly method: string
}

export function rack(m: SipMessage): RAck | undefined {
  const [, response, request, method] = /^([0-9]{1,10})\s+([0-9]{1,10})\s+(\S+)$/.exec(m.header('RAck') ?? '') ?? []
  return method === undefined ? undefined : { rseq: Number(response), cseq: Number(request), method }
}

export interface SessionExpires {
  readonly seconds: number
  /** Who refreshes, as the exchange it stands in has it: `uac` sent the request. */
  readonly refresher: 'uac' | 'uas' | undefined
}

/** Session-Expires (RFC 4028 §4); undefined when there is none that can be read. */
export function sessionExpires(m: SipMessage): SessionExpires | undefined {
  const text = m.header('Session-Expires')
  if (text === undefined) return undefined
  const read = readAll(text, '4028 §4', (r) => {
    const seconds = r.number(MAX_SEQ, 'Session-Expires', '4028 §4')
    const params = readParams(r)
    if (seconds === undefined || params === undefined) return undefined
    const refresher = param(params, 'refresher')?.toLowerCase()
    return { seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined } as const
  })
  return read.ok ? read.value : undefined
}

/** Min-SE (RFC 4028 §5), seconds; its parameters mean nothing. */
export function minSe(m: SipMessage): number | undefined {
  const [seconds = ''] = m.header('Min-SE')?.split(';') ?? []
  return parseSeconds(seconds.trim())
}
