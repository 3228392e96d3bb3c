// Digits into a call's stream (RFC 4733), or why they cannot go there.
import { err, ok, type Result } from '../base/result.ts'
import type { MediaCommand } from '../media/contract.ts'
import type { CallMedia } from './contract.ts'

/** Pause between digits, ms. */
const GAP_MS = 60

export function digitsInto(media: CallMedia, digits: string, durationMs: number): Result<MediaCommand, string> {
  const { port, direction } = media
  if (port === undefined) return err('no media')
  if (direction === 'recvonly' || direction === 'inactive') return err('on hold')
  if (!/^[0-9A-D*#,]{1,64}$/.test(digits)) return err('digits are 0-9 A-D * # and , up to 64')
  if (!(durationMs >= 40 && durationMs <= 8000)) return err('duration out of 40–8000 ms')
  return ok({ kind: 'send-dtmf', port, digits, durationMs, gapMs: GAP_MS })
}
