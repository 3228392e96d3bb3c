// What the objects of an engine tell, each to whoever of the façade stands on it.
import type { AnyNotification, Notification, NotificationMap, NotificationName } from '../core/index.ts'

/** What an object of that class tells. */
export type ToldBy<S> = {
  [N in NotificationName]: S extends NotificationMap[N]['sender'] ? Notification<N> : never
}[NotificationName]

type Hearer = (told: AnyNotification) => void

/** Of one endpoint. */
export class Inbox {
  readonly #hearers = new WeakMap<object, Hearer>()
  readonly #strange: Hearer

  /** `strange` hears what is told by objects nobody has asked about: what came to the engine unasked. */
  constructor(strange: Hearer) {
    this.#strange = strange
  }

  /** What `sender` tells goes to `hearer`, which takes the place of another one. */
  hear<S extends object>(sender: S, hearer: (told: ToldBy<S>) => void): void {
    this.#hearers.set(sender, hearer as Hearer)
  }

  /** Nobody hears of it any more. */
  forget(sender: object): void {
    this.#hearers.set(sender, () => {})
  }

  /** The observer of the engine's notifications. */
  readonly tell: Hearer = (told) => {
    const hearer = this.#hearers.get(told.sender) ?? this.#strange
    hearer(told)
  }
}
