// Between what applications say and what the core objects take: header fields, bodies, messages that came.
import type { Party } from '../../sip/message/party.ts'
import type { MessageHeaders, RequestOptions, SipUri } from '../core/index.ts'
import type { RxData, SipTxOption } from './call-types.ts'

/** As a request of ours takes it. */
export const requestOf = ({ headers = {}, contentType = 'text/plain', msgBody }: SipTxOption): RequestOptions => ({
  extraHeaders: headers,
  ...(msgBody !== undefined && { contentType, body: msgBody }),
})

export const rxData = (peer: Party, headers: MessageHeaders | undefined, body: string): RxData => ({
  ...{ peer, headers: headersOf(headers?.fields ?? []), body },
})

/** By name as written; what proves who somebody is stays out. */
export function headersOf(fields: MessageHeaders['fields']): Record<string, readonly string[]> {
  const all: Record<string, string[]> = Object.create(null)
  for (const { name, value } of fields) {
    if (/^(proxy-)?authorization$/i.test(name)) continue
    all[name] ??= []
    all[name].push(value)
  }
  return all
}

/** Who has that address. */
export const partyOf = (uri: SipUri): Party => ({
  ...{ uri: uri.address, display: uri.display ?? '', number: uri.user ?? uri.host },
})
