// The conference bridge: who hears whom. Sound devices, streams, players and recorders are its ports.
import type { MediaCommand, PortId } from '../../media/contract.ts'

/** Anything that gives sound to the bridge or takes some from it. */
export interface BridgePort {
  /** Its name on the bridge; undefined while it has none. */
  readonly port: PortId | undefined
}

/** The port of the sound devices. */
export const DEVICE: PortId = 'device'

/**
 * Three rules make the connections: members hear each other, sounds are heard by the device, recorders hear all of them. Those an
 * application asks for come beside these.
 */
export class Bridge {
  readonly #send: (command: MediaCommand) => void
  /** The device, while it is open, and the streams that take part. */
  readonly #members = new Set<PortId>()
  readonly #sounds = new Set<PortId>()
  readonly #recorders = new Set<PortId>()
  readonly #asked = new Set<string>()
  #made = new Set<string>()

  constructor(send: (command: MediaCommand) => void) {
    this.#send = send
  }

  /** From now on it hears every member and every member hears it. */
  join(port: PortId): void {
    this.#members.add(port)
    this.#settle()
  }

  /** No longer; what was asked for beside that stays. */
  leave(port: PortId): void {
    this.#members.delete(port)
    this.#settle()
  }

  /** From now on it is heard by the device. */
  sound(port: PortId): void {
    this.#sounds.add(port)
    this.#settle()
  }

  /** From now on it hears what is heard. */
  record(port: PortId): void {
    this.#recorders.add(port)
    this.#settle()
  }

  /** What `from` gives is heard by `to`. */
  connect(from: PortId, to: PortId): void {
    this.#asked.add(pairOf(from, to))
    this.#settle()
  }

  /** No longer, unless the rules say so. */
  disconnect(from: PortId, to: PortId): void {
    this.#asked.delete(pairOf(from, to))
    this.#settle()
  }

  /** It was closed: nothing of it is left. */
  gone(port: PortId): void {
    for (const set of [this.#members, this.#sounds, this.#recorders]) set.delete(port)
    const concerns = (pair: string) => JSON.parse(pair).includes(port)
    for (const pair of this.#asked) if (concerns(pair)) this.#asked.delete(pair)
    // The media engine has taken them apart already.
    for (const pair of this.#made) if (concerns(pair)) this.#made.delete(pair)
    this.#settle()
  }

  /** Whom `port` is heard by. */
  hearersOf(port: PortId): readonly PortId[] {
    return [...this.#made].map((pair) => JSON.parse(pair)).flatMap(([from, to]) => (from === port ? [to] : []))
  }

  #wanted(): Set<string> {
    const wanted = new Set(this.#asked)
    for (const a of this.#members) for (const b of this.#members) if (a !== b) wanted.add(pairOf(a, b))
    if (this.#members.has(DEVICE)) for (const sound of this.#sounds) wanted.add(pairOf(sound, DEVICE))
    for (const to of this.#recorders)
      for (const from of [...this.#members, ...this.#sounds]) wanted.add(pairOf(from, to))
    return wanted
  }

  #settle(): void {
    const wanted = this.#wanted()
    const change = (kind: 'connect' | 'disconnect', pairs: Iterable<string>, but: ReadonlySet<string>) => {
      for (const pair of pairs) {
        if (but.has(pair)) continue
        const [from, to] = JSON.parse(pair) as [PortId, PortId]
        this.#send({ kind, from, to })
      }
    }
    change('disconnect', this.#made, wanted)
    change('connect', wanted, this.#made)
    this.#made = wanted
  }
}

const pairOf = (from: PortId, to: PortId): string => JSON.stringify([from, to])
