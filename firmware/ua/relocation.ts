// A move of this host to another address, while it is under way: whose result is awaited, and what the application is told.
import type { AccountId, CallId } from './contract.ts'
import type { Tell } from './tell.ts'

export interface Relocation {
  begin(address: string, accounts: readonly AccountId[], calls: readonly CallId[], tell: Tell): void
  /** It registered, or could not. */
  account(account: AccountId, status: number, reason: string, tell: Tell): void
  /** It was re-INVITEd, or has ended. */
  call(call: CallId, status: number, reason: string, tell: Tell): void
}

export function createRelocation(): Relocation {
  let address = ''
  const accounts = new Set<AccountId>()
  const calls = new Set<CallId>()

  const say = (
    step: 'bound' | 'account' | 'call' | 'done',
    tell: Tell,
    {
      account,
      call,
      status = 200,
      reason = 'OK',
    }: { account?: AccountId; call?: CallId; status?: number; reason?: string },
  ) => tell.app({ kind: 'address-changed', step, address, account, call, status, reason })
  const finish = (tell: Tell) => {
    if (accounts.size + calls.size === 0) say('done', tell, {})
  }

  return {
    begin(to, registering, talking, tell) {
      address = to
      accounts.clear()
      calls.clear()
      for (const each of registering) accounts.add(each)
      for (const each of talking) calls.add(each)
      say('bound', tell, {})
      finish(tell)
    },
    account(account, status, reason, tell) {
      if (!accounts.delete(account)) return
      say('account', tell, { account, status, reason })
      finish(tell)
    },
    call(call, status, reason, tell) {
      if (!calls.delete(call)) return
      say('call', tell, { call, status, reason })
      finish(tell)
    },
  }
}
