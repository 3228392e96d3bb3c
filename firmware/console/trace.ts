// SIP messages as events: one line each, without what proves who somebody is.
import type { SocketAddress } from '../base/address.ts'
import { utf8Decode } from '../base/bytes.ts'
import type { Told } from './event-names.ts'

const CREDENTIALS = /^(proxy-)?authorization[ \t]*:.*\r?\n([ \t].*\r?\n)*/gim

/** The message as text with its Authorization and Proxy-Authorization fields left out. */
export function withoutCredentials(message: string): string {
  const end = /\r?\n\r?\n/.exec(message)
  const head = end === null ? message : message.slice(0, end.index + end[0].length)
  return utf8Decode(head.replaceAll(CREDENTIALS, '') + message.slice(head.length))
}

const place = ({ address, port }: SocketAddress): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

export const traced = (
  direction: 'sent' | 'received',
  from: SocketAddress,
  to: SocketAddress,
  message: string,
): Told => ({
  event: 'trace',
  direction,
  protocol: 'UDP',
  from: place(from),
  to: place(to),
  message: withoutCredentials(message),
})
