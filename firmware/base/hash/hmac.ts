// HMAC (RFC 2104) of one-char-per-byte strings, for hashes of 64-byte blocks.
import { fromHex } from '../bytes.ts'

const BLOCK = 64

/** Raw bytes. `hash` gives hexadecimal. */
export function hmac(hash: (bytes: string) => string, key: string, text: string): string {
  const short = (key.length > BLOCK ? fromHex(hash(key)) : key).padEnd(BLOCK, '\0')
  const mixed = (byte: number) => Array.from(short, (c) => String.fromCharCode(c.charCodeAt(0) ^ byte)).join('')
  return fromHex(hash(mixed(0x5c) + fromHex(hash(mixed(0x36) + text))))
}
