// What waits to be published: the newest value of each retained topic, and a bounded queue of numbered events.
import { after, earlier, FOREVER, type Millis } from '../../firmware/base/time.ts'

/** Retained topics under `state/` are published at most this often each, ms. */
export const COALESCE = 250
/** Events kept while they cannot be delivered; beyond, the oldest are lost and a gap event says so. */
export const MAX_EVENTS = 100
export const MAX_RETAINED = 64

export interface Publication {
  readonly suffix: string
  readonly payload: string
  readonly retain: boolean
  /** To be called when the broker has it; events stay until then. */
  readonly delivered: () => void
}

interface Retained {
  readonly payload: string
  readonly sent: boolean
  readonly notBefore: Millis
}
interface Event {
  readonly suffix: string
  readonly payload: string
  sent: boolean
}

export interface Outbox {
  /** The topic's value from now on. False: too many topics. */
  set(suffix: string, value: unknown): boolean
  /** Adds an event under the next number. */
  event(name: string, body: Readonly<Record<string, unknown>>): void
  /** A new session began: everything retained is published again, and every event not delivered. */
  restart(): void
  /** What may be published at `now`; each is handed out once in a session. */
  take(now: Millis): Publication[]
  /** When `take` will have more; FOREVER when nothing waits. */
  deadline(): Millis
}

/** `bootId` goes into every event: the numbers begin anew with each boot. */
export function createOutbox(bootId: string): Outbox {
  const retained = new Map<string, Retained>()
  let events: Event[] = []
  let number = 0
  let lost = 0

  const add = (name: string, body: Readonly<Record<string, unknown>>) =>
    events.push({
      suffix: `event/${name}`,
      payload: JSON.stringify({ bootId, number: ++number, ...body }),
      sent: false,
    })

  return {
    set(suffix, value) {
      const payload = JSON.stringify(value)
      const old = retained.get(suffix)
      if (old === undefined && retained.size >= MAX_RETAINED) return false
      if (old?.payload !== payload)
        retained.set(suffix, { payload, sent: false, notBefore: old?.notBefore ?? (-FOREVER as Millis) })
      return true
    },
    event(name, body) {
      if (events.length >= MAX_EVENTS) {
        events.shift()
        lost++
      }
      add(name, body)
    },
    restart() {
      for (const [suffix, one] of retained) retained.set(suffix, { ...one, sent: false, notBefore: -FOREVER as Millis })
      for (const one of events) one.sent = false
    },
    take(now) {
      const ready: Publication[] = []
      for (const [suffix, one] of retained) {
        if (one.sent || now < one.notBefore) continue
        const notBefore = suffix.startsWith('state/') ? after(now, COALESCE) : one.notBefore
        retained.set(suffix, { ...one, sent: true, notBefore })
        ready.push({ suffix, payload: one.payload, retain: true, delivered: () => {} })
      }
      if (lost > 0) {
        const dropped = lost
        lost = 0
        add('gap', { lost: dropped })
      }
      for (const event of events) {
        if (event.sent) continue
        event.sent = true
        const delivered = () => {
          events = events.filter((one) => one !== event)
        }
        ready.push({ suffix: event.suffix, payload: event.payload, retain: false, delivered })
      }
      return ready
    },
    deadline() {
      let due = events.some((event) => !event.sent) ? (-FOREVER as Millis) : FOREVER
      for (const one of retained.values()) if (!one.sent) due = earlier(due, one.notBefore)
      return due
    },
  }
}
