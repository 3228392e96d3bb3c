// Bounds of everything the SIP parser reads, so that no bytes from the network can cost more than this.

export const LIMITS = {
  /** Whole message, bytes: what one UDP datagram can carry (§18.1.1). Beyond: 513. */
  message: 65_535,
  /** Header field lines. */
  fields: 256,
  /** One header field with its folded lines, or the start line, bytes. */
  line: 8_192,
  /** Via values: Max-Forwards begins at 70 (§8.1.1.6), so an honest path is not longer. */
  vias: 70,
  /** Request-URI, bytes. Beyond: 414. */
  uri: 2_048,
  /** Parameters or URI headers of one value. */
  params: 64,
  /** Values of one comma-separated list (Contact, Route, Supported …). */
  values: 128,
  /** Host name, bytes (RFC 1035 §2.3.4). */
  host: 255,
} as const
