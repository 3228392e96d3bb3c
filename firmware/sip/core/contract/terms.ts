// CONTRACT of the SIP engine: what a session is kept by beyond RFC 3261, as both ends agree on by Supported and Require.

/** An account's, or those of one session. */
export interface SessionTerms {
  /**
   * Provisional responses that are acknowledged (RFC 3262). `supported`: said to be, and used by us for what carries a
   * description, when the peer supports it too. `required`: for every one; who does not support it is refused with 421.
   */
  readonly reliable: 'off' | 'supported' | 'required'
  readonly timer: SessionTimerTerms
}

/**
 * Session timers (RFC 4028). `supported`: when the peer, or a proxy, wants one too. `required`: who does not support them is
 * refused with 421. `always`: with who does not support them we refresh ourselves.
 */
export interface SessionTimerTerms {
  readonly mode: 'off' | 'supported' | 'required' | 'always'
  /** Asked for, seconds; not below `minSe`. */
  readonly expires: number
  /** The shortest taken, seconds, 90 or more: below it is 422. */
  readonly minSe: number
}
