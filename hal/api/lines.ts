// What the Linux board needs of GPIO lines and of the I²C bus: the part of onoff's `Gpio` and of an i2c-bus `Bus` it uses.

export type Level = 0 | 1
export type LineCallback = (error: Error | null | undefined, value: Level) => void

/** One GPIO line; onoff's `Gpio` is one. Values are logical: with `activeLow` a low line reads 1. */
export interface GpioLine {
  read(callback: LineCallback): void
  write(value: Level, callback: (error: Error | null | undefined) => void): void
  /** Tells every edge asked for at construction, with the level after it. */
  watch(callback: LineCallback): void
  unwatch(callback?: LineCallback): void
  /** `low` and `high` make it an output that starts with that level; `in` lets it float. Throws when the line is gone. */
  setDirection(direction: 'in' | 'out' | 'high' | 'low'): void
  /** Gives the line back; it must not be used afterwards. */
  unexport(): void
}

/** onoff's class. The constructor throws an Error with a `code` (ENOENT, EACCES, EBUSY, EINVAL). */
export type GpioClass = new (
  line: number,
  direction: 'in' | 'out' | 'high' | 'low',
  edge?: 'none' | 'rising' | 'falling' | 'both',
  options?: { readonly activeLow?: boolean },
) => GpioLine

/** Lines by the kernel's numbers, before they are opened. Each throws an Error with a `code` when the line or its chip is gone. */
export interface LineClaims {
  /** Takes the line, unless it is taken by us already. */
  take(line: number): void
  /** Whether it may be opened by now: who may use it is settled by the device manager, in its own time. */
  isOurs(line: number): boolean
  /** Whether its chip has an interrupt. */
  tellsEdges(line: number): boolean
  /** Whether the open line tells edges: onoff keeps it to itself when it could not ask for them. */
  isAskedForEdges(line: number): boolean
  /** Of one that was not opened; never throws. */
  giveBack(line: number): void
}

export type BusCallback = (error: (Error & { code?: string }) | null, bytes: number) => void

/** An opened I²C bus; what i2c-bus's `open` returns is one. The buffer must be a Node `Buffer`; errors carry a `code`. */
export interface I2cBus {
  i2cWrite(address: number, length: number, buffer: Uint8Array, callback: BusCallback): void
  i2cRead(address: number, length: number, buffer: Uint8Array, callback: BusCallback): void
  close(callback: (error: Error | null) => void): void
}

/** Opens `/dev/i2c-N` at the first transfer; nothing is touched before. */
export type OpenBus = (bus: number) => I2cBus
