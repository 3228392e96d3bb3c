// The sessions there are: by the id the application knows, and by Call-ID and our own tag, as requests inside dialogs name them.
import type { Millis } from '../../base/time.ts'
import type { Session } from '../usage/invite/session.ts'

export class Sessions {
  readonly #byId = new Map<string, Session>()
  readonly #byDialog = new Map<string, Session>()

  get size(): number {
    return this.#byId.size
  }

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id)
  }

  add(session: Session): void {
    this.#byId.set(session.id, session)
    this.#byDialog.set(keyOf(session.callId, session.localTag), session)
  }

  /** A way out has come up. */
  transportUp(now: Millis): void {
    for (const session of this.#byId.values()) session.transportUp(now)
  }

  remove(session: Session): void {
    this.#byId.delete(session.id)
    this.#byDialog.delete(keyOf(session.callId, session.localTag))
  }

  /** Our tag is random, so it needs no help from theirs. */
  ofDialog(callId: string, localTag: string): Session | undefined {
    return this.#byDialog.get(keyOf(callId, localTag))
  }
}

const keyOf = (callId: string, localTag: string): string => `${callId}|${localTag}`
