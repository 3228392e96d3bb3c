// Brings the SIP stack up for a configuration and replaces it when one changes what cannot be changed in place: finds the
// address the registrar sees, binds, tries again while there is no network, and leaves the registrar cleanly.
import { setTimeout as sleep } from 'node:timers/promises'
import type { PhoneConfig } from '../../provisioning/schema/phone-config.ts'
import { isIpv6 } from '../base/ip.ts'
import { type LogRecord, log } from '../base/log.ts'
import { ok, type Result } from '../base/result.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import { localAddressTowards, peerAddress } from '../net/local-address.ts'
import { type NetworkWatch, watchNetwork } from '../net/network-watch.ts'
import { createResolver, type Resolver } from '../net/resolver.ts'
import type { SipOutput } from '../sip/core/contract.ts'
import { isSip, parseUri } from '../sip/message/uri.ts'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { createDeparture, type Departure, LEAVE_MS } from './departure.ts'
import type { Hub } from './hub.ts'
import { finding, sipConfig, socketSettings, strangers, uaConfig } from './settings.ts'
import { createVoice, type Voice } from './voice.ts'

export interface StackUser {
  ua(event: UaEvent): void
  media(command: MediaCommand): void
  log(record: LogRecord): void
  sip?(output: SipOutput): void
  /** The stack for the configuration last given stands, at this address: hand it the accounts. Called in a hub turn. */
  up(address: string): void
  /** It could not be brought up now; it is tried again by itself. Called in a hub turn. */
  down(reason: string): void
}

export interface Stack {
  /** Takes down what stands and builds anew. */
  use(config: PhoneConfig): void
  /** What stands stays: new calls take the RTP ports of `config`, and the rest of it holds when it is built anew. */
  keep(config: PhoneConfig): void
  /** To the user agent; lost, with a log, while there is none. */
  command(command: UaCommand): void
  media(event: MediaEvent): void
  /** Calls end and registrations are taken back, as far as that is done within two seconds. */
  stop(): Promise<void>
}

/**
 * What is missing may be there any moment, a server of names, a port of the process before: so often at first, and so many
 * times. An address is not looked for like that: the kernel tells when it comes.
 */
const [SOON_MS, SOON_TRIES] = [250, 40]
const RETRY_MS = 2000

/** Without a registrar any address of a default route will do; nothing is ever sent to this one (RFC 5737). */
const ANYWHERE = { host: '192.0.2.1', port: undefined }
/** Likewise (RFC 3849). */
const ANYWHERE_6 = '2001:db8::1'

interface Standing {
  readonly voice: Voice
  readonly departure: Departure
  readonly names: Resolver
  /** Of what may change our addresses. */
  readonly watch: NetworkWatch
  /** The server this machine is seen by at the first of `addresses`. */
  readonly peer: string
  addresses: readonly string[]
}

export function createStack(hub: Hub, version: string, user: StackUser): Stack {
  /** The last one given; undefined before the first. */
  let wanted: PhoneConfig | undefined
  let standing: Standing | undefined
  let generation = 0
  let timer: NodeJS.Timeout | undefined
  /** Of the network, while no stack stands. */
  let waiting: NetworkWatch | undefined
  /** Since a stack stood or another configuration came. */
  let failed = { tries: 0, reason: '' }
  /** Why the kernel does not tell of changes, as it was last logged. */
  let untold = ''
  /** When the port of the stack that left last is the kernel's again. */
  let freed: Promise<void> = Promise.resolve()

  const inTurn = hub.inlet<() => void>({ name: 'stack', rank: 'sip', capacity: 16 }, (action) => action())

  function build(config: PhoneConfig, names: Resolver, peer: string, addresses: readonly string[]): void {
    const [address = ''] = addresses
    const part = hub.part()
    const departure = createDeparture()
    try {
      const voice = createVoice(
        part,
        {
          sip: { ...sipConfig(version), ...strangers(config), ...finding(config) },
          ua: uaConfig(config, addresses),
          sockets: socketSettings(config, addresses),
          names,
        },
        {
          ...user,
          ua(event) {
            departure.told(event)
            user.ua(event)
          },
          // Nothing can be said to anybody any more, so nothing is waited for.
          broken: () => void bring(0),
        },
      )
      const watch = watchNetwork(() => void look(), unwatched)
      standing = { voice, departure, names, watch, peer, addresses }
    } catch (error) {
      part.stop()
      names.close()
      later(`${address}:${config.network.sipPort} ${(error as NodeJS.ErrnoException).code ?? error}`, true)
      return
    }
    failed = { tries: 0, reason: '' }
    stopWaiting()
    user.up(address)
    // What changed before it was watched.
    void look()
  }

  /** `soon`: nobody tells when it is worth another try. */
  function later(reason: string, soon: boolean): void {
    if (reason !== failed.reason) user.log(log('warn', 'stack', 'no network for SIP', { reason }))
    failed = { tries: failed.tries + 1, reason }
    user.down(reason)
    const again = () => void bring()
    timer = setTimeout(again, soon && failed.tries <= SOON_TRIES ? SOON_MS : RETRY_MS)
    waiting ??= watchNetwork(again, unwatched)
  }

  function stopWaiting(): void {
    waiting?.close()
    waiting = undefined
  }

  function unwatched(code: string): void {
    if (code !== untold) user.log(log('warn', 'stack', 'changes of the network are not told, so looked for', { code }))
    untold = code
  }

  /** Moves to another address when the server would see another one; without any, the old one may come back. */
  async function look(): Promise<void> {
    const before = standing
    const found = before && wanted ? await addressesTowards(before.peer, wanted) : undefined
    if (before === undefined || standing !== before || !found?.ok || sameList(found.value, before.addresses)) return
    const [from, to] = [before.addresses.join(', '), found.value.join(', ')]
    user.log(log('warn', 'stack', 'address changed', { from, to }))
    inTurn(() => {
      if (standing !== before || sameList(found.value, before.addresses)) return
      before.addresses = found.value
      try {
        before.voice.move(found.value)
        user.up(found.value[0] ?? '')
      } catch {
        void bring(0)
      }
    })
  }

  async function bring(leaveMs = LEAVE_MS): Promise<void> {
    const mine = ++generation
    await leave(leaveMs)
    if (wanted === undefined) return
    const config = wanted
    const names = createResolver(config.network.dns.servers)
    const peer = await firstServer(config, names)
    const found = peer.ok ? await addressesTowards(peer.value, config) : peer
    inTurn(() => {
      if (mine === generation && wanted !== undefined && peer.ok && found.ok) {
        build(wanted, names, peer.value, found.value)
        return
      }
      names.close()
      if (mine === generation) later(found.ok ? '' : found.error, !peer.ok)
    })
  }

  async function leave(withinMs: number): Promise<void> {
    clearTimeout(timer)
    const leaving = standing
    if (leaving === undefined) return freed
    await leaving.departure.leave(leaving.voice.command, withinMs)
    // Another change may have taken it down meanwhile.
    if (standing !== leaving) return freed
    standing = undefined
    leaving.watch.close()
    leaving.voice.close()
    leaving.names.close()
    for (const event of leaving.departure.untold()) inTurn(() => user.ua(event))
    // The kernel has the port back when this turn of the event loop is over.
    freed = sleep(1)
    await freed
  }

  return {
    use(config) {
      wanted = config
      failed = { tries: 0, reason: '' }
      stopWaiting()
      void bring()
    },
    keep(config) {
      const before = wanted?.network.rtpPorts
      wanted = config
      const { min, max } = config.network.rtpPorts
      if (min !== before?.min || max !== before.max) standing?.voice.command({ kind: 'set-rtp-ports', min, max })
    },
    command(command) {
      standing?.departure.commanded(command)
      if (standing === undefined) user.log(log('warn', 'stack', 'no stack for a command', { command: command.kind }))
      else standing.voice.command(command)
    },
    media: (event) => standing?.voice.media(event),
    async stop() {
      generation++
      stopWaiting()
      await leave(LEAVE_MS)
    },
  }
}

const sameList = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join()

/** The address of this host that `peer` sees; and one of the other family, when there is one. */
async function addressesTowards(peer: string, config: PhoneConfig): Promise<Result<readonly string[], string>> {
  const seen = await localAddressTowards(peer)
  if (!seen.ok) return seen
  const other = config.network.ipv6 ? await localAddressTowards(isIpv6(peer) ? ANYWHERE.host : ANYWHERE_6) : undefined
  return ok(other?.ok && !other.value.startsWith('fe80:') ? [seen.value, other.value] : [seen.value])
}

/** The address of the first registrar, or proxy before it: what it sees is our address. */
function firstServer(config: PhoneConfig, names: Resolver): Promise<Result<string, string>> {
  const first = config.accounts.find((account) => account.registrar !== undefined)
  const uri = parseUri(first?.proxies[0] ?? first?.registrar ?? '')
  return peerAddress(uri.ok && isSip(uri.value) ? uri.value : ANYWHERE, names)
}
