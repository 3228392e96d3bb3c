// The conference bridge as the façade sees it: numbered media and who is to hear whom. A wish stands while its two media are known:
// it is done when both have a port, and done again when one of them gets another one.
import type { Engine, PortId } from '../core/index.ts'
import { INVALID_ID } from './names.ts'

/** What has a place at the bridge. */
export interface Member {
  /** `device`, `player:1`. */
  readonly name: string
  /** At the engine's bridge; undefined while there is none. */
  readonly port: PortId | undefined
}

interface Wish {
  readonly from: Member
  readonly to: Member
}

/** Of one endpoint. */
export class Bridge {
  readonly #engine: Engine
  readonly #slots: (Member | undefined)[] = []
  #wishes: readonly Wish[] = []
  #named = 0

  constructor(engine: Engine) {
    this.#engine = engine
  }

  newName(kind: string): string {
    return `${kind}:${++this.#named}`
  }

  /** Makes it known; it may have no port yet. */
  add(member: Member): void {
    if (this.#slots.includes(member)) return
    const free = this.#slots.indexOf(undefined)
    this.#slots[free < 0 ? this.#slots.length : free] = member
  }

  /** Its number; INVALID_ID where it is not known. */
  slot(member: Member | undefined): number {
    return member === undefined ? INVALID_ID : this.#slots.indexOf(member)
  }

  /** Names of all that is known, in the order of their numbers. */
  get names(): readonly string[] {
    return this.#slots.flatMap((member) => (member === undefined ? [] : [member.name]))
  }

  /** It has a port, or another one. */
  opened(member: Member): void {
    this.add(member)
    for (const { from, to } of this.#wishes) if (from === member || to === member) this.#connect(from, to)
  }

  /** It is gone for good, and with it every wish. */
  forget(member: Member): void {
    const slot = this.#slots.indexOf(member)
    if (slot >= 0) this.#slots[slot] = undefined
    this.#wishes = this.#wishes.filter(({ from, to }) => from !== member && to !== member)
  }

  /** Again: nothing changes. */
  connect(from: Member, to: Member): void {
    if (this.#isWished(from, to)) return
    this.#wishes = [...this.#wishes, { from, to }]
    this.#connect(from, to)
  }

  /** False: they are not connected. */
  disconnect(from: Member, to: Member): boolean {
    if (!this.#isWished(from, to)) return false
    this.#wishes = this.#wishes.filter((wish) => wish.from !== from || wish.to !== to)
    if (from.port !== undefined && to.port !== undefined) this.#engine.bridge.disconnect(from.port, to.port)
    return true
  }

  /** Who hears it. */
  listeners(member: Member): readonly Member[] {
    return this.#wishes.filter(({ from }) => from === member).map(({ to }) => to)
  }

  #connect(from: Member, to: Member): void {
    if (from.port !== undefined && to.port !== undefined) this.#engine.bridge.connect(from.port, to.port)
  }

  #isWished(from: Member, to: Member): boolean {
    return this.#wishes.some((wish) => wish.from === from && wish.to === to)
  }
}
