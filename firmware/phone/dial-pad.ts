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
