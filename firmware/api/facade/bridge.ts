// The conference bridge as the façade sees it: numbered ports and who is to hear whom. A wish stands while its two ports are known:
// it is done when both are open, and done again when one of them opens anew.
import type { MediaCommand, PortId } from '../../media/contract.ts'
import { INVALID_ID } from './names.ts'

interface Wish {
  readonly from: PortId
  readonly to: PortId
}

export class Bridge {
  readonly #send: (command: MediaCommand) => void
  readonly #slots: (PortId | undefined)[] = []
  readonly #open = new Set<PortId>()
  #wishes: readonly Wish[] = []
  #named = 0

  constructor(send: (command: MediaCommand) => void) {
    this.#send = send
  }

  newName(kind: string): PortId {
    return `${kind}:${++this.#named}`
  }

  /** Makes a port known; it may not be open yet. */
  add(port: PortId): void {
    if (this.#slots.includes(port)) return
    const free = this.#slots.indexOf(undefined)
    this.#slots[free < 0 ? this.#slots.length : free] = port
  }

  /** Number of a port; INVALID_ID of one that is not known. */
  slot(port: PortId | undefined): number {
    return port === undefined ? INVALID_ID : this.#slots.indexOf(port)
  }

  /** Every port that is known, by number. */
  get ports(): readonly PortId[] {
    return this.#slots.filter((port) => port !== undefined)
  }

  /** Gives the command that opens the port; commands that follow may count on it. */
  open(command: MediaCommand & { readonly port: PortId }): void {
    this.add(command.port)
    this.#send(command)
    this.opened(command.port)
  }

  /** Somebody else opened it. */
  opened(port: PortId): void {
    this.add(port)
    this.#open.add(port)
    for (const { from, to } of this.#wishes)
      if ((from === port || to === port) && this.#areOpen(from, to)) this.#send({ kind: 'connect', from, to })
  }

  /** Closes it; who was to hear whom is kept for when it opens again. */
  close(port: PortId): void {
    if (this.#open.delete(port)) this.#send({ kind: 'close-port', port })
  }

  /** It is gone, closed by somebody else, and with it every wish. */
  forget(port: PortId): void {
    this.#open.delete(port)
    const slot = this.#slots.indexOf(port)
    if (slot >= 0) this.#slots[slot] = undefined
    this.#wishes = this.#wishes.filter(({ from, to }) => from !== port && to !== port)
  }

  /** False: they are connected. */
  connect(from: PortId, to: PortId): boolean {
    if (this.#isWished(from, to)) return false
    this.#wishes = [...this.#wishes, { from, to }]
    if (this.#areOpen(from, to)) this.#send({ kind: 'connect', from, to })
    return true
  }

  /** False: they are not connected. */
  disconnect(from: PortId, to: PortId): boolean {
    if (!this.#isWished(from, to)) return false
    this.#wishes = this.#wishes.filter((wish) => wish.from !== from || wish.to !== to)
    if (this.#areOpen(from, to)) this.#send({ kind: 'disconnect', from, to })
    return true
  }

  /** Who hears that port. */
  listeners(port: PortId): readonly PortId[] {
    return this.#wishes.filter(({ from }) => from === port).map(({ to }) => to)
  }

  #isWished(from: PortId, to: PortId): boolean {
    return this.#wishes.some((wish) => wish.from === from && wish.to === to)
  }

  #areOpen(from: PortId, to: PortId): boolean {
    return this.#open.has(from) && this.#open.has(to)
  }
}
