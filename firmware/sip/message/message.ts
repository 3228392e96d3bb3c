// CONTRACT: the SIP message as everything above the parser reads it (RFC 3261 §7, §20).
//
// Text is one char per byte (see ARCHITECTURE.md); nothing here is decoded as UTF-8. A message that parsed has all the
// headers the engine routes by, typed; every other header stays text and is parsed by the function named for it.
import type { Result } from '../../base/result.ts'

/** What was wrong with bytes from the wire: where (offset in the text parsed), what, and the section that says so. */
export interface ParseError {
  readonly at: number
  readonly what: string
  readonly rfc: string
}

/** `;name=value` or `;name` (value undefined). Names in lower case; values unquoted and unescaped. */
export interface Parameter {
  readonly name: string
  readonly value: string | undefined
}
/** In the order written. */
export type Parameters = readonly Parameter[]

/** sip: and sips: (RFC 3261 §19.1). */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** Unescaped; undefined when absent. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** Lower case; IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Parameters
  /** `?name=value` pairs, unescaped. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}
/** tel: (RFC 3966) and any other scheme: the part after the colon as written. */
export interface OtherUri {
  readonly scheme: string
  readonly rest: string
}
/** `isSip` tells which. */
export type Uri = SipUri | OtherUri

/** From, To, Contact, Route, Record-Route …: a name-addr or addr-spec with header parameters (§20.10). */
export interface NameAddr {
  /** Unquoted and unescaped; '' when absent. */
  readonly display: string
  readonly uri: Uri
  readonly params: Parameters
}

/** One hop of a message (RFC 3261 §20.42). */
export interface Via {
  /** `UDP`, `TCP`, `TLS` … in upper case. */
  readonly transport: string
  /** Sent-by host, lower case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Parameters
  readonly branch: string | undefined
}

interface Common {
  /** All Via values, topmost first; never empty. */
  readonly vias: readonly Via[]
  readonly from: NameAddr
  readonly to: NameAddr
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly callId: string
  readonly cseq: { readonly number: number; readonly method: string }
  /** Exactly Content-Length bytes, or all that followed when there was none (datagrams, §18.3). */
  readonly body: string
  /** First value of a header as written (unfolded, trimmed), by its long name in any case; compact forms are found too. */
  header(name: string): string | undefined
  /** Every field line of that name, in order. */
  headers(name: string): readonly string[]
  /** All field lines in order with their names as written, for printing and display. */
  readonly fields: readonly HeaderField[]
}

/** A request that parsed. */
export interface SipRequest extends Common {
  readonly kind: 'request'
  readonly method: string
  readonly uri: Uri
  /** The Request-URI as written. */
  readonly uriText: string
}
/** A response that parsed; `status` 100–699. */
export interface SipResponse extends Common {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}
/** `kind` tells which. */
export type SipMessage = SipRequest | SipResponse

/** A header line; as written where it was read. */
export interface HeaderField {
  readonly name: string
  readonly value: string
}

/** What the printer takes; Content-Length is added by it, after the headers given. */
export interface RequestDraft {
  readonly method: string
  readonly uri: string
  readonly headers: readonly HeaderField[]
  readonly body: string
}
/** What the printer takes of a response; Content-Length is added as to a request. */
export interface ResponseDraft {
  readonly status: number
  readonly reason: string
  readonly headers: readonly HeaderField[]
  readonly body: string
}

/** A body with its type; `content` one char per byte. */
export interface Body {
  readonly contentType: string
  readonly content: string
}

// The functions of this folder, each in the file named:
//   parse.ts      parseMessage(text: string): Result<SipMessage, MessageError>
//   print.ts      printRequest(draft), printResponse(draft): string  (throws on CR, LF or NUL in a field: misuse)
//   uri.ts        parseUri(text), printUri(uri), sameUri(a, b) per §19.1.4
//   name-addr.ts  parseNameAddr(text), printNameAddr(value), parseNameAddrList(text): Contact, Route, Record-Route
//   via.ts        parseVia(text), printVia(via)
//   params.ts     param(params, name): string | undefined, hasParam(params, name)
//   headers.ts    contacts(m), routes(m), recordRoutes(m), expires(m), maxForwards(m), requires(m), supported(m), …
//   status.ts     reasonPhrase(status): string

/**
 * A message that did not parse. When enough of a request was read to answer it (§16.3, §21.4.1) `answerable` holds what a
 * 400 needs: the header lines to copy as written; a response, or less than that, is dropped.
 */
export interface MessageError extends ParseError {
  readonly status: 400 | 505 | 513 | 414
  readonly answerable:
    | {
        readonly vias: readonly string[]
        readonly from: string
        readonly to: string
        readonly callId: string
        readonly cseq: string
      }
    | undefined
}

/** The form of `parseMessage`; it never throws. */
export type ParseMessage = (text: string) => Result<SipMessage, MessageError>
