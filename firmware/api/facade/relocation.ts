// A move of this host to another address, while it is under way: whose result is awaited, and what the application is told.
import type { Account } from './account.ts'
import type { OnIpChangeProgressParam } from './endpoint-events.ts'
import type { Line } from './line.ts'
import { INVALID_ID } from './names.ts'

export class Relocation {
  readonly #tell: (prm: OnIpChangeProgressParam) => void
  readonly #accounts = new Set<Account>()
  readonly #lines = new Set<Line>()

  constructor(tell: (prm: OnIpChangeProgressParam) => void) {
    this.#tell = tell
  }

  /** The sockets are there; those register or are re-INVITEd now. */
  begin(accounts: readonly Account[], lines: readonly Line[]): void {
    this.#accounts.clear()
    this.#lines.clear()
    for (const each of accounts) this.#accounts.add(each)
    for (const each of lines) this.#lines.add(each)
    this.#say('bound', {})
    this.#finish()
  }

  /** It registered, or could not. */
  account(account: Account, statusCode: number, reason: string): void {
    if (!this.#accounts.delete(account)) return
    this.#say('account', { account, statusCode, reason })
    this.#finish()
  }

  /** It was re-INVITEd, or has ended. */
  call(line: Line, statusCode: number, reason: string): void {
    if (!this.#lines.delete(line)) return
    this.#say('call', { callId: line.id, statusCode, reason })
    this.#finish()
  }

  #finish(): void {
    if (this.#accounts.size + this.#lines.size === 0) this.#say('done', {})
  }

  #say(op: OnIpChangeProgressParam['op'], prm: Partial<OnIpChangeProgressParam>): void {
    this.#tell({ op, statusCode: 200, reason: 'OK', account: undefined, callId: INVALID_ID, ...prm })
  }
}
