// Brings the SIP stack up for a configuration and replaces it when one changes what cannot be changed in place: finds the
// address the registrar sees, binds, tries again while there is no network, and leaves the registrar cleanly.
import { isIP } from 'node:net'
import type { PhoneConfig } from '../../provisioning/schema/phone-config.ts'
import { type LogRecord, log } from '../base/log.ts'
import { err, type Result } from '../base/result.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import { localAddressTowards } from '../net/local-address.ts'
import { resolveHost } from '../net/resolver.ts'
import type { SipOutput } from '../sip/core/contract.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { AccountId, UaCommand, UaEvent } from '../ua/contract.ts'
import type { Hub } from './hub.ts'
import { sipConfig, TRANSPORT, uaConfig } from './settings.ts'
import { createVoice, type Voice } from './voice.ts'

export interface StackUser {
  ua(event: UaEvent): void
  media(command: MediaCommand): void
  log(record: LogRecord): void
  sip?(output: SipOutput): void
  /** The stack for the configuration last given stands: hand it the accounts. Called in a hub turn. */
  up(): void
  /** It could not be brought up now; it is tried again by itself. Called in a hub turn. */
  down(reason: string): void
}

export interface Stack {
  /** Takes down what stands and builds anew. */
  use(config: PhoneConfig): void
  /** To the user agent; lost, with a log, while there is none. */
  command(command: UaCommand): void
  media(event: MediaEvent): void
  /** Calls end and registrations are taken back, as far as that is done within two seconds. */
  stop(): Promise<void>
}

const RETRY_MS = 2000
const LEAVE_MS = 2000

/** Without a registrar any address of a default route will do; nothing is ever sent to this one (RFC 5737). */
const ANYWHERE = '192.0.2.1'

export function createStack(hub: Hub, version: string, user: StackUser): Stack {
  let voice: Voice | undefined
  let generation = 0
  let retry: NodeJS.Timeout | undefined
  /** Accounts that hold or may hold a binding, and calls that are up: what has to be left cleanly. */
  const bound = new Set<AccountId>()
  const accounts = new Set<AccountId>()
  const calls = new Set<string>()
  let settled: (() => void) | undefined

  const found = hub.inlet<() => void>({ name: 'stack', rank: 'sip', capacity: 16 }, (action) => action())

  function onUa(event: UaEvent): void {
    if (event.kind === 'account-state') {
      if (event.registration === 'unregistered') bound.delete(event.account)
      else bound.add(event.account)
    } else if (event.kind === 'call-incoming') calls.add(event.call)
    else if (event.kind === 'call-state') {
      if (event.state === 'disconnected') calls.delete(event.call)
      else calls.add(event.call)
    }
    if (bound.size === 0 && calls.size === 0) settled?.()
    user.ua(event)
  }

  function build(config: PhoneConfig, address: string): void {
    const { sipPort, sipDscp } = config.network
    const part = hub.part()
    try {
      voice = createVoice(
        part,
        {
          sip: sipConfig(version),
          ua: uaConfig(config, address),
          udp: { address, port: sipPort, dscp: sipDscp },
          transport: TRANSPORT,
        },
        { ...user, ua: onUa },
      )
    } catch (error) {
      part.stop()
      fail(config, `${address}:${sipPort} ${(error as NodeJS.ErrnoException).code ?? error}`)
      return
    }
    user.up()
  }

  function fail(config: PhoneConfig, reason: string): void {
    user.log(log('warn', 'stack', 'no network for SIP', { reason }))
    user.down(reason)
    retry = setTimeout(() => void bring(config), RETRY_MS)
  }

  async function bring(config: PhoneConfig): Promise<void> {
    const mine = ++generation
    clearTimeout(retry)
    await leave()
    const address = await addressFor(config)
    found(() => {
      if (mine !== generation) return
      if (address.ok) build(config, address.value)
      else fail(config, address.error)
    })
  }

  async function leave(): Promise<void> {
    const leaving = voice
    if (leaving === undefined) return
    if (bound.size > 0 || calls.size > 0) {
      const done = new Promise<void>((resolve) => (settled = resolve))
      for (const account of accounts) leaving.command({ kind: 'remove-account', account })
      const late = setTimeout(() => settled?.(), LEAVE_MS)
      await done
      clearTimeout(late)
    }
    settled = undefined
    voice = undefined
    for (const each of [bound, accounts, calls]) each.clear()
    leaving.close()
  }

  return {
    use: (config) => void bring(config),
    command(command) {
      if (command.kind === 'set-account') accounts.add(command.account)
      if (command.kind === 'remove-account') accounts.delete(command.account)
      if (voice === undefined) user.log(log('warn', 'stack', 'no stack for a command', { command: command.kind }))
      else voice.command(command)
    },
    media: (event) => voice?.media(event),
    async stop() {
      generation++
      clearTimeout(retry)
      await leave()
    },
  }
}

/** The address of this host that the first registrar, or proxy before it, sees. */
async function addressFor(config: PhoneConfig): Promise<Result<string, string>> {
  const first = config.accounts.find((account) => account.registrar !== undefined)
  const uri = parseUri(first?.proxies[0] ?? first?.registrar ?? '')
  if (!uri.ok || !isSip(uri.value)) return localAddressTowards(ANYWHERE)
  const { host } = uri.value
  if (isIP(host)) return localAddressTowards(host)
  const { addresses, error } = await resolveHost(host)
  return addresses[0] === undefined ? err(`${host}: ${error ?? 'no address'}`) : localAddressTowards(addresses[0])
}
