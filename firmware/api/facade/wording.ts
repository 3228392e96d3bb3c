// Between what applications say and what the user agent takes: header fields, bodies, messages that came.
import { utf8Decode } from '../../base/bytes.ts'
import type { Body, HeaderField } from '../../sip/message/message.ts'
import type { Party } from '../../ua/contract.ts'
import { bodyOf } from '../core/wire.ts'
import type { RxData, SipTxOption } from './call-types.ts'

/** Undefined: it has none. */
export const messageBody = ({ contentType = 'text/plain', msgBody }: SipTxOption): Body | undefined =>
  msgBody === undefined ? undefined : bodyOf(contentType, msgBody)

export function rxData(peer: Party, fields: readonly HeaderField[], body: string): RxData {
  return { peer, headers: headersOf(fields), body: utf8Decode(body) }
}

export function headersOf(fields: readonly HeaderField[]): Record<string, readonly string[]> {
  const all: Record<string, string[]> = Object.create(null)
  for (const { name, value } of fields) {
    all[name] ??= []
    all[name].push(utf8Decode(value))
  }
  return all
}

/** The first value of that name, whatever its case. */
export const headerOf = (fields: readonly HeaderField[], ...names: readonly string[]): string | undefined => {
  const found = fields.find(({ name }) => names.includes(name.toLowerCase()))?.value
  return found === undefined ? undefined : utf8Decode(found)
}
