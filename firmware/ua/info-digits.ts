// Digits that go by INFO: one after the other, each when the one before was taken, told when all are out or one was refused.
import type { SipEvent } from '../sip/core/contract.ts'
import { digitBody } from '../sip/packages/dtmf-info.ts'
import type { CallId } from './contract.ts'
import type { Destination } from './requests.ts'
import type { Tell } from './tell.ts'

interface Sending {
  readonly destination: Destination
  readonly kind: 'dtmf-relay' | 'dtmf'
  readonly durationMs: number
  readonly all: string
  readonly left: string
}

export interface InfoDigits {
  send(call: CallId, what: Omit<Sending, 'left'>, tell: Tell): void
  /** True: that was a digit's request. */
  onResult(event: Extract<SipEvent, { kind: 'request-result' }>, tell: Tell): boolean
  onRejected(event: Extract<SipEvent, { kind: 'rejected' }>, tell: Tell): boolean
  callEnded(call: CallId): void
}

const DIGIT = 'digit:'

export function createInfoDigits(): InfoDigits {
  const sending = new Map<CallId, Sending>()

  function next(call: CallId, now: Sending, tell: Tell) {
    sending.set(call, { ...now, left: now.left.slice(1) })
    const { destination, kind, durationMs, left } = now
    const body = digitBody(kind, left[0] ?? '', durationMs)
    tell.sip({ kind: 'request', id: DIGIT + call, method: 'INFO', ...destination, headers: [], body })
  }

  function done(call: CallId, { all, left }: Sending, status: number, tell: Tell) {
    sending.delete(call)
    const digits = all.slice(0, all.length - left.length)
    tell.app({ kind: 'call-dtmf-sent', call, digits, by: 'info', status })
  }

  return {
    send(call, what, tell) {
      if (sending.has(call)) return tell.refuse('send-dtmf', call, 'digits are on their way')
      // A pause is one of the ear: here each digit waits for the one before anyhow.
      const all = what.all.replaceAll(',', '')
      if (!/^[0-9A-D*#]{1,64}$/.test(all)) return tell.refuse('send-dtmf', call, 'digits are 0-9 A-D * #, up to 64')
      next(call, { ...what, all, left: all }, tell)
    },
    onResult({ id, status }, tell) {
      if (!id.startsWith(DIGIT)) return false
      const call = id.slice(DIGIT.length)
      const now = sending.get(call)
      if (now === undefined || status < 200) return true
      if (status < 300 && now.left !== '') next(call, now, tell)
      else done(call, now, status, tell)
      return true
    },
    onRejected({ id, reason }, tell) {
      if (!id.startsWith(DIGIT)) return false
      const call = id.slice(DIGIT.length)
      sending.delete(call)
      tell.refuse('send-dtmf', call, reason)
      return true
    },
    callEnded: (call) => void sending.delete(call),
  }
}
