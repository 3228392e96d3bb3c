// A session description as data (RFC 4566 §5). One char per byte, as everything from the wire.

/** What was wrong: offset in the text, what, and the section that says so. */
export interface SdpError {
  readonly at: number
  readonly what: string
  readonly rfc: string
}

/** o= (RFC 4566 §5.2): who made the description, and which version of it this is. */
export interface Origin {
  readonly username: string
  /** Up to 64 bits, so kept as digits. */
  readonly sessionId: string
  readonly sessionVersion: string
  readonly addressType: string
  readonly address: string
}

/** c= (RFC 4566 §5.7): where media goes. */
export interface Connection {
  /** `IP4`, `IP6` (RFC 3266). */
  readonly addressType: string
  /** A literal or a host name, without TTL and count. */
  readonly address: string
  /** `/ttl`, `/ttl/count` of multicast as written; '' when there is none. */
  readonly suffix: string
}

/** `a=name:value` or `a=name`. */
export interface Attribute {
  readonly name: string
  readonly value: string | undefined
}

/** A line with no reading of its own here (i= u= e= p= b= r= z= k= and unknown ones). */
export interface Line {
  readonly type: string
  readonly value: string
}

/** m= and the lines below it (RFC 4566 §5.14). */
export interface MediaDescription {
  /** `audio`, `video` … */
  readonly media: string
  /** 0: the stream is refused or disabled. */
  readonly port: number
  /** `port/count`; 1 when there is no count. */
  readonly portCount: number
  /** `RTP/AVP` … */
  readonly protocol: string
  readonly formats: readonly string[]
  readonly connection: Connection | undefined
  readonly attributes: readonly Attribute[]
  readonly lines: readonly Line[]
}

/** A whole description: the session’s lines, then its media. */
export interface SessionDescription {
  readonly origin: Origin
  readonly name: string
  readonly connection: Connection | undefined
  /** Values of t=, in order. */
  readonly times: readonly string[]
  readonly attributes: readonly Attribute[]
  readonly lines: readonly Line[]
  readonly media: readonly MediaDescription[]
}

/** Value of the first attribute of that name; undefined when it is absent or has none. */
export const attribute = (attributes: readonly Attribute[], name: string): string | undefined =>
  attributes.find((a) => a.name === name)?.value

/** Whether there is one of that name, with a value or without. */
export const hasAttribute = (attributes: readonly Attribute[], name: string): boolean =>
  attributes.some((a) => a.name === name)
