// The wiring of the SIP stack: engine, user agent, the sockets of every transport, and the resolver, on a part of the hub, so that
// it can be taken down and built anew while media, screen and provisioning go on. The phone and the lab's parties are built on it.
import type { SocketAddress } from '../base/address.ts'
import type { LogRecord } from '../base/log.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import type { Resolver } from '../net/resolver.ts'
import type { NetworkInput, SipConfig, SipInput, SipOutput } from '../sip/core/contract.ts'
import { createSipEngine, type SipEngine } from '../sip/core/engine.ts'
import type { UaCommand, UaConfig, UaEvent } from '../ua/contract.ts'
import { createUserAgent } from '../ua/user-agent.ts'
import type { Feed, HubPart } from './hub.ts'
import { openSockets, type SocketSettings } from './sockets.ts'
import { systemRng } from './system-rng.ts'

export interface VoiceOptions {
  readonly sip: SipConfig
  readonly ua: UaConfig
  /** Where SIP is spoken from; its transports are called `udp`, `tcp` and `tls`, at a second address `udp6` and so on. */
  readonly sockets: SocketSettings
  readonly names: Resolver
}

/** Whoever sits on top of the user agent; called within the hub's turn. */
export interface VoiceUser {
  ua(event: UaEvent): void
  media(command: MediaCommand): void
  log(record: LogRecord): void
  /** The socket is of no use any more; nothing comes or goes until the stack is built anew. */
  broken(code: string): void
  /** Everything the SIP engine answers, for traces and measurements. */
  sip?(output: SipOutput): void
  /** What came in, before the engine sees it. */
  net?(input: NetworkInput): void
}

export interface Voice {
  readonly command: Feed<UaCommand>
  /** What the media engine told, for the user agent's streams. */
  readonly media: Feed<MediaEvent>
  readonly local: SocketAddress
  /** For modules of the application. */
  readonly engine: Pick<SipEngine, 'addModule' | 'removeModule'>
  /** The host has other addresses: binds there, registers and carries the calls over. Throws as `createVoice`; then nothing is bound. */
  move(addresses: readonly string[]): void
  /** The stack is gone from the hub; what was queued to be sent is sent. */
  close(): void
}

/** Throws an Error with `code` when the address or port cannot be had. */
export function createVoice(hub: HubPart, options: VoiceOptions, user: VoiceUser): Voice {
  const rng = systemRng()

  const heard = (input: NetworkInput) => {
    user.net?.(input)
    toSip(input)
  }
  const fromNet = hub.inlet<NetworkInput>({ name: 'sip', rank: 'sip', capacity: 512 }, heard)
  const fromResolver = hub.inlet<SipInput>({ name: 'resolver', rank: 'sip', capacity: 64 }, (input) => toSip(input))
  const broken = hub.inlet<string>({ name: 'SIP socket', rank: 'sip', capacity: 4 }, (reason) => user.broken(reason))
  const sockets = openSockets(options.sockets, { input: fromNet, log: user.log, broken })

  const engine = createSipEngine(options.sip, rng)
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
    toUa({ from: 'sip', event: output })
  })

  const toUa = hub.attach('ua', createUserAgent(options.ua, rng), (output) => {
    switch (output.to) {
      case 'app':
        user.ua(output.event)
        return
      case 'sip':
        toSip(output.command)
        return
      case 'media':
        user.media(output.command)
        return
      case 'log':
        user.log(output.record)
        return
    }
  })

  sockets.up.forEach(heard)
  return {
    command: (command) => toUa({ from: 'app', command }),
    media: (event) => toUa({ from: 'media', event }),
    get local() {
      return sockets.local
    },
    move(addresses) {
      const { gone, up } = sockets.move(addresses)
      for (const transport of gone) heard({ kind: 'transport-down', transport, reason: 'address changed' })
      up.forEach(heard)
      const [mediaAddress = '', alsoMediaAddress] = addresses
      toUa({ from: 'app', command: { kind: 'move', mediaAddress, alsoMediaAddress } })
    },
    engine,
    close() {
      hub.stop()
      sockets.close()
    },
  }
}
