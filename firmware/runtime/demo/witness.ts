// Waits for things to happen in the phone, with a time limit and a name for what did not.
import type { Millis } from '../../base/time.ts'
import { monotonic } from '../clock.ts'
import type { Witnessed } from '../compose.ts'

export interface Witness {
  see(seen: Witnessed): void
  /**
   * When the next thing that `matches` happens; asked for before what causes it. Rejects after `withinMs` with `what`.
   */
  next(what: string, withinMs: number, matches: (seen: Witnessed) => boolean): Promise<Millis>
  /** Nobody waits any more. */
  close(): void
}

export function createWitness(): Witness {
  const waiting = new Set<(seen: Witnessed) => void>()
  const timers = new Set<NodeJS.Timeout>()
  return {
    see(seen) {
      for (const each of [...waiting]) each(seen)
    },
    next(what, withinMs, matches) {
      const { promise, resolve, reject } = Promise.withResolvers<Millis>()
      const late = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`${what}: not within ${withinMs} ms`))
      }, withinMs)
      timers.add(late)
      const look = (seen: Witnessed) => {
        if (!matches(seen)) return
        waiting.delete(look)
        clearTimeout(late)
        resolve(monotonic())
      }
      waiting.add(look)
      // Whoever asked may fail elsewhere first; then nobody waits for this any more.
      promise.catch(() => {})
      return promise
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      waiting.clear()
    },
  }
}

export const activity =
  (name: string) =>
  (seen: Witnessed): boolean =>
    seen.of === 'view' && seen.view.activity.name === name

export const registered = (seen: Witnessed): boolean =>
  seen.of === 'ua' && seen.event.kind === 'account-state' && seen.event.registration === 'registered'

export const callState =
  (state: string) =>
  (seen: Witnessed): boolean =>
    seen.of === 'ua' && seen.event.kind === 'call-state' && seen.event.state === state

export const sends =
  (method: string) =>
  (seen: Witnessed): boolean =>
    seen.of === 'sip' && seen.output.kind === 'send' && seen.output.data.startsWith(`${method} `)

export const media =
  (kind: string, port: string) =>
  (seen: Witnessed): boolean =>
    seen.of === 'media' && seen.event.kind === kind && 'port' in seen.event && seen.event.port.startsWith(port)
