// The wiring of the SIP engine: the sockets of every transport and the resolver around it, on a part of the hub.
import type { SocketAddress } from '../base/address.ts'
import type { LogRecord } from '../base/log.ts'
import type { Resolver } from '../net/resolver.ts'
import type { NetworkInput, SipCommand, SipConfig, SipEvent, SipInput, SipOutput } from '../sip/core/contract.ts'
import { createSipEngine, type SipEngine } from '../sip/core/engine.ts'
import type { Feed, HubPart } from './hub.ts'
import { openSockets, type SocketSettings, type Sockets } from './sockets.ts'
import { systemRng } from './system-rng.ts'

export interface SipStackOptions {
  readonly sip: SipConfig
  /** Where SIP is spoken from; its transports are called `udp`, `tcp` and `tls`, at a second address `udp6` and so on. */
  readonly sockets: SocketSettings
  readonly names: Resolver
}

/** Whoever sits on top of the engine; called within the hub's turn. */
export interface SipStackUser {
  event(event: SipEvent): void
  log(record: LogRecord): void
  /** The socket is of no use any more; nothing comes or goes until the stack is built anew. */
  broken(code: string): void
  /** Everything the SIP engine answers, for traces and measurements. */
  sip?(output: SipOutput): void
  /** What came in, before the engine sees it. */
  net?(input: NetworkInput): void
}

export interface SipStack {
  readonly command: Feed<SipCommand>
  readonly local: SocketAddress
  /** What is bound, the first address first. */
  readonly transports: Sockets['up']
  /** Beside its turns: counts, modules of the application and the like. */
  readonly engine: Omit<SipEngine, 'handle' | 'wake' | 'deadline'>
  /** Binds at other addresses, and by other settings; what is not changed goes on. Throws as `createSipStack`. */
  change(settings: Partial<SocketSettings>): void
  /** The stack is gone from the hub; what was queued to be sent is sent. */
  close(): void
}

/** Throws an Error with `code` when the address or port cannot be had. */
export function createSipStack(hub: HubPart, options: SipStackOptions, user: SipStackUser): SipStack {
  const heard = (input: NetworkInput) => {
    user.net?.(input)
    toSip(input)
  }
  const fromNet = hub.inlet<NetworkInput>({ name: 'sip', rank: 'sip', capacity: 512 }, heard)
  const fromResolver = hub.inlet<SipInput>({ name: 'resolver', rank: 'sip', capacity: 64 }, (input) => toSip(input))
  const broken = hub.inlet<string>({ name: 'SIP socket', rank: 'sip', capacity: 4 }, (reason) => user.broken(reason))
  const sockets = openSockets(options.sockets, { input: fromNet, log: user.log, broken })

  const engine = createSipEngine(options.sip, systemRng())
  const toSip: Feed<SipInput> = hub.attach('sip', engine, (output) => {
    user.sip?.(output)
    switch (output.kind) {
      case 'send':
      case 'connect':
      case 'write':
      case 'close':
        sockets.perform(output)
        return
      case 'resolve': {
        const { query, type, name } = output
        void options.names.resolve(type, name).then((found) => fromResolver({ kind: 'resolved', query, ...found }))
        return
      }
      case 'log':
        user.log(output)
        return
    }
    // All that is left are its events.
    user.event(output)
  })

  sockets.up.forEach(heard)
  return {
    command: toSip,
    get local() {
      return sockets.local
    },
    get transports() {
      return sockets.up
    },
    engine,
    change(settings) {
      const { gone, up } = sockets.change(settings)
      for (const transport of gone) heard({ kind: 'transport-down', transport, reason: 'address changed' })
      up.forEach(heard)
    },
    close() {
      hub.stop()
      sockets.close()
    },
  }
}
