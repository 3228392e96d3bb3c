// Which sequence numbers of AKA are fresh (3GPP TS 33.102 §C.1.2, §C.2): the last SEQ taken in each of 32 slots.
//
// The network draws numbers for several places at once, so they may arrive in another order: each slot (IND, the lowest
// five bits) grows by itself. Nothing bounds how far one may jump ahead, as a network may number by its clock (§C.2.1).

const SLOTS = 32

/** 48 bits, as a number. */
export type Sqn = number

export const LARGEST_SQN = 2 ** 48 - 1

/** Remembers which sequence numbers of one subscriber were taken. */
export class SqnWindow {
  readonly #slots: number[]
  #highest: Sqn

  /** `seen`: the highest number taken before, as `highest` gives it; all that is not newer is refused. 0: none yet. */
  constructor(seen: Sqn = 0) {
    this.#slots = Array<number>(SLOTS).fill(Math.floor(seen / SLOTS))
    this.#highest = seen
  }

  /** What a resynchronisation names as ours (SQNms), and what outlives a restart. */
  get highest(): Sqn {
    return this.#highest
  }

  /** Whether it is fresh; it is not any more afterwards. */
  take(sqn: Sqn): boolean {
    const slot = sqn % SLOTS
    const seq = Math.floor(sqn / SLOTS)
    if (seq <= this.#slots[slot]!) return false
    this.#slots[slot] = seq
    this.#highest = Math.max(this.#highest, sqn)
    return true
  }
}
