// Via (RFC 3261 §20.42): the path a request took, with received and rport (§18.2.1, RFC 3581).
import type { Result } from '../../base/result.ts'
import { CLASS, COLON, LWS, SLASH } from './chars.ts'
import type { ParseError, Via } from './message.ts'
import { param, printParams, readParams } from './params.ts'
import { type Reader, readAll } from './reader.ts'
import { printHost, readHost, readPort } from './uri.ts'

const RFC = '3261 §20.42'

/** One Via value. */
export function parseVia(text: string): Result<Via, ParseError> {
  return readAll(text, RFC, readVia)
}

export function readVia(r: Reader): Via | undefined {
  const transport = readProtocol(r)
  if (transport === undefined) return undefined
  const host = readHost(r, r.end)
  if (host === undefined) return undefined
  let port: number | undefined
  const code = r.peek()
  if (code === COLON || (code >= 0 && (CLASS[code]! & LWS) !== 0)) {
    if (r.take(COLON)) {
      port = readPort(r, r.end)
      if (port === undefined) return undefined
    }
  }
  const params = readParams(r)
  if (params === undefined) return undefined
  return { transport, host, port, params, branch: param(params, 'branch') }
}

/** `SIP/2.0/UDP ` with white space anywhere between. The transport in upper case. */
function readProtocol(r: Reader): string | undefined {
  const { text, at } = r
  if (text.startsWith('SIP/2.0/UDP ', at) && at + 12 < r.end) {
    r.at = at + 12
    r.skipLws()
    return 'UDP'
  }
  r.skipLws()
  const name = r.token()
  if (!r.take(SLASH)) return r.fail('no / after the protocol', RFC)
  const version = r.token()
  if (name.toUpperCase() !== 'SIP' || version !== '2.0') return r.fail('protocol is not SIP/2.0', RFC, at)
  if (!r.take(SLASH)) return r.fail('no / after the version', RFC)
  const transport = r.token()
  if (transport === '') return r.fail('no transport', RFC)
  const gap = r.at
  r.skipLws()
  if (r.at === gap) return r.fail('no space before sent-by', RFC)
  return transport.toUpperCase()
}

export function printVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`
  return `SIP/2.0/${via.transport} ${printHost(via.host)}${port}${printParams(via.params)}`
}
