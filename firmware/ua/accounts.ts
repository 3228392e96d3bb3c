// The accounts: what each is called on the wire, its registration, and which one an incoming request is for.

import { utf8Decode } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import { hex, type Rng } from '../base/rng.ts'
import { knownCodecs } from '../media/negotiator.ts'
import type { Identity, RegistrationId, SipCommand, SipEvent } from '../sip/core/contract.ts'
import type { SipRequest, SipUri, Uri } from '../sip/message/message.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import { headerText } from './addressing.ts'
import type { AccountConfig, AccountId, UaEvent } from './contract.ts'

export interface Account {
  readonly id: AccountId
  readonly config: AccountConfig
  readonly aor: SipUri
  /** Random, so that nobody who only knows the address of record or our IP address reaches us past the registrar. */
  readonly contactUser: string
  /** Named anew whenever it is another binding: at another registrar, of another address. */
  readonly registration: RegistrationId | undefined
}

/** Where commands to the engine go. */
type Sip = (command: SipCommand) => void

export interface AccountBook {
  set(id: AccountId, config: AccountConfig, sip: Sip): Result<Account, string>
  remove(id: AccountId, sip: Sip): boolean
  setRegistration(id: AccountId, on: boolean, sip: Sip): Result<Account, string>
  get(id: AccountId): Account | undefined
  /** Those that register somewhere. */
  registering(): readonly AccountId[]
  /** The account an incoming request is for; undefined: nobody here. `ourAddress`: where we are reached without a registrar. */
  match(request: SipRequest, ourAddress: string): Account | undefined
  onState(event: Extract<SipEvent, { kind: 'registration-state' }>): UaEvent | undefined
  /** The engine would not register or un-register. */
  onRejected(id: RegistrationId, reason: string): UaEvent | undefined
}

const CONTACT_DIGITS = 16

export function identityOf({ config, contactUser, aor }: Account): Identity {
  const username = config.username === '' ? (aor.user ?? '') : config.username
  return {
    aor: config.aor,
    displayName: headerText(config.displayName),
    contactUser,
    credentials: config.password === undefined ? [] : [{ realm: config.realm, username, password: config.password }],
    routes: config.proxies,
    transport: config.transport,
  }
}

export function createAccountBook(rng: Rng): AccountBook {
  const accounts = new Map<AccountId, Account>()
  /** Bindings being given up whose account is gone; the application still hears how that ends. */
  const leaving = new Map<RegistrationId, AccountId>()
  let named = 0

  function register(account: Account, sip: Sip): void {
    const { registration, config } = account
    if (registration === undefined || config.registrar === undefined) return
    sip({
      kind: 'register',
      id: registration,
      identity: identityOf(account),
      registrar: config.registrar,
      expires: config.expires,
      headers: [],
      now: true,
      ...keptAlive(config),
    })
  }

  return {
    get: (id) => accounts.get(id),

    set(id, config, sip) {
      const aor = parseUri(config.aor)
      if (!aor.ok || !isSip(aor.value)) return err(`not a SIP address: ${config.aor}`)
      for (const uri of [...config.proxies, ...(config.registrar === undefined ? [] : [config.registrar])]) {
        const parsed = parseUri(uri)
        if (!parsed.ok || !isSip(parsed.value)) return err(`not a SIP address: ${uri}`)
      }
      if (knownCodecs(config.codecs).length === 0) return err(`no codec known among: ${config.codecs}`)
      const old = accounts.get(id)
      if (old !== undefined && sameConfig(old.config, config)) return ok(old)
      const kept = old !== undefined && sameBinding(old.config, config)
      if (old?.registration !== undefined && !kept) sip({ kind: 'unregister', id: old.registration })
      const account: Account = {
        id,
        config,
        aor: aor.value,
        // Another binding has another contact: giving up the old one must not take the new one with it (§10.3 compares URIs).
        contactUser: kept ? old.contactUser : hex(rng, CONTACT_DIGITS),
        registration: kept ? old.registration : config.registrar === undefined ? undefined : `${id}#${++named}`,
      }
      accounts.set(id, account)
      if (!kept || !sameRegistration(old.config, config)) register(account, sip)
      return ok(account)
    },

    remove(id, sip) {
      const account = accounts.get(id)
      if (account === undefined) return false
      accounts.delete(id)
      if (account.registration !== undefined) {
        leaving.set(account.registration, id)
        sip({ kind: 'unregister', id: account.registration })
      }
      return true
    },

    setRegistration(id, on, sip) {
      const account = accounts.get(id)
      if (account === undefined) return err('unknown account')
      if (account.registration === undefined) return err('account has no registrar')
      if (on) register(account, sip)
      else sip({ kind: 'unregister', id: account.registration })
      return ok(account)
    },

    registering: () => [...accounts.values()].filter((each) => each.registration !== undefined).map(({ id }) => id),

    match(request, ourAddress) {
      const all = [...accounts.values()]
      const uris = [request.uri, request.to.uri].filter(isSip)
      const user = isSip(request.uri) ? request.uri.user : undefined
      const byContact = all.find((a) => a.contactUser === user)
      if (byContact !== undefined) return byContact
      const byUser = all.filter((a) => uris.some((uri) => uri.user !== undefined && uri.user === a.aor.user))
      const byAddress = byUser.filter((a) => uris.some((uri) => uri.user === a.aor.user && uri.host === a.aor.host))
      if (byAddress.length > 0) return byAddress[0]
      if (byUser.length === 1) return byUser[0]
      const atHost = all.filter((a) => uris.some((uri) => uri.host === a.aor.host))
      if (atHost.length === 1) return atHost[0]
      return all.length === 1 && toHostAlone(request.uri, ourAddress) ? all[0] : undefined
    },

    onState(event) {
      const account = [...accounts.values()].find((a) => a.registration === event.id)?.id ?? leaving.get(event.id)
      if (account === undefined) return undefined
      if (event.state === 'unregistered') leaving.delete(event.id)
      const { status, cause, expires, retryMs, server, tries } = event
      return {
        kind: 'account-state',
        account,
        registration: event.state,
        status,
        reason: utf8Decode(event.reason),
        cause,
        expires,
        retryMs,
        ...(server === undefined ? {} : { server }),
        ...(tries === undefined ? {} : { tries }),
      }
    },

    onRejected(id, reason) {
      leaving.delete(id)
      const account = [...accounts.values()].find((a) => a.registration === id)
      return account && { kind: 'refused', command: 'set-registration', subject: account.id, reason }
    },
  }
}

/** A call to our bare address, as between two phones without a registrar; with a user part it would be for somebody. */
const toHostAlone = (uri: Uri, ourAddress: string): boolean =>
  isSip(uri) && uri.user === undefined && uri.host === ourAddress

/** Seconds: with the four or six more that silence takes, a dead registrar shows within half a minute. */
const KEEP_ALIVE_S = 20

function keptAlive({ keepAlive = 'off', keepAliveS = KEEP_ALIVE_S }: AccountConfig) {
  return keepAlive === 'off' ? {} : { options: { keepAlive: { kind: keepAlive, everyMs: 1000 * keepAliveS } } }
}

const samePassword = (a: AccountConfig, b: AccountConfig): boolean => a.password?.reveal() === b.password?.reveal()
const sameConfig = (a: AccountConfig, b: AccountConfig): boolean =>
  JSON.stringify(a) === JSON.stringify(b) && samePassword(a, b)
/** One binding at one registrar. */
const sameBinding = (a: AccountConfig, b: AccountConfig): boolean =>
  a.aor === b.aor && a.registrar === b.registrar && a.transport === b.transport && `${a.proxies}` === `${b.proxies}`
/** Nothing the registrar is told has changed. */
const sameRegistration = (a: AccountConfig, b: AccountConfig): boolean =>
  a.displayName === b.displayName &&
  a.username === b.username &&
  a.realm === b.realm &&
  a.expires === b.expires &&
  a.keepAlive === b.keepAlive &&
  a.keepAliveS === b.keepAliveS &&
  samePassword(a, b)
