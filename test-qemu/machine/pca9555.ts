// A PCA9555 as its data sheet describes it: sixteen lines with weak pull-ups, behind four pairs of registers on an I²C bus.
import type { Level } from '../../hal/api/lines.ts'
import type { Chip } from './chip.ts'
import type { I2cDevice } from './i2c-tiny-usb.ts'

/** Register pairs (table 4): the first register of each is for lines 0–7, the second for 8–15. */
const [INPUT, OUTPUT, POLARITY, CONFIGURATION] = [0, 2, 4, 6]
/** After power-on every line is an input that would drive high. */
const RESET = [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff] as const

export interface Pca9555 extends Chip, I2cDevice {
  /** What stands in the eight registers; the two of the inputs are read from the lines. */
  registers(): readonly number[]
  /** Continues with what `registers` gave. */
  restore(registers: readonly number[]): void
  unplug(): void
  /** It starts from its reset state. */
  plug(): void
  /** The next `times` messages are not acknowledged. */
  nak(times: number): void
  /** Tells when its interrupt output is pulled low, and when it is let go. */
  listenInterrupt(listener: (low: boolean) => void): void
}

export function createPca9555(label: string): Pca9555 {
  const registers: number[] = [...RESET]
  const listeners: ((line: number, level: Level | undefined) => void)[] = []
  /** What the outside puts on each line; nothing connected reads high. */
  const outside = Array<Level>(16).fill(1)
  const driven = Array<Level | undefined>(16).fill(undefined)
  let [pointer, plugged, naks] = [0, true, 0]
  /** Of each port, as they were when it was last read. */
  const known = [0xff, 0xff]
  let low = false
  let tellInterrupt: (low: boolean) => void = () => {}
  /** An input that is not as it was read pulls; reading its port, or its change back, lets go (§6.5). */
  const interrupt = (): void => {
    const differs = (port: number) => ((inputs(port) ^ known[port]!) & registers[CONFIGURATION + port]!) !== 0
    const now = plugged && (differs(0) || differs(1))
    if (now !== low) tellInterrupt(now)
    low = now
  }

  const bit = (pair: number, line: number): Level => ((registers[pair + (line >> 3)]! >> (line & 7)) & 1) as Level
  const tell = (): void => {
    for (let line = 0; line < 16; line++) {
      const level = bit(CONFIGURATION, line) === 1 || !plugged ? undefined : bit(OUTPUT, line)
      if (level === driven[line]) continue
      driven[line] = level
      for (const listener of listeners) listener(line, level)
    }
    interrupt()
  }
  const inputs = (port: number): number => {
    let value = 0
    for (let n = 0; n < 8; n++) value |= (driven[port * 8 + n] ?? outside[port * 8 + n]!) << n
    return value
  }
  const read = (register: number): number => {
    return register >= OUTPUT ? registers[register]! : inputs(register) ^ registers[POLARITY + register]!
  }
  /** Several bytes go to and fro between the two registers of a pair (§6.2). */
  const advance = (): void => {
    pointer ^= 1
  }
  const refuses = (): boolean => {
    if (naks > 0) {
      naks--
      return true
    }
    return !plugged
  }
  return {
    label,
    put(line, level) {
      outside[line] = level
      interrupt()
    },
    listenInterrupt(listener) {
      tellInterrupt = listener
    },
    listen: (listener) => void listeners.push(listener),
    registers: () => registers.map((_, register) => read(register)),
    restore(saved) {
      registers.splice(0, registers.length, ...saved)
      tell()
    },
    unplug() {
      plugged = false
      tell()
    },
    plug() {
      plugged = true
      registers.splice(0, registers.length, ...RESET)
      tell()
    },
    nak(times) {
      naks = times
    },
    write([command, ...values], answer) {
      if (refuses()) return answer(false)
      if (command !== undefined) pointer = command & 7
      for (const value of values) {
        if (pointer > INPUT + 1) registers[pointer] = value
        advance()
      }
      tell()
      answer(true)
    },
    read(length, answer) {
      if (refuses()) return answer(undefined)
      const values = Array.from({ length }, () => {
        const value = read(pointer)
        if (pointer < OUTPUT) known[pointer] = inputs(pointer)
        advance()
        return value
      })
      interrupt()
      answer(values)
    },
  }
}
