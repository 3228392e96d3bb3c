// What the phone says about its configuration: the document kept on `config/reported`.
import type { ConfigError } from '../schema/check.ts'
import type { Stored } from './stored.ts'

export type ReportedResult = 'none' | 'applied' | 'pending' | 'rejected' | 'reverted' | 'superseded'

export interface Reported {
  readonly contract: 1
  /** Of the configuration that runs now; null: none. */
  readonly version: number | null
  /** Of the document this report is about; null when it could not be read, or there was none. */
  readonly attempted: number | null
  readonly result: ReportedResult
  /** In words; '' when there is nothing to say. */
  readonly reason: string
  readonly errors: readonly ConfigError[]
  /** What was built anew for it: `line main`, `audio`, `everything`. */
  readonly restarted: readonly string[]
  /** Where the phone goes back to by itself. */
  readonly lastKnownGood: number | null
}

/** What there is to say when nothing is in hand. */
export function standing({ good, last }: Stored, restarted: readonly string[] = []): Reported {
  const version = good?.version ?? null
  return {
    contract: 1,
    version,
    attempted: last?.version ?? null,
    result: last?.outcome ?? 'none',
    reason: last?.reason ?? '',
    errors: [],
    restarted,
    lastKnownGood: version,
  }
}
