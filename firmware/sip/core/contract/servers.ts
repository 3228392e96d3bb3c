// CONTRACT of the SIP engine: finding and keeping servers. DNS records, how long what is known of them counts, keep-alive.

/** What a look-up asks for (RFC 3263 §4). */
export type RecordType = 'NAPTR' | 'SRV' | 'A' | 'AAAA'

/** RFC 3403 §4.1. */
export interface Naptr {
  readonly type: 'NAPTR'
  readonly order: number
  readonly preference: number
  readonly flags: string
  readonly service: string
  readonly regexp: string
  readonly replacement: string
}

/** RFC 2782. */
export interface Srv {
  readonly type: 'SRV'
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

/** RFC 1035 §3.4.1, RFC 3596. */
export interface AddressRecord {
  readonly type: 'A' | 'AAAA'
  /** A literal. */
  readonly address: string
}

/** A record as the name server gave it. */
export type DnsRecord = Naptr | Srv | AddressRecord

/** NXDOMAIN, no data, SERVFAIL (and answers that make no sense), REFUSED, silence. */
export type LookupError = 'no such name' | 'no such record' | 'server failure' | 'refused' | 'no answer'

/** Milliseconds all; what is left out is in `DEFAULT_SERVER_TIMES`. */
export interface ServerTimes {
  /** How long DNS records are used, unless they say less themselves. */
  readonly presentMs: number
  /** How long it is believed that there is no record, or nobody to ask. */
  readonly absentMs: number
  /** A look-up without an answer has failed. */
  readonly lookupMs: number
  /** A server that says nothing is given up for the next one, when there is one. Over a stream the connection has to be made in it too. */
  readonly datagramMs: number
  readonly streamMs: number
  /** The same for requests that others than the server itself may have to answer, whom it cannot hurry (RFC 4320). */
  readonly relayedMs: number
  /** A server that failed is tried last; doubled with each failure in a row, ten minutes at most. */
  readonly downMs: number
}

/** A server that was tried in vain. */
export interface Try {
  /** `UDP 192.0.2.1:5060`. */
  readonly server: string
  /** `no answer`, `unreachable`, `503 …`, or why there is no connection. */
  readonly what: string
}

/**
 * How a registrar is watched while an account is registered. `options`: it has to answer an OPTIONS. `crlf`: over a stream it
 * is pinged (RFC 5626 §4.4.1) by the stream itself; over UDP only the NAT between is kept open. When it is found dead, the
 * registration goes to the next server at once.
 */
export interface KeepAlive {
  readonly kind: 'options' | 'crlf'
  readonly everyMs: number
}
