// Many deadlines, one queue: a FIFO per constant delay (arm and disarm cost nothing) and a heap for the rest. Never a scan.
import { FOREVER, type Millis } from './time.ts'

/** Whoever wants to be woken at its deadline. */
export interface Sleeper {
  wake(now: Millis): void
}

/** One deadline of one owner. It holds its place in the queue itself, so disarming leaves nothing behind. */
export class Timer {
  readonly owner: Sleeper
  /** FOREVER while not armed. */
  at: Millis = FOREVER
  /** Place in the queue; the queue's business only. */
  fifo: Fifo | undefined = undefined
  previous: Timer | undefined = undefined
  next: Timer | undefined = undefined
  index = -1

  constructor(owner: Sleeper) {
    this.owner = owner
  }
}

interface Fifo {
  head: Timer | undefined
  tail: Timer | undefined
}

export class TimerQueue {
  readonly #fifos = new Map<number, Fifo>()
  readonly #lists: readonly Fifo[]
  readonly #heap: Timer[] = []
  #armed = 0

  /** `constantDelays` in whole milliseconds: those that are armed so often that they deserve a list of their own. */
  constructor(constantDelays: readonly number[]) {
    for (const delay of constantDelays) this.#fifos.set(delay, { head: undefined, tail: undefined })
    this.#lists = [...this.#fifos.values()]
  }

  /** Timers armed. */
  get size(): number {
    return this.#armed
  }

  /** Arms or re-arms; `at` FOREVER disarms. */
  arm(timer: Timer, at: Millis, now: Millis): void {
    if (timer.at === at) return
    this.disarm(timer)
    if (at === FOREVER) return
    timer.at = at
    this.#armed++
    const fifo = this.#fifos.get(Math.round(at - now))
    // A list stays sorted because `now` never goes back; what would break the order (a rounded fraction) goes to the heap.
    if (fifo && (fifo.tail === undefined || fifo.tail.at <= at)) append(fifo, timer)
    else this.#push(timer)
  }

  disarm(timer: Timer): void {
    if (timer.at === FOREVER) return
    timer.at = FOREVER
    this.#armed--
    if (timer.fifo) unlink(timer.fifo, timer)
    else this.#remove(timer)
  }

  /** The earliest deadline; FOREVER when none is armed. */
  deadline(): Millis {
    return this.#first()?.at ?? FOREVER
  }

  /** Wakes, in order of their deadlines, all owners that are due; also those that become due while this runs. */
  run(now: Millis): void {
    for (let timer = this.#first(); timer && timer.at <= now; timer = this.#first()) {
      this.disarm(timer)
      timer.owner.wake(now)
    }
  }

  #first(): Timer | undefined {
    let best = this.#heap[0]
    for (const { head } of this.#lists) if (head && (best === undefined || head.at < best.at)) best = head
    return best
  }

  #push(timer: Timer): void {
    this.#heap.push(timer)
    this.#up(this.#heap.length - 1, timer)
  }

  #remove(timer: Timer): void {
    const { index } = timer
    timer.index = -1
    const last = this.#heap.pop()
    if (last === undefined || last === timer) return
    this.#up(index, last)
    this.#down(last.index, last)
  }

  #up(from: number, timer: Timer): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = this.#heap[parent] as Timer
      if (above.at <= timer.at) break
      this.#put(index, above)
      index = parent
    }
    this.#put(index, timer)
  }

  #down(from: number, timer: Timer): void {
    let index = from
    for (;;) {
      let child = 2 * index + 1
      if (child >= this.#heap.length) break
      const right = this.#heap[child + 1]
      if (right && right.at < (this.#heap[child] as Timer).at) child++
      const below = this.#heap[child] as Timer
      if (below.at >= timer.at) break
      this.#put(index, below)
      index = child
    }
    this.#put(index, timer)
  }

  #put(index: number, timer: Timer): void {
    this.#heap[index] = timer
    timer.index = index
  }
}

function append(fifo: Fifo, timer: Timer): void {
  timer.fifo = fifo
  timer.previous = fifo.tail
  if (fifo.tail) fifo.tail.next = timer
  else fifo.head = timer
  fifo.tail = timer
}

function unlink(fifo: Fifo, timer: Timer): void {
  if (timer.previous) timer.previous.next = timer.next
  else fifo.head = timer.next
  if (timer.next) timer.next.previous = timer.previous
  else fifo.tail = timer.previous
  timer.fifo = timer.previous = timer.next = undefined
}
