// A call as text within a length, indented: PJSUA's call dump.
import { dumpCall } from '../../media/call-dump.ts'
import type { Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'

/** A line that has no room is left out, with all behind it. */
export async function dumpOf(
  board: Switchboard,
  line: Line,
  withMedia: boolean,
  indent: string,
  maxLength: number,
): Promise<string> {
  const stats = withMedia && line.media?.port !== undefined ? await board.seat.stats(line.name) : undefined
  const record = board.seat.record(line.name) ?? line.record
  if (record === undefined) return ''
  let text = ''
  for (const each of dumpCall(`Call ${line.id}`, record, stats, withMedia)) {
    const more = `${text === '' ? '' : '\n'}${indent}${each}`
    if (text.length + more.length > maxLength) break
    text += more
  }
  return text
}
