// The registrar's memory: which contacts an address of record has, and until when (RFC 3261 §10.3).
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'

export interface Binding {
  /** Contact URI as the phone wrote it. */
  readonly uri: string
  readonly callId: string
  readonly cseq: number
  readonly until: Millis
}

export interface Bindings {
  /** Seconds 0 removes. False: an older REGISTER of the same call came late, nothing was changed (§10.3 step 7). */
  set(user: string, uri: string, seconds: number, callId: string, cseq: number, now: Millis): boolean
  /** Removes every contact of the user. */
  clear(user: string): void
  /** Living contacts, the newest first. */
  of(user: string, now: Millis): readonly Binding[]
  expire(now: Millis): void
  deadline(): Millis
}

/** Contacts kept for one user; the oldest goes. */
const MOST = 8

export function createBindings(): Bindings {
  const users = new Map<string, Binding[]>()
  return {
    set(user, uri, seconds, callId, cseq, now) {
      const known = users.get(user) ?? []
      const old = known.find((each) => each.uri === uri)
      if (old !== undefined && old.callId === callId && cseq <= old.cseq) return false
      const others = known.filter((each) => each !== old)
      const fresh = seconds === 0 ? [] : [{ uri, callId, cseq, until: after(now, seconds * 1000) }]
      users.set(user, [...fresh, ...others].slice(0, MOST))
      return true
    },
    clear: (user) => void users.delete(user),
    of: (user, now) => (users.get(user) ?? []).filter((each) => each.until > now),
    expire(now) {
      for (const [user, all] of users) {
        users.set(
          user,
          all.filter((each) => each.until > now),
        )
      }
    },
    deadline() {
      let due = FOREVER
      for (const all of users.values()) for (const each of all) due = earlier(due, each.until)
      return due
    },
  }
}
