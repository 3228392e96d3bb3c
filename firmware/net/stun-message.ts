// STUN binding requests and their responses (RFC 8489 §5, §14; RFC 3489 §11 for what finds out about NATs). One char per byte.
import type { SocketAddress } from '../base/address.ts'

/** What a server is asked to answer from (RFC 5780 §7.2). */
export interface ChangeRequest {
  readonly address: boolean
  readonly port: boolean
}

export interface BindingResponse {
  /** 96 bits, as in the request. */
  readonly transaction: string
  /** Where the request came from, as the server saw it; undefined: the server refused. */
  readonly mapped: SocketAddress | undefined
  /** The server's other address and port; undefined: it has none. */
  readonly other: SocketAddress | undefined
}

const COOKIE = '\x21\x12\xa4\x42'
const REQUEST = '\x00\x01'
const RESPONSE = '\x01\x01'
const HEADER = 20
const MAPPED = 0x0001
const CHANGE_REQUEST = 0x0003
const CHANGED_ADDRESS = 0x0005
const XOR_MAPPED = 0x0020
const OTHER_ADDRESS = 0x802c
/** RFC 5780 §7.2. */
const CHANGE_ADDRESS = 0x04
const CHANGE_PORT = 0x02

/** `transaction`: 12 bytes, not to be guessed. */
export function bindingRequest(transaction: string, change: ChangeRequest): string {
  const flags = (change.address ? CHANGE_ADDRESS : 0) | (change.port ? CHANGE_PORT : 0)
  const attribute = flags === 0 ? '' : word(CHANGE_REQUEST) + word(4) + '\0\0\0' + String.fromCharCode(flags)
  return REQUEST + word(attribute.length) + COOKIE + transaction + attribute
}

/** Undefined when it is none. Errors of the server have no `mapped`. */
export function parseBindingResponse(data: string): BindingResponse | undefined {
  if (data.length < HEADER || data.slice(4, 8) !== COOKIE || (data.charCodeAt(0) & 0xfe) !== 0) return undefined
  if (readWord(data, 2) !== data.length - HEADER) return undefined
  const transaction = data.slice(8, HEADER)
  if (data.slice(0, 2) !== RESPONSE) return { transaction, mapped: undefined, other: undefined }
  const found = new Map<number, SocketAddress>()
  for (let at = HEADER; at + 4 <= data.length; ) {
    const [type, length] = [readWord(data, at), readWord(data, at + 2)]
    const value = data.slice(at + 4, at + 4 + length)
    if (value.length < length) return undefined
    const address = readAddress(value, type === XOR_MAPPED ? COOKIE + transaction : '')
    if (address !== undefined) found.set(type, address)
    // §14: padded to four bytes.
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return {
    transaction,
    mapped: found.get(XOR_MAPPED) ?? found.get(MAPPED),
    other: found.get(OTHER_ADDRESS) ?? found.get(CHANGED_ADDRESS),
  }
}

/** §14.1, §14.2: family, port, address; each byte with `mask` over it. */
function readAddress(value: string, mask: string): SocketAddress | undefined {
  const family = value.charCodeAt(1)
  if (value.length !== (family === 1 ? 8 : 20) || (family !== 1 && family !== 2)) return undefined
  const byte = (at: number, under: number) => value.charCodeAt(at) ^ (mask === '' ? 0 : mask.charCodeAt(under))
  const port = (byte(2, 0) << 8) | byte(3, 1)
  const bytes = Array.from({ length: value.length - 4 }, (_, i) => byte(4 + i, i))
  if (family === 1) return { address: bytes.join('.'), port }
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16))
  return { address: groups.join(':'), port }
}

const word = (value: number): string => String.fromCharCode(value >> 8, value & 0xff)
const readWord = (data: string, at: number): number => (data.charCodeAt(at) << 8) | data.charCodeAt(at + 1)
