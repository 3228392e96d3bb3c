// Descriptions are shown to an application without the keys of SRTP: what it changes in them gets its keys back.
import { withoutKeys } from '../../sdp/crypto.ts'

/** Each line of `shown` that hides a key as it stands in `whole`. */
export function withKeys(shown: string, whole: string): string {
  const hidden = new Map(whole.split(/\r?\n/).map((line) => [withoutKeys(line), line]))
  return shown
    .split(/\r?\n/)
    .map((line) => hidden.get(line) ?? line)
    .join('\r\n')
}
