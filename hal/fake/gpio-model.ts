// A class that behaves like onoff's `Gpio` over modelled hardware: same constructor, same errors, callbacks that come later.
import type { Clock } from '../api/clock.ts'
import type { GpioClass, GpioLine, Level, LineCallback, LineClaims } from '../api/lines.ts'

/** What hangs on one line, as levels on the wire (before `activeLow`). */
export interface Wire {
  /** The level when the line floats or is an input. */
  level(): Level
  /** The line drives this level, or floats. */
  driven?(level: Level | undefined): void
}

export interface GpioModel {
  readonly Gpio: GpioClass
  readonly claims: LineClaims
  /** The level of this line's wire changed. */
  edge(line: number): void
  /** Lines taken and not given back. */
  taken(): readonly number[]
  /** Those of them that are open. */
  opened(): readonly number[]
  /** The device manager gives no line to anybody for now, or catches up. */
  withhold(withheld: boolean): void
  /** The next read or write of any line fails with EIO; or the next read alone, as with an expander that is gone. */
  failNext(what?: 'read'): void
  /** Another driver takes the line, or gives it back. */
  take(line: number, taken: boolean): void
}

const failure = (code: string, text: string): Error & { code: string } =>
  Object.assign(new Error(`${code}: ${text}`), { code })

/** A chip with no interrupt (`edges` false) has lines without an `edge` file, as the kernel makes them. */
export function createGpioModel(clock: Clock, wires: ReadonlyMap<number, Wire>, edges = true): GpioModel {
  const open = new Map<number, (level: Level) => void>()
  const claimed = new Set<number>()
  /** By other drivers. */
  const taken = new Set<number>()
  let failing: 'read' | 'anything' | undefined
  let withheld = false

  class ModelGpio implements GpioLine {
    readonly #line: number
    readonly #wire: Wire
    readonly #edges: boolean
    readonly #activeLow: boolean
    #listeners: LineCallback[] = []
    #output = false
    #unexported = false

    constructor(line: number, direction: string, edge?: string, options?: { readonly activeLow?: boolean }) {
      const wire = wires.get(line)
      if (wire === undefined || !claimed.has(line) || withheld) throw new Error(`GPIO ${line} is not to be opened yet`)
      this.#line = line
      this.#wire = wire
      this.#activeLow = options?.activeLow ?? false
      this.#edges = edge === 'both'
      this.#direct(direction)
      open.set(line, () => this.#tell())
    }
    #logical(level: Level): Level {
      return this.#activeLow ? (level === 0 ? 1 : 0) : level
    }
    #tell(): void {
      if (!this.#edges) return
      // onoff reads the value when its poller comes round, not when the edge was.
      clock.after(0.05, () => {
        if (this.#unexported) return
        for (const listener of this.#listeners) listener(null, this.#logical(this.#wire.level()))
      })
    }
    #direct(direction: string): void {
      this.#output = direction !== 'in'
      if (this.#output && this.#edges) throw failure('EIO', 'i/o error, write')
      this.#wire.driven?.(direction === 'in' ? undefined : direction === 'high' ? 1 : 0)
    }
    #later(what: 'read' | 'write', run: (error: Error | null) => void): void {
      const fails = failing === 'anything' || failing === what
      const error = this.#unexported
        ? failure('EBADF', 'bad file descriptor')
        : fails
          ? failure('EIO', 'i/o error')
          : null
      if (fails) failing = undefined
      clock.after(0.05, () => run(error))
    }
    read(callback: LineCallback): void {
      this.#later('read', (error) => callback(error, this.#logical(this.#wire.level())))
    }
    write(value: Level, callback: (error: Error | null) => void): void {
      this.#later('write', (error) => {
        if (error === null && this.#output) this.#wire.driven?.(this.#logical(value))
        callback(error ?? (this.#output ? null : failure('EPERM', 'operation not permitted, write')))
      })
    }
    watch(callback: LineCallback): void {
      this.#listeners.push(callback)
    }
    unwatch(callback?: LineCallback): void {
      this.#listeners = callback === undefined ? [] : this.#listeners.filter((other) => other !== callback)
    }
    setDirection(direction: string): void {
      if (this.#unexported) throw failure('ENOENT', 'no such file or directory, open direction')
      this.#direct(direction)
    }
    unexport(): void {
      if (this.#unexported) throw failure('EBADF', 'bad file descriptor, close')
      this.#unexported = true
      this.#listeners = []
      this.#wire.driven?.(undefined)
      open.delete(this.#line)
      claimed.delete(this.#line)
    }
  }
  return {
    Gpio: ModelGpio,
    claims: {
      take(line) {
        if (!wires.has(line)) throw failure('EINVAL', `invalid argument, write (GPIO ${line})`)
        if (taken.has(line)) throw failure('EBUSY', 'resource busy or locked, write')
        claimed.add(line)
      },
      isOurs(line) {
        if (!claimed.has(line)) throw failure('ENOENT', 'no such file or directory, access')
        return !withheld
      },
      tellsEdges: () => edges,
      isAskedForEdges: (line) => open.has(line),
      giveBack: (line) => void claimed.delete(line),
    },
    edge: (line) => open.get(line)?.(wires.get(line)!.level()),
    taken: () => [...claimed],
    opened: () => [...open.keys()],
    withhold(now) {
      withheld = now
    },
    failNext(what) {
      failing = what ?? 'anything'
    },
    take(line, now) {
      if (now) taken.add(line)
      else taken.delete(line)
    },
  }
}
