// Digits out of a call: telephone events (RFC 4733), INFO one after the other, or the tones themselves.
import { digitBody } from '../../sip/packages/dtmf-info.ts'
import { ToneGenerator } from '../core/index.ts'
import type { CallSendDtmfParam, DtmfMethod } from './call-types.ts'
import { inTime, OperationError } from './errors.ts'
import type { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { follow } from './requests.ts'

/** Between digits, ms; so long a pause counts as well. */
const GAP_MS = 60

/** Why digits cannot go that way now; undefined: they can. */
function whyNot({ sound }: Line, method: DtmfMethod): string | undefined {
  if (method === 'info') return undefined
  const { direction, telephoneEvents } = sound.media
  if (sound.port === undefined) return 'no media'
  if (direction === 'recvonly' || direction === 'inactive') return 'on hold'
  return method === 'rfc2833' && !telephoneEvents ? 'no telephone events agreed' : undefined
}

/** Sends them in the background; `dtmfSent` tells the end. Throws an OperationError where that cannot be. */
export function sendDigits(operation: string, inner: Inner, line: Line, prm: CallSendDtmfParam): void {
  const { digits, methods = ['rfc2833', 'audio'], duration = 100 } = prm
  if (!/[0-9A-D*#]/.test(digits) || digits.length > 128)
    throw new OperationError(operation, 'argument', 'digits: expected up to 128 characters with some of 0-9 A-D * #')
  if (!(duration >= 40 && duration <= 8000))
    throw new OperationError(operation, 'argument', `duration: expected 40 to 8000 ms, got ${duration}`)
  const faults = methods.map((method) => [method, whyNot(line, method)] as const)
  const method = faults.find(([, fault]) => fault === undefined)?.[0]
  if (method === undefined)
    throw new OperationError(operation, 'state', faults.map(([each, fault]) => `${each}: ${fault}`).join('; '))
  begin(inner, line, digits, method, duration)
}

function begin(inner: Inner, line: Line, digits: string, method: DtmfMethod, duration: number): void {
  // Behind what is being sent, digits of one call never overtake each other.
  line.digits = line.digits.then(async () => {
    let statusCode = 200
    // More tones at once the media engine does not take.
    for (const run of digits.match(/[0-9A-D*#]{1,32}|[^0-9A-D*#]+/g) ?? []) {
      if (line.isLeft || !line.isActive || statusCode >= 300) break
      if (/^[0-9A-D*#]/.test(run)) statusCode = await runOf(inner, line, run, method, duration)
      else await new Promise((resolve) => setTimeout(resolve, run.length * (duration + GAP_MS)).unref())
    }
    if (line.isActive && !line.isLeft) line.call?.tell('dtmfSent', { digits, method, statusCode })
  })
}

async function runOf(inner: Inner, line: Line, digits: string, method: DtmfMethod, duration: number): Promise<number> {
  if (whyNot(line, method) !== undefined) return 488
  switch (method) {
    case 'rfc2833': {
      const { promise, resolve } = Promise.withResolvers<void>()
      line.sentDigits = resolve
      if (!inTime(() => line.sound.audio!.sendDigits(digits, duration, GAP_MS))) return 488
      await promise
      line.sentDigits = undefined
      return 200
    }
    case 'audio': {
      const { engine, inbox } = inner
      const tone = new ToneGenerator({ engine })
      const { promise, resolve } = Promise.withResolvers<void>()
      inbox.hear(tone, () => resolve())
      tone.startDigits(digits, duration)
      engine.bridge.connect(tone.port!, line.sound.port!)
      await promise
      return 200
    }
    case 'info':
      for (const digit of digits) {
        const status = await byInfo(inner, line, digit, duration)
        if (status >= 300) return status
      }
      return 200
  }
}

function byInfo(inner: Inner, line: Line, digit: string, duration: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const { contentType, content: body } = digitBody('dtmf-relay', digit, duration)
  const sent = inTime(() =>
    follow(inner, line.invitation.sendRequest('INFO', { contentType, body }), ({ code, isFinal }) => {
      if (isFinal) resolve(code)
    }),
  )
  if (!sent) resolve(481)
  return promise
}
