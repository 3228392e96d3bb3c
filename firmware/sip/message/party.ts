// Who is at the other end, and whom a call was for before.

/** Who is at the other end, as far as it is known. */
export interface Party {
  readonly uri: string
  readonly display: string
  /** What to show when there is no display name: the user part, or the host. */
  readonly number: string
  /** The header that says so; the first two are believed of servers of ours alone, the last is of a 3xx. Undefined: as dialled. */
  readonly source?: 'P-Asserted-Identity' | 'Remote-Party-ID' | 'From' | 'Contact'
}

/** Somebody a call was for before it came here (RFC 5806, RFC 7044). */
export interface Diversion {
  readonly party: Party
  /** `unconditional`, `user-busy`, `no-answer` …; '' when it is not said. */
  readonly reason: string
}
