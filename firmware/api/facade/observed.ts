// An object whose events reach its application twice: in a method a subclass overrides, and at listeners.

type Listener<P> = (prm: P) => void

/** `E`: parameters by event name. The method of an event `callState` is called `onCallState`; it runs before the listeners. */
export abstract class Observed<E extends object> {
  readonly #listeners = new Map<keyof E, Set<Listener<never>>>()

  /** From now on `listener` hears of each such event; the result ends that. */
  on<K extends keyof E>(name: K, listener: Listener<E[K]>): () => void {
    const those = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, those.add(listener))
    return () => void those.delete(listener)
  }

  /** `listener` hears of it no more; nothing happens where it did not. */
  off<K extends keyof E>(name: K, listener: Listener<E[K]>): void {
    this.#listeners.get(name)?.delete(listener)
  }

  /** The next such event that `where` takes; rejects after `withinMs`. For scripts and tests. */
  once<K extends keyof E & string>(
    name: K,
    where: (prm: E[K]) => boolean = () => true,
    withinMs = 10_000,
  ): Promise<E[K]> {
    const { promise, resolve, reject } = Promise.withResolvers<E[K]>()
    const late = setTimeout(() => {
      end()
      reject(new Error(`no ${name} within ${withinMs} ms`))
    }, withinMs)
    const end = this.on(name, (prm) => {
      if (!where(prm)) return
      clearTimeout(late)
      end()
      resolve(prm)
    })
    return promise
  }

  /** @internal For the façade: delivers an event. Whoever throws is warned of; the others hear all the same. */
  tell<K extends keyof E & string>(name: K, prm: E[K]): void {
    const method = (this as Record<string, unknown>)[`on${name[0]?.toUpperCase()}${name.slice(1)}`]
    if (typeof method === 'function') attempt(name, () => method.call(this, prm))
    for (const listener of [...(this.#listeners.get(name) ?? [])])
      attempt(name, () => (listener as Listener<E[K]>)(prm))
  }
}

/** Whatever `action` throws, being told of that event, is warned of with its stack, and goes no further. */
export function attempt(name: string, action: () => void): void {
  try {
    action()
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.emitWarning(`told of ${name}, the application threw ${stack}`)
  }
}
