// The accounts: what each is called on the wire, its registration, and which one an incoming request is for.

import { utf8Decode } from '../base/bytes.ts'
import { err, ok, type Result } from '../base/result.ts'
import { hex, type Rng } from '../base/rng.ts'
import { type Secret, sameWithSecrets } from '../base/secret.ts'
import { knownCodecs, settingsFault } from '../media/codecs.ts'
import { LARGEST_SQN, SqnWindow } from '../sip/auth/sqn.ts'
import type {
  Credential,
  Identity,
  RegisterOptions,
  RegistrationId,
  SipCommand,
  SipEvent,
} from '../sip/core/contract.ts'
import { addresseeOf } from '../sip/message/addressee.ts'
import { headerText, isPreferredIdentity } from '../sip/message/addressing.ts'
import type { SipRequest, SipUri } from '../sip/message/message.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import { LEAST_EXPIRES, NO_TERMS } from '../sip/usage/invite/terms.ts'
import { CHALLENGE_MS } from './challenges.ts'
import type { AccountConfig, AccountId, UaEvent } from './contract.ts'

export interface Account {
  readonly id: AccountId
  readonly config: AccountConfig
  readonly aor: SipUri
  /** Random, so that nobody who only knows the address of record or our IP address reaches us past the registrar. */
  readonly contactUser: string
  /** Named anew whenever it is another binding: at another registrar, of another address. */
  readonly registration: RegistrationId | undefined
  /** Sequence numbers of AKA that were taken; lives as long as the keys. */
  readonly sqn: SqnWindow
}

/** Where commands to the engine go. */
type Sip = (command: SipCommand) => void

export interface AccountBook {
  set(id: AccountId, config: AccountConfig, sip: Sip): Result<Account, string>
  remove(id: AccountId, sip: Sip): boolean
  setRegistration(id: AccountId, on: boolean, sip: Sip): Result<Account, string>
  get(id: AccountId): Account | undefined
  /** The one whose Contact has this user. */
  ofContact(user: string): AccountId | undefined
  /** Those that register somewhere. */
  registering(): readonly AccountId[]
  /** The account an incoming request is for; undefined: nobody here. `ourAddress`: where we are reached without a registrar. */
  match(request: SipRequest, ourAddress: string): Account | undefined
  onState(event: Extract<SipEvent, { kind: 'registration-state' }>): UaEvent | undefined
  /** The engine would not register or un-register. */
  onRejected(id: RegistrationId, reason: string): UaEvent | undefined
}

const CONTACT_DIGITS = 16

export function identityOf(account: Account): Identity {
  const { config, contactUser } = account
  return {
    aor: config.aor,
    displayName: headerText(config.displayName),
    contactUser,
    credentials: credentialsOf(account),
    ...(config.challenges === 'ask' && { challengeMs: CHALLENGE_MS, provesItself: true }),
    routes: config.proxies,
    transport: config.transport,
  }
}

function credentialsOf({ config, aor, sqn }: Account): readonly Credential[] {
  const { realm, password, ha1, aka, hashes } = config
  const named = { realm, username: config.username === '' ? (aor.user ?? '') : config.username }
  if (aka !== undefined) {
    const { k, op, opc } = aka
    return op ? [{ ...named, aka: { k, op, sqn } }] : opc ? [{ ...named, aka: { k, opc, sqn } }] : []
  }
  if (ha1 !== undefined) return [{ ...named, ha1: ha1.value, hash: ha1.hash }]
  return password === undefined ? [] : [{ ...named, password, hashes }]
}

const DIGITS = { MD5: 32, 'SHA-256': 64, 'SHA-512-256': 64 } as const
const isHex = (secret: Secret, digits: number): boolean =>
  secret.reveal().length === digits && /^[0-9a-f]*$/i.test(secret.reveal())

/** What is wrong with how an account is to prove itself, in words. */
function proofFault({ realm, password, ha1, aka }: AccountConfig): string | undefined {
  if ([password, ha1, aka].filter((each) => each !== undefined).length > 1)
    return 'one of password, ha1 and aka is enough'
  if (ha1 !== undefined) {
    if (realm === '*') return 'an ha1 is of one realm, which has to be named'
    if (!isHex(ha1.value, DIGITS[ha1.hash])) return `an ha1 of ${ha1.hash} has ${DIGITS[ha1.hash]} hexadecimal digits`
  }
  if (aka === undefined) return undefined
  const { k, op, opc, sqn = 0 } = aka
  if ((op === undefined) === (opc === undefined)) return 'aka needs either op or opc'
  if (![k, op, opc].every((key) => key === undefined || isHex(key, 32))) return 'keys of aka have 32 hexadecimal digits'
  return Number.isInteger(sqn) && sqn >= 0 && sqn <= LARGEST_SQN ? undefined : 'sqn of aka is a number of 48 bits'
}

/** What is wrong with the name it is to be called by, in words. */
const nameFault = ({ preferredIdentity }: AccountConfig): string | undefined =>
  preferredIdentity === undefined || isPreferredIdentity(preferredIdentity)
    ? undefined
    : `no identity that can be preferred: ${preferredIdentity}`

function termsFault(terms = NO_TERMS): string | undefined {
  const { expires, minSe } = terms.timer
  const whole = Number.isInteger(expires) && Number.isInteger(minSe)
  return whole && minSe >= LEAST_EXPIRES && expires >= minSe
    ? undefined
    : `a session timer has whole seconds, ${LEAST_EXPIRES} at least, expires not below minSe`
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
      options: optionsOf(config),
    })
  }

  return {
    get: (id) => accounts.get(id),

    ofContact: (user) => [...accounts.values()].find(({ contactUser }) => contactUser === user)?.id,

    set(id, config, sip) {
      const aor = parseUri(config.aor)
      if (!aor.ok || !isSip(aor.value)) return err(`not a SIP address: ${config.aor}`)
      for (const uri of [...config.proxies, ...(config.registrar === undefined ? [] : [config.registrar])]) {
        const parsed = parseUri(uri)
        if (!parsed.ok || !isSip(parsed.value)) return err(`not a SIP address: ${uri}`)
      }
      const fault = proofFault(config) ?? nameFault(config)
      if (fault !== undefined) return err(fault)
      const unkept = termsFault(config.terms)
      if (unkept !== undefined) return err(unkept)
      if (knownCodecs(config.codecs).length === 0) return err(`no codec known among: ${config.codecs}`)
      const settings = settingsFault(config.codecs, config.codecSettings ?? {})
      if (settings !== undefined) return err(settings)
      if (config.srtpSuites?.length === 0) return err('no suite for SRTP')
      const old = accounts.get(id)
      if (old !== undefined && sameWithSecrets(old.config, config)) return ok(old)
      const kept = old !== undefined && sameBinding(old.config, config)
      if (old?.registration !== undefined && !kept) sip({ kind: 'unregister', id: old.registration })
      const account: Account = {
        id,
        config,
        aor: aor.value,
        // Another binding has another contact: giving up the old one must not take the new one with it (§10.3 compares URIs).
        contactUser: kept ? old.contactUser : hex(rng, CONTACT_DIGITS),
        registration: kept ? old.registration : config.registrar === undefined ? undefined : `${id}#${++named}`,
        sqn: old && sameWithSecrets(old.config.aka, config.aka) ? old.sqn : new SqnWindow(config.aka?.sqn),
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

    match: (request, ourAddress) =>
      addresseeOf([...accounts.values()], { uri: request.uri, to: request.to.uri }, ourAddress),

    onState(event) {
      const account = [...accounts.values()].find((a) => a.registration === event.id)?.id ?? leaving.get(event.id)
      if (account === undefined) return undefined
      if (event.state === 'unregistered') leaving.delete(event.id)
      const { status, cause, expires, retryMs, server, tries } = event
      const { path, serviceRoute, publicGruu, temporaryGruu, flows } = event
      const learnt = { path, serviceRoute, publicGruu, temporaryGruu, flows }
      const told = Object.entries(learnt).filter(([, value]) => value !== undefined)
      const subscriber = accounts.get(account)?.config.aka ? accounts.get(account)?.sqn : undefined
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
        ...(told.length > 0 ? { learnt: Object.fromEntries(told) } : {}),
        ...(subscriber ? { sqn: subscriber.highest } : {}),
      }
    },

    onRejected(id, reason) {
      leaving.delete(id)
      const account = [...accounts.values()].find((a) => a.registration === id)
      return account && { kind: 'refused', command: 'set-registration', subject: account.id, reason }
    },
  }
}

/** Seconds: with the four or six more that silence takes, a dead registrar shows within half a minute. */
const KEEP_ALIVE_S = 20

function optionsOf({ registration, keepAlive = 'off', keepAliveS = KEEP_ALIVE_S }: AccountConfig): RegisterOptions {
  if (keepAlive === 'off') return registration ?? {}
  return { ...registration, keepAlive: { kind: keepAlive, everyMs: 1000 * keepAliveS } }
}

/** One binding at one registrar. */
const sameBinding = (a: AccountConfig, b: AccountConfig): boolean =>
  a.aor === b.aor && a.registrar === b.registrar && a.transport === b.transport && `${a.proxies}` === `${b.proxies}`
/** Nothing the registrar is told has changed. */
const sameRegistration = (a: AccountConfig, b: AccountConfig): boolean =>
  a.displayName === b.displayName &&
  a.username === b.username &&
  a.realm === b.realm &&
  a.challenges === b.challenges &&
  a.expires === b.expires &&
  a.keepAlive === b.keepAlive &&
  a.keepAliveS === b.keepAliveS &&
  sameWithSecrets(
    [a.password, a.ha1, a.aka, a.hashes, a.registration],
    [b.password, b.ha1, b.aka, b.hashes, b.registration],
  )
