// An HD44780 behind a PCF8574: how a display byte becomes expander bytes, and how long the bus is busy with them.

/** Expander bits of the common backpack; D4–D7 stand in the upper half. R/W stays 0: the display is only written. */
export const PIN = { rs: 0x01, rw: 0x02, enable: 0x04, backlight: 0x08 } as const

/** Address and data bytes take nine bit times each; start and stop are left out. */
export const busMillis = (dataBytes: number, busHz: number): number => ((dataBytes + 1) * 9 * 1000) / busHz

/** The most data bytes one transfer may have to stay within `limitMs`. */
export const bytesWithin = (limitMs: number, busHz: number): number => Math.floor((limitMs * busHz) / 9000) - 1

/** Expander bytes of one display byte when RS already stands right. */
export const BYTE_COST = 4

/** The upper half of `value` taken in on the falling edge of E. `pins` is RS and backlight. */
export const nibble = (value: number, pins: number): number[] => [
  (value & 0xf0) | pins | PIN.enable,
  (value & 0xf0) | pins,
]

/** One display byte in 4-bit mode, upper half first. */
export const displayByte = (value: number, pins: number): number[] => [
  ...nibble(value, pins),
  ...nibble(value << 4, pins),
]

/** DDRAM address of the first cell of each row: rows 2 and 3 continue rows 0 and 1. */
export const rowAddress = (row: number, columns: number): number => (row & 1 ? 0x40 : 0) + (row & 2 ? columns : 0)

/** The address counter after a cell was written, in two-line mode: 0x27 is followed by 0x40, 0x67 by 0x00. */
export const nextAddress = (address: number): number => (address === 0x27 ? 0x40 : address === 0x67 ? 0 : address + 1)
