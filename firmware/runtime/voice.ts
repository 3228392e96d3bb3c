// The wiring of the user agent over the SIP stack, on a part of the hub, so that it can be taken down and built anew while media,
// screen and provisioning go on. The phone and the lab's parties are built on it.
import type { SocketAddress } from '../base/address.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import type { SipEngine } from '../sip/core/engine.ts'
import type { UaCommand, UaConfig, UaEvent } from '../ua/contract.ts'
import { createUserAgent } from '../ua/user-agent.ts'
import type { Feed, HubPart } from './hub.ts'
import { createSipStack, type SipStack, type SipStackOptions, type SipStackUser } from './sip-stack.ts'
import { systemRng } from './system-rng.ts'

export interface VoiceOptions extends SipStackOptions {
  readonly ua: UaConfig
}

/** Whoever sits on top of the user agent; called within the hub's turn. */
export interface VoiceUser extends Omit<SipStackUser, 'event'> {
  ua(event: UaEvent): void
  media(command: MediaCommand): void
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
  /** What is bound, the first address first. */
  readonly transports: SipStack['transports']
  /** Other transports, ports or certificates at the same addresses. Throws as `createVoice`. */
  readonly change: SipStack['change']
  /** The stack is gone from the hub; what was queued to be sent is sent. */
  close(): void
}

/** Throws an Error with `code` when the address or port cannot be had. */
export function createVoice(hub: HubPart, options: VoiceOptions, user: VoiceUser): Voice {
  const stack = createSipStack(hub, options, {
    ...user,
    event: (event) => toUa({ from: 'sip', event }),
  })

  const toUa = hub.attach('ua', createUserAgent(options.ua, systemRng()), (output) => {
    switch (output.to) {
      case 'app':
        user.ua(output.event)
        return
      case 'sip':
        stack.command(output.command)
        return
      case 'media':
        user.media(output.command)
        return
      case 'log':
        user.log(output.record)
        return
    }
  })

  return {
    command: (command) => toUa({ from: 'app', command }),
    media: (event) => toUa({ from: 'media', event }),
    get local() {
      return stack.local
    },
    move(addresses) {
      stack.change({ addresses })
      const [mediaAddress = '', alsoMediaAddress] = addresses
      toUa({ from: 'app', command: { kind: 'move', mediaAddress, alsoMediaAddress } })
    },
    get transports() {
      return stack.transports
    },
    change: stack.change,
    engine: stack.engine,
    close: stack.close,
  }
}
