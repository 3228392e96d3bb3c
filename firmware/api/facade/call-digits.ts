// Digits out of a call: telephone events (RFC 4733), INFO one after the other, or the tones themselves.
import { digitTones } from '../../media/digit-tones.ts'
import type { DtmfMethod } from './call-types.ts'
import type { Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'

/** Between digits, ms; so long a pause counts as well. */
const GAP_MS = 60
/** More digits at once the media engine does not take. */
const RUN = 64

/** Why digits cannot go that way now; undefined: they can. */
export function whyNot({ media }: Line, method: DtmfMethod): string | undefined {
  if (method === 'info') return undefined
  if (media?.port === undefined) return 'no media'
  if (media.direction === 'recvonly' || media.direction === 'inactive') return 'on hold'
  return method === 'rfc2833' && !media.dtmf ? 'no telephone events agreed' : undefined
}

/** Sends them in the background; `dtmfSent` tells the end. */
export function sendDigits(board: Switchboard, line: Line, digits: string, method: DtmfMethod, duration: number): void {
  // Behind what is being sent, digits of one call never overtake each other.
  line.digits = line.digits.then(async () => {
    let statusCode = 200
    for (const run of digits.match(/[0-9A-D*#]{1,64}|[^0-9A-D*#]+/g) ?? []) {
      if (!line.isActive || statusCode >= 300) break
      if (/^[0-9A-D*#]/.test(run)) statusCode = await runOf(board, line, run.slice(0, RUN), method, duration)
      else await new Promise((resolve) => setTimeout(resolve, run.length * (duration + GAP_MS)))
    }
    if (line.isActive) line.call?.tell('dtmfSent', { digits, method, statusCode })
  })
}

async function runOf(
  board: Switchboard,
  line: Line,
  digits: string,
  method: DtmfMethod,
  duration: number,
): Promise<number> {
  const fault = whyNot(line, method)
  if (fault !== undefined) return 488
  switch (method) {
    case 'rfc2833': {
      const sent = board.digitsSent(line.media!.port!)
      board.seat.command('sendDtmf', { kind: 'send-dtmf', call: line.name, digits, durationMs: duration })
      await sent
      return 200
    }
    case 'audio': {
      const tone = board.bridge.newName('digits')
      const { promise, resolve } = Promise.withResolvers<void>()
      board.ports.set(tone, { ended: resolve, failed: () => resolve() })
      board.bridge.open({ kind: 'open-tone', port: tone, tone: digitTones(digits, duration) })
      board.bridge.connect(tone, line.media!.port!)
      await promise
      board.bridge.close(tone)
      board.bridge.forget(tone)
      board.ports.delete(tone)
      return 200
    }
    case 'info':
      for (const digit of digits) {
        const status = await byInfo(board, line, digit, duration)
        if (status >= 300) return status
      }
      return 200
  }
}

function byInfo(board: Switchboard, line: Line, digit: string, duration: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const body = { contentType: 'application/dtmf-relay', content: `Signal=${digit}\r\nDuration=${duration}\r\n` }
  try {
    board.request('sendDtmf', { method: 'INFO', to: { call: line.name }, headers: [], body }, ({ status }) => {
      if (status >= 200) resolve(status)
    })
  } catch {
    resolve(481)
  }
  return promise
}
