// A call as text within a length, indented: PJSUA's call dump.
import { dumpCall } from '../../media/call-dump.ts'
import { durationsOf } from './call-info.ts'
import type { Line } from './line.ts'

/** A line that has no room is left out, with all behind it. */
export async function dumpOf(line: Line, withMedia: boolean, indent: string, maxLength: number): Promise<string> {
  const { id, role, state, status, reason, localUri: local, peer, sound } = line
  const stats =
    withMedia && sound.port !== undefined ? await sound.audio?.getStatistics().catch(() => undefined) : undefined
  const record = { role, state, status, reason, local, peer, media: sound.media, ...durationsOf(line) }
  let text = ''
  for (const each of dumpCall(`Call ${id}`, record, stats, withMedia)) {
    const more = `${text === '' ? '' : '\n'}${indent}${each}`
    if (text.length + more.length > maxLength) break
    text += more
  }
  return text
}
