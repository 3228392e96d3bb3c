// Entering a number: what a dial-pad key does to it, and which numbers must always be dialable.

/** Longer than any number people dial; what is pressed beyond is ignored. */
export const MAX_DIGITS = 64

export interface Entry {
  readonly digits: string
  /** The number is complete: dial it. */
  readonly dial: boolean
}

const KEY = /^[0-9*#+]$/

/** `#` after a digit sends; before the first it is a digit, as service codes begin with it. Unknown keys change nothing. */
export function press(digits: string, key: string): Entry {
  if (key === '#' && digits !== '') return { digits, dial: true }
  if (!KEY.test(key) || digits.length >= MAX_DIGITS) return { digits, dial: false }
  return { digits: digits + key, dial: false }
}

export const erase = (digits: string): string => digits.slice(0, -1)

const EMERGENCY: readonly string[] = ['112', '911', '999', '110', '000', '111', '118', '119']

/** Dialled on any line, also one that is not registered, and on the next line when one fails. */
export const isEmergency = (number: string): boolean => EMERGENCY.includes(number)

const ADDRESS_DIALLED = /^(\d{1,3})\*(\d{1,3})\*(\d{1,3})\*(\d{1,3})(?:\*\*(\d{1,5}))?$/

/** What a number dialled is called as: `192*0*2*7` and `192*0*2*7**5070` are IPv4 addresses with the stars as dots and colon. */
export function targetOf(number: string): string {
  const found = ADDRESS_DIALLED.exec(number)
  if (found === null) return number
  const [bytes, port] = [found.slice(1, 5), found[5]]
  if (bytes.some((byte) => Number(byte) > 255) || Number(port ?? 1) < 1 || Number(port ?? 1) > 65_535) return number
  return `sip:${bytes.map(Number).join('.')}${port === undefined ? '' : `:${Number(port)}`}`
}
