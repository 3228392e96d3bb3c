// The notification centre: everything an object tells, observed by name, by sender, or all of it, without touching the object.

/** What there is to be told, by name: each object adds its own, with who sends it and what is in `data`. */
// biome-ignore lint/suspicious/noEmptyInterface: the files of the objects add to it
export interface NotificationMap {}

/** The names of all notifications. */
export type NotificationName = keyof NotificationMap

/** One thing that was told. */
export interface Notification<N extends NotificationName> {
  /** What happened: `registration-changed-state`. */
  readonly name: N
  /** The object it happened to; the engine where there is none. */
  readonly sender: NotificationMap[N]['sender']
  /** When it happened, by the wall clock. */
  readonly timestamp: Date
  /** What else there is to know. */
  readonly data: NotificationMap[N]['data']
}

/** Any of them; `name` tells which. */
export type AnyNotification = { [N in NotificationName]: Notification<N> }[NotificationName]

/** A function, or an object with a method for it. */
export type Observer<N extends NotificationName = NotificationName> =
  | ((notification: { [M in N]: Notification<M> }[N]) => void)
  | {
      /** Called with each notification it was registered for, in their order. */
      handleNotification(notification: { [M in N]: Notification<M> }[N]): void
    }

/** Which notifications are meant; what is left out does not matter. */
export interface NotificationFilter<N extends NotificationName = NotificationName> {
  readonly name?: N
  readonly sender?: object
}

interface Entry extends NotificationFilter {
  readonly observer: Observer
}

/** Told when an observer throws; the others still hear. */
export type ObserverFault = (error: unknown, notification: AnyNotification) => void

/**
 * Notifications come in the order things happened, each after the method or the turn of the network that caused it is over (in
 * a microtask): an observer may call every method, and an object that moved on since says so in its state.
 */
export class NotificationCenter {
  readonly #onFault: ObserverFault
  #entries: readonly Entry[] = []
  #waiting: { readonly told: AnyNotification; readonly after: (() => void) | undefined }[] = []
  #draining = false

  /** `onFault` hears of observers that throw; without it they are warned of through the process. */
  constructor(onFault: ObserverFault = (error) => process.emitWarning(String(error))) {
    this.#onFault = onFault
  }

  /** From now on `observer` hears what the filter lets through, all of it without one. Returns how to end that. */
  addObserver<N extends NotificationName = NotificationName>(
    observer: Observer<N>,
    filter: NotificationFilter<N> = {},
  ): () => void {
    const entry = { ...filter, observer: observer as Observer }
    this.#entries = [...this.#entries, entry]
    return () => {
      this.#entries = this.#entries.filter((each) => each !== entry)
    }
  }

  /** Ends everything `observer` was added for, or what was added with this same filter. */
  removeObserver(observer: Observer<never>, filter?: NotificationFilter): void {
    const isMeant = (entry: Entry) =>
      entry.observer === (observer as Observer) &&
      (filter === undefined || (entry.name === filter.name && entry.sender === filter.sender))
    this.#entries = this.#entries.filter((entry) => !isMeant(entry))
  }

  /** The next one of that name, from that sender if one is named, that `where` takes; rejects after `withinMs`, 10 s by default. */
  next<N extends NotificationName>(
    name: N,
    options: {
      readonly sender?: NotificationMap[N]['sender']
      readonly where?: (data: NotificationMap[N]['data']) => boolean
      readonly withinMs?: number
    } = {},
  ): Promise<Notification<N>> {
    const { sender, where = () => true, withinMs = 10_000 } = options
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        end()
        reject(new Error(`no ${name} within ${withinMs} ms`))
      }, withinMs)
      // Who waits keeps no process alive by that alone.
      late.unref()
      const filter = sender === undefined ? { name } : { name, sender: sender as object }
      const end = this.addObserver<N>((notification) => {
        const heard = notification as Notification<N>
        if (!where(heard.data)) return
        clearTimeout(late)
        end()
        resolve(heard)
      }, filter)
    })
  }

  /**
   * Tells everybody whom it concerns; `after` is called when all have heard: what happens where nobody has decided. For the objects
   * of the core, and for those built on them.
   */
  post<N extends NotificationName>(
    name: N,
    sender: NotificationMap[N]['sender'],
    data: NotificationMap[N]['data'],
    after?: () => void,
  ): void {
    const told = { name, sender, timestamp: new Date(), data } as unknown as AnyNotification
    this.#waiting.push({ told, after })
    if (this.#draining) return
    this.#draining = true
    queueMicrotask(() => this.#drain())
  }

  #drain(): void {
    // Walked, not shifted; what observers cause is told behind.
    for (let i = 0; i < this.#waiting.length; i++) {
      const { told, after } = this.#waiting[i]!
      this.#tell(told)
      if (after) this.#call(after, told)
    }
    this.#waiting = []
    this.#draining = false
  }

  #tell(notification: AnyNotification): void {
    for (const { name, sender, observer } of this.#entries) {
      if (name !== undefined && name !== notification.name) continue
      if (sender !== undefined && sender !== notification.sender) continue
      const tell = () =>
        typeof observer === 'function' ? observer(notification) : observer.handleNotification(notification)
      this.#call(tell, notification)
    }
  }

  #call(act: () => void, notification: AnyNotification): void {
    try {
      act()
    } catch (error) {
      this.#onFault(error, notification)
    }
  }
}
