// A user agent with sound for an application's own process: hub, SIP stack and media engine, ready to be told what to do.
import { createMediaEngine } from '../../native/lib/media.ts'
import type { SocketAddress } from '../base/address.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import type { Secret } from '../base/secret.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import { createResolver } from '../net/resolver.ts'
import type { NetworkInput, SipConfig, SipModule, SipOutput } from '../sip/core/contract.ts'
import { USUAL_TERMS } from '../sip/usage/invite/terms.ts'
import type { AccountConfig, UaCommand, UaConfig, UaEvent } from '../ua/contract.ts'
import { createClock } from './clock.ts'
import { createDeparture, LEAVE_MS } from './departure.ts'
import { createHub, type Hub } from './hub.ts'
import { sipConfig } from './settings.ts'
import type { SocketSettings } from './sockets.ts'
import { VERSION } from './version.ts'
import { createVoice, type Voice } from './voice.ts'

/** Where an agent is bound and how it behaves; `address` alone has no default. */
export interface AgentOptions {
  /** A concrete address of this host that peers can reach; see `localAddressFor`. */
  readonly address: string
  /** Port of SIP over UDP and TCP; 0, the default, lets the kernel choose. */
  readonly port?: number
  /** What differs from the defaults: UDP and TCP, TLS to call but not to be called, CS3. Further addresses: one of the other family. */
  readonly sockets?: Partial<Omit<SocketSettings, 'port'>>
  /** Goes into User-Agent after the product. */
  readonly name?: string
  /** What differs from the defaults: 32 calls, RTP ports 16384–16583, DSCP EF, a jitter buffer of 20–200 ms. */
  readonly ua?: Partial<Omit<UaConfig, 'mediaAddress'>>
  readonly sip?: Partial<SipConfig>
  /** Name servers instead of the system's: addresses, with a port where it is not 53. */
  readonly dns?: readonly string[]
  /** One to share with machines of the application's own. */
  readonly hub?: Hub
}

/** Called within the hub's turn: commands given there follow what is being performed. */
export interface AgentUser {
  /** What accounts and calls came to; the one an application cannot do without. */
  ua(event: UaEvent): void
  /** What the media engine told, after the calls have heard of it. */
  media?(event: MediaEvent): void
  /** A line of the log; secrets are not in it. */
  log?(record: LogRecord): void
  /** What the SIP engine answers, sends included: for traces. */
  sip?(output: SipOutput): void
  /** What came in, before the SIP engine has it: for traces. */
  net?(input: NetworkInput): void
  /** The SIP socket failed for good; stop, and start another agent. */
  broken?(code: string): void
}

/** A user agent that runs; commands take effect in the order given. */
export interface Agent {
  readonly local: SocketAddress
  /** Accounts may ask for a transport: `udp`, `tcp` or `tls`. */
  ua(command: UaCommand): void
  /** To the media engine: ports of calls, files, tones, devices. Throws a TypeError where it is no MediaCommand. */
  media(command: MediaCommand): void
  /** Puts a module between the wire and the layers; an error says why it cannot be. Not within a turn of the hub's. */
  addModule(module: SipModule): Result<undefined, string>
  /** False: there is none of that name. */
  removeModule(name: string): boolean
  /** This host has other addresses: registrations and calls go on from there, told by `address-changed`. Throws as `startAgent`. */
  move(addresses: readonly string[]): void
  /** What is bound, the first address first. */
  readonly transports: Voice['transports']
  /** Other transports, ports or certificates; what they do not concern goes on. Throws as `startAgent`. */
  change(sockets: Partial<Omit<SocketSettings, 'addresses'>>): void
  /** Ends calls and registrations, within two seconds, then everything. */
  stop(): Promise<void>
}

/** Throws an Error with `code` when the address or port cannot be had. */
export function startAgent(options: AgentOptions, user: AgentUser): Agent {
  const { address, port = 0, name, ua, sip, sockets, dns } = options
  const say = (record: LogRecord) => user.log?.(record)
  const hub = options.hub ?? createHub(createClock(), say)
  const departure = createDeparture()
  const names = createResolver(dns)
  const fromMedia = hub.inlet<MediaEvent>({ name: 'media', rank: 'media', capacity: 512 }, (event) => {
    voice.media(event)
    user.media?.(event)
  })
  const media = createMediaEngine((events) => events.forEach(fromMedia))
  const defaults = { maxCalls: 32, rtpPorts: { min: 16_384, max: 16_583 }, dscp: 46, jitter: { minMs: 20, maxMs: 200 } }
  const [, also] = sockets?.addresses ?? []
  const voice = createVoice(
    hub.part(),
    {
      sip: { ...sipConfig(VERSION + (name === undefined ? '' : ` ${name}`)), ...sip },
      ua: { ...defaults, ...ua, mediaAddress: address, alsoMediaAddress: also },
      sockets: { addresses: [address], dscp: 24, tls: { port: 5061 }, ...sockets, port },
      names,
    },
    {
      ua(event) {
        departure.told(event)
        user.ua(event)
      },
      media: (command) => media.command(command),
      log: say,
      sip: (output) => user.sip?.(output),
      net: (input) => user.net?.(input),
      broken: (code) => user.broken?.(code),
    },
  )
  say(log('info', 'agent', 'started', { address: voice.local.address, port: voice.local.port }))
  return {
    get local() {
      return voice.local
    },
    ua(command) {
      departure.commanded(command)
      voice.command(command)
    },
    media: (command) => media.command(command),
    addModule: (module) => voice.engine.addModule(module),
    removeModule: (name) => voice.engine.removeModule(name),
    move: (addresses) => voice.move(addresses),
    get transports() {
      return voice.transports
    },
    change: (sockets) => voice.change(sockets),
    async stop() {
      await departure.leave(voice.command, LEAVE_MS)
      voice.close()
      names.close()
      await media.close()
      hub.stop()
    },
  }
}

/** An account with defaults: `sip:user@domain` that registers there with its password, without one it does not register. */
export function accountOf(aor: string, password: Secret | undefined, more: Partial<AccountConfig> = {}): AccountConfig {
  const [, username = '', domain = ''] = /^sips?:([^@]*)@(.*)$/.exec(aor) ?? []
  return {
    ...{ aor, displayName: '', registrar: password && `sip:${domain}`, proxies: [], username, password, realm: '*' },
    ...{ expires: 300, codecs: ['PCMA', 'PCMU'], ptimeMs: 20, transport: undefined, keepAlive: 'options' },
    terms: USUAL_TERMS,
    ...more,
  }
}
