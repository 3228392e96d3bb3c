// Calls that come to take the place of another one (RFC 3891 §3): taken by themselves unless the application says something, and the
// other one ended as soon as they stand.
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { CallId } from './contract.ts'
import type { Tell } from './tell.ts'

/** Whoever was spoken to hears nothing meanwhile. */
export const REPLACE_MS = 1000

export interface Replacements {
  begin(call: CallId, replaced: CallId, tell: Tell): void
  /** It has been answered: the call whose place it takes is over. */
  onAnswered(call: CallId): CallId | undefined
  callEnded(call: CallId): void
  /** Calls nobody has said anything of in time. */
  due(now: Millis): readonly CallId[]
  deadline(): Millis
}

export function createReplacements(): Replacements {
  const all = new Map<CallId, { readonly replaced: CallId; readonly answerAt: Millis }>()
  return {
    begin(call, replaced, { now }) {
      all.set(call, { replaced, answerAt: after(now, REPLACE_MS) })
    },
    onAnswered(call) {
      const replaced = all.get(call)?.replaced
      all.delete(call)
      return replaced
    },
    callEnded: (call) => void all.delete(call),
    due(now) {
      const due = [...all].filter(([, { answerAt }]) => answerAt <= now)
      for (const [call, one] of due) all.set(call, { ...one, answerAt: FOREVER })
      return due.map(([call]) => call)
    },
    deadline() {
      let due = FOREVER
      for (const { answerAt } of all.values()) due = earlier(due, answerAt)
      return due
    },
  }
}
