// The registration of an account: as its settings have it, or as the application wants it now.
import { Registration, type RegistrationChange } from '../core/index.ts'
import type { Account } from './account.ts'
import type { AccountParts } from './account-config.ts'
import { inTime, OperationError, operated } from './errors.ts'
import type { Inner } from './inner.ts'

/** As it was told last. */
export interface Registered {
  readonly active: boolean
  readonly expires: number
  readonly status: number
  readonly reason: string
  readonly cause: string
}

export class AccountRegistration {
  readonly #account: Account
  readonly #inner: Inner
  /** The core's; undefined: a local account. */
  current: Registration | undefined
  /** It is asked for: by the settings, or by the application. */
  #isWanted: boolean
  last: Registered = { active: false, expires: 0, status: 0, reason: '', cause: '' }

  constructor(account: Account, inner: Inner, isWanted: boolean) {
    this.#account = account
    this.#inner = inner
    this.#isWanted = isWanted
  }

  /** In the place of what there was, which is taken back. */
  set({ credentials, registration }: AccountParts): void {
    this.leave()
    if (registration === undefined) return
    const { engine, inbox } = this.#inner
    this.current = new Registration(credentials, { ...registration, engine })
    inbox.hear(this.current, ({ data }) => this.#onChange(data))
    if (this.#isWanted) this.current.register()
  }

  /** Registers anew, or takes the binding back. */
  ask(operation: string, renew: boolean): void {
    const { current } = this
    if (current === undefined) throw new OperationError(operation, 'state', 'a local account has no registrar')
    this.#isWanted ||= renew
    operated(operation, () => (renew ? current.register() : current.unregister()))
  }

  /** What it holds at the registrar is given back; nobody hears of that. */
  leave(): void {
    const { current } = this
    this.current = undefined
    if (current === undefined) return
    this.#inner.inbox.forget(current)
    inTime(() => current.unregister())
  }

  #onChange(change: RegistrationChange): void {
    const { state, code: statusCode = 0, reason = '', cause, expires: expiration = 0, retryMs } = change
    const account = this.#account
    const active = state === 'registered'
    const failed = this.last.active && !active && statusCode >= 300
    this.last = { active, expires: expiration, status: statusCode, reason, cause: cause ?? '' }
    if (state === 'registering' || state === 'unregistering')
      account.tell('regStarted', { renew: state === 'registering' })
    account.tell('regState', { active, state, statusCode, reason, cause, expiration, retryMs })
    if (statusCode !== 0) this.#inner.relocation.account(account, statusCode, reason)
    if (!failed || !account.isValid() || !account.getConfig().regConfig.dropCallsOnFail) return
    for (const line of this.#inner.lines.active) if (line.account === account) this.#inner.endpoint.hangUp(line)
  }
}
