// Keys of SRTP in descriptions (SDES, RFC 4568): a=crypto read and written, and descriptions as they may be shown.
import { fromBase64, toBase64 } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Rng } from '../base/rng.ts'
import { Secret } from '../base/secret.ts'

/** Bytes of key and salt (RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.2). */
const KEY_BYTES = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AES_256_CM_HMAC_SHA1_80: 46,
  AES_256_CM_HMAC_SHA1_32: 46,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
} as const

export type SrtpSuite = keyof typeof KEY_BYTES
export const SRTP_SUITES = Object.keys(KEY_BYTES) as readonly SrtpSuite[]

/** What everybody has, then what is stronger; short tags only where an account asks for them. Few, so that an offer stays small. */
export const SRTP_DEFAULT: readonly SrtpSuite[] = [
  'AES_CM_128_HMAC_SHA1_80',
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
]

/** A master key with its salt, in base64, and the MKI packets under it carry, one char per byte ('' none). */
export interface SrtpKey {
  readonly key: Secret
  readonly mki: string
}

export interface CryptoLine {
  /** 1–9 digits; the answer repeats it. */
  readonly tag: number
  readonly suite: SrtpSuite
  readonly key: SrtpKey
}

const LONGEST_MKI = 16

/**
 * One a=crypto value, or in words why it is of no use here. One key; a lifetime is the sender's affair (§6.1); session
 * parameters that change what is sent are not taken (§6.3), the window size is only a hint.
 */
export function parseCrypto(value: string): Result<CryptoLine, string> {
  const [tag = '', name = '', keys = '', ...parameters] = value.split(' ').filter((word) => word !== '')
  if (!/^[0-9]{1,9}$/.test(tag)) return err('a=crypto without a tag of 1–9 digits')
  const suite = SRTP_SUITES.find((each) => each === name.toUpperCase())
  if (suite === undefined) return err(`a=crypto:${tag} names a suite that is not known: ${name.slice(0, 40)}`)
  const refuse = (why: string) => err(`a=crypto:${tag} ${suite}: ${why}`)
  const inline = /^inline:([A-Za-z0-9+/]+={0,2})((?:\|[^|;]+)*)$/i.exec(keys)
  if (inline === null) return refuse(keys.includes(';') ? 'has more than one key' : 'has no inline: key')
  const [, text = '', more = ''] = inline
  const bytes = fromBase64(text)
  if (bytes?.length !== KEY_BYTES[suite]) return refuse(`its key has not ${KEY_BYTES[suite]} bytes in base64`)
  const mki = parseMki(more.split('|').slice(1))
  if (mki === undefined) return refuse('behind its key is neither a lifetime nor an MKI')
  const odd = parameters.find((each) => !/^(-|WSH=|KDR=0$)/i.test(each))
  if (odd !== undefined) return refuse(`asks for ${odd.slice(0, 40)}`)
  return ok({ tag: Number(tag), suite, key: { key: new Secret(text), mki } })
}

/** The MKI of `lifetime|MKI:length`, either of which may be missing; undefined when they are something else. */
function parseMki(parts: readonly string[]): string | undefined {
  const [first, last = first, ...rest] = parts
  if (rest.length > 0) return undefined
  const lifetime = /^(2\^([0-9]|[1-3][0-9]|4[0-8])|[1-9][0-9]{0,14})$/
  const mki = /^([0-9]{1,9}):([0-9]{1,3})$/.exec(last ?? '')
  if (mki === null) return parts.length < 2 && (first === undefined || lifetime.test(first)) ? '' : undefined
  if (parts.length === 2 && !lifetime.test(first!)) return undefined
  const [value, length] = [Number(mki[1]), Number(mki[2])]
  if (length < 1 || length > LONGEST_MKI || value >= 256 ** length) return undefined
  let bytes = ''
  for (let i = length - 1; i >= 0; i--) bytes += String.fromCharCode(Math.floor(value / 256 ** i) % 256)
  return bytes
}

export function printCrypto({ tag, suite, key: { key, mki } }: CryptoLine): string {
  let value = 0
  for (const byte of mki) value = value * 256 + byte.charCodeAt(0)
  return `${tag} ${suite} inline:${key.reveal()}${mki === '' ? '' : `|${value}:${mki.length}`}`
}

/** A key nobody else has, as good as `rng` is. */
export function newKey(suite: SrtpSuite, rng: Rng): Secret {
  let bytes = ''
  while (bytes.length < KEY_BYTES[suite]) {
    const word = rng.uint32()
    for (let shift = 24; shift >= 0; shift -= 8) bytes += String.fromCharCode((word >>> shift) & 0xff)
  }
  return new Secret(toBase64(bytes.slice(0, KEY_BYTES[suite])))
}

/** Any text with descriptions in it, without the keys of a=crypto and k=. */
export const withoutKeys = (text: string): string =>
  text.replaceAll(/^((?:a=crypto:[^\r\n]*?inline|k=[a-z0-9]+):)[^\r\n]*/gim, '$1***')
