// The hub: the one place where I/O meets logic. It feeds machines, performs what they answer, in order, and arms one timer.
//
// What arrives from outside waits in an inlet; inlets drain by rank, those of one rank in turn. What a performed output
// causes is queued, never nested, and is done before the next thing from outside. The hub itself holds no logic.
import { type LogRecord, log } from '../base/log.ts'
import type { Machine } from '../base/machine.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'

/** Time and the event loop, as the hub needs them. */
export interface HubClock {
  now(): Millis
  /** Calls `fire` once, at or soon after `at`; replaces what was armed before. */
  arm(at: Millis, fire: () => void): void
  disarm(): void
  /** Calls `run` soon, after waiting I/O had its chance. */
  defer(run: () => void): void
}

/** In which order inlets drain; due timers come between hardware and media. */
export const RANKS = ['hardware', 'media', 'sip', 'mqtt'] as const
export type Rank = (typeof RANKS)[number]

/** Gives a machine an input caused by something that is being performed; queued behind what was caused earlier. */
export type Feed<Input> = (input: Input) => void

export interface InletOptions {
  readonly name: string
  readonly rank: Rank
  /** Waiting inputs kept; the newest beyond that are dropped and counted. */
  readonly capacity: number
}

export interface HubCounters {
  /** Throws caught, each with the input that caused it dropped. */
  readonly faults: number
  /** Inputs dropped because an inlet or the queue of consequences was full. */
  readonly overflows: number
}

/** Machines and inlets that come and go together. */
export interface HubPart {
  /** Adds a machine; `perform` is called for each of its outputs, in order, within the hub's turn. */
  attach<Input, Output>(
    name: string,
    machine: Machine<Input, Output>,
    perform: (output: Output, now: Millis) => void,
  ): Feed<Input>
  /** Adds a way in. `deliver` runs within the hub's turn and feeds whom it concerns. May be called at any time. */
  inlet<Input>(options: InletOptions, deliver: (input: Input) => void): (input: Input) => void
  /** Nothing of it is fed, woken or performed any more; what waits is dropped. */
  stop(): void
}

/** The hub as a whole: `stop` ends every part and the timer. */
export interface Hub extends HubPart {
  part(): HubPart
  readonly counters: HubCounters
}

/** Inputs from outside taken in one turn of the event loop. */
const TURN = 64
/** Consequences one input from outside may have. */
const CONSEQUENCES = 4096
const REPORT_EVERY = 60_000
/** A machine that throws on a wake is left alone this long, so that it cannot spin; one that does not move its deadline, this long. */
const FAULT_PAUSE = 1000
const STUCK_PAUSE = 5

interface Membership {
  stopped: boolean
}

interface Slot {
  readonly part: Membership
  readonly name: string
  readonly deadline: () => Millis
  readonly wake: (now: Millis) => void
  pausedUntil: Millis
}

interface Inlet {
  readonly part: Membership
  readonly options: InletOptions
  readonly waiting: (() => void)[]
  dropped: number
  reportAt: Millis
}

export function createHub(clock: HubClock, report: (record: LogRecord) => void): Hub {
  let slots: Slot[] = []
  let ranks: Inlet[][] = RANKS.map(() => [])
  const turns = RANKS.map(() => 0)
  let consequences: (() => void)[] = []
  let running = false
  let stopped = false
  let deferred = false
  let armed = FOREVER
  const counters = { faults: 0, overflows: 0 }
  let overrunReportAt = -FOREVER as Millis

  function fault(name: string, doing: string, error: unknown): void {
    counters.faults++
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    report(log('error', 'hub', 'fault', { machine: name, doing, stack }))
  }

  function attempt(name: string, doing: string, action: () => void): boolean {
    try {
      action()
      return true
    } catch (error) {
      fault(name, doing, error)
      return false
    }
  }

  function consequence(action: () => void): void {
    if (consequences.length < CONSEQUENCES) {
      consequences.push(action)
      return
    }
    counters.overflows++
    const now = clock.now()
    if (now < overrunReportAt) return
    overrunReportAt = after(now, REPORT_EVERY)
    report(log('error', 'hub', 'too many consequences of one input', { kept: CONSEQUENCES }))
  }

  // Consequences are walked, not shifted: a burst of thousands stays linear.
  function settle(): void {
    for (let i = 0; i < consequences.length && !stopped; i++) consequences[i]!()
    consequences = []
  }

  function takeFrom(rank: number): boolean {
    const inlets = ranks[rank]!
    for (let i = 0; i < inlets.length; i++) {
      const inlet = inlets[(turns[rank]! + i) % inlets.length]!
      const action = inlet.waiting.shift()
      if (action === undefined) continue
      turns[rank] = (turns[rank]! + i + 1) % inlets.length
      attempt(inlet.options.name, 'deliver', action)
      return true
    }
    return false
  }

  function wakeOne(now: Millis): boolean {
    for (const slot of slots) {
      if (slot.deadline() > now || slot.pausedUntil > now) continue
      slot.wake(now)
      if (slot.deadline() <= now) slot.pausedUntil = after(now, Math.max(STUCK_PAUSE, slot.pausedUntil - now))
      return true
    }
    return false
  }

  function step(): boolean {
    if (takeFrom(0)) return true
    if (wakeOne(clock.now())) return true
    for (let rank = 1; rank < RANKS.length; rank++) if (takeFrom(rank)) return true
    return false
  }

  function turn(): void {
    if (running || stopped) return
    running = true
    settle()
    let more = true
    for (let n = 0; n < TURN && more && !stopped; n++) {
      more = step()
      settle()
    }
    running = false
    if (stopped) return
    if (more) later()
    else arm()
  }

  function later(): void {
    if (deferred) return
    deferred = true
    clock.defer(() => {
      deferred = false
      turn()
    })
  }

  function arm(): void {
    let due = FOREVER
    for (const slot of slots) due = earlier(due, Math.max(slot.deadline(), slot.pausedUntil) as Millis)
    if (due >= armed) return
    armed = due
    clock.arm(due, () => {
      armed = FOREVER
      turn()
    })
  }

  const part = (membership: Membership): HubPart => ({
    attach<Input, Output>(
      name: string,
      machine: Machine<Input, Output>,
      perform: (output: Output, now: Millis) => void,
    ): Feed<Input> {
      const act = (doing: string, now: Millis, action: (out: Output[]) => void): boolean => {
        const out: Output[] = []
        const sound = attempt(name, doing, () => action(out))
        // What was answered before a throw describes a state already reached: it is performed all the same.
        for (const output of out) if (!over(membership)) attempt(name, 'perform', () => perform(output, now))
        return sound
      }
      const slot: Slot = {
        part: membership,
        name,
        deadline: () => machine.deadline(),
        pausedUntil: -FOREVER as Millis,
        wake(now) {
          if (!act('wake', now, (out) => machine.wake(now, out))) slot.pausedUntil = after(now, FAULT_PAUSE)
        },
      }
      slots.push(slot)
      return (input) => {
        if (over(membership)) return
        consequence(() => {
          if (over(membership)) return
          const now = clock.now()
          act('handle', now, (out) => machine.handle(input, now, out))
        })
        if (!running) later()
      }
    },
    inlet<Input>(options: InletOptions, deliver: (input: Input) => void): (input: Input) => void {
      const inlet: Inlet = { part: membership, options, waiting: [], dropped: 0, reportAt: -FOREVER as Millis }
      ranks[RANKS.indexOf(options.rank)]!.push(inlet)
      return (input) => {
        if (over(membership)) return
        if (inlet.waiting.length < options.capacity) inlet.waiting.push(() => deliver(input))
        else overflow(inlet)
        turn()
      }
    },
    stop() {
      membership.stopped = true
      slots = slots.filter((slot) => slot.part !== membership)
      ranks = ranks.map((inlets) => inlets.filter((inlet) => inlet.part !== membership))
    },
  })

  const over = (membership: Membership) => stopped || membership.stopped

  return {
    ...part({ stopped: false }),
    part: () => part({ stopped: false }),
    counters,
    stop() {
      stopped = true
      clock.disarm()
    },
  }

  function overflow(inlet: Inlet): void {
    counters.overflows++
    inlet.dropped++
    const now = clock.now()
    if (now < inlet.reportAt) return
    inlet.reportAt = after(now, REPORT_EVERY)
    report(log('warn', 'hub', 'inlet full', { inlet: inlet.options.name, dropped: inlet.dropped }))
    inlet.dropped = 0
  }
}
