// The wiring of the SIP stack: engine, user agent, one UDP socket, TCP on the same port, and the resolver, on a part of the
// hub, so that it can be taken down and built anew while media, screen and provisioning go on. The phone and the lab's parties are built on it.
import type { SocketAddress } from '../base/address.ts'
import { type LogRecord, log } from '../base/log.ts'
import type { MediaCommand, MediaEvent } from '../media/contract.ts'
import { resolveHost } from '../net/resolver.ts'
import { openTcp } from '../net/tcp.ts'
import { openUdp } from '../net/udp.ts'
import type { NetworkInput, SipConfig, SipInput, SipOutput } from '../sip/core/contract.ts'
import { createSipEngine } from '../sip/core/engine.ts'
import type { UaCommand, UaConfig, UaEvent } from '../ua/contract.ts'
import { createUserAgent } from '../ua/user-agent.ts'
import type { Feed, HubPart } from './hub.ts'
import { systemRng } from './system-rng.ts'

export interface VoiceOptions {
  readonly sip: SipConfig
  readonly ua: UaConfig
  /** Where SIP is spoken from: a concrete address of this host; port 0 lets the kernel choose. */
  readonly udp: { readonly address: string; readonly port: number; readonly dscp: number }
  /** The name `AccountConfig.transport` calls that socket by. */
  readonly transport: string
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
  /** The stack is gone from the hub; what was queued to be sent is sent. */
  close(): void
}

/** The name of TCP. */
const TCP = 'tcp'

/** One source may bring this many datagrams; a busy PBX stays far below, a flood does not reach JavaScript. */
const SOURCE_LIMIT = { perSecond: 1000, burst: 200 }

/** Throws an Error with `code` when the address or port cannot be had. */
export function createVoice(hub: HubPart, options: VoiceOptions, user: VoiceUser): Voice {
  const rng = systemRng()
  const { transport } = options

  const fromNet = hub.inlet<NetworkInput>({ name: 'sip', rank: 'sip', capacity: 512 }, (input) => {
    user.net?.(input)
    toSip(input)
  })
  const fromResolver = hub.inlet<SipInput>({ name: 'resolver', rank: 'sip', capacity: 64 }, (input) => toSip(input))
  const fromSocket = hub.inlet<string>({ name: 'SIP socket', rank: 'sip', capacity: 4 }, (reason) => {
    user.log(log('error', 'voice', 'SIP socket broken', { reason }))
    toSip({ kind: 'transport-down', transport, reason })
    user.broken(reason)
  })
  const udp = openUdp({
    ...options.udp,
    limit: SOURCE_LIMIT,
    onDatagrams: (batch) => {
      for (const { data, from } of batch) fromNet({ kind: 'datagram', transport, from, data })
    },
    onUnreachable: (to, errno) => fromNet({ kind: 'unreachable', transport, to, errno }),
    onError: (reason) => fromSocket(reason),
  })

  const tcp = openTcp({
    address: udp.local.address,
    port: udp.local.port,
    onUp: (flow, remote) => fromNet({ kind: 'flow-up', flow, transport: TCP, local: udp.local, remote }),
    onData: (flow, data) => fromNet({ kind: 'flow-data', flow, data }),
    onDown: (flow, reason) => fromNet({ kind: 'flow-down', flow, reason }),
    onError: (reason) => notListening(reason),
  })
  const notListening = hub.inlet<string>({ name: 'SIP listener', rank: 'sip', capacity: 4 }, (reason) =>
    user.log(log('warn', 'voice', 'no TCP connections are accepted', { reason })),
  )

  const toSip: Feed<SipInput> = hub.attach('sip', createSipEngine(options.sip, rng), (output) => {
    user.sip?.(output)
    switch (output.kind) {
      case 'send':
        udp.send(output.to, output.data)
        return
      case 'connect':
        tcp.connect(output.flow, output.to)
        return
      case 'write':
        tcp.write(output.flow, output.data)
        return
      case 'close':
        tcp.close(output.flow)
        return
      case 'resolve': {
        const { query, host } = output
        void resolveHost(host).then((found) => fromResolver({ kind: 'resolved', query, ...found }))
        return
      }
      case 'log':
        user.log(output)
        return
      case 'registration-state':
      case 'session-incoming':
      case 'session-state':
      case 'session-sdp':
      case 'reinvite-result':
      case 'request-incoming':
      case 'request-result':
      case 'refer-progress':
      case 'refer-incoming':
      case 'subscription-state':
      case 'subscription-notify':
      case 'rejected':
        toUa({ from: 'sip', event: output })
        return
    }
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

  toSip({ kind: 'transport-up', transport, protocol: 'UDP', local: udp.local })
  toSip({ kind: 'transport-up', transport: TCP, protocol: 'TCP', local: udp.local })
  user.log(log('info', 'voice', 'SIP socket bound', { address: udp.local.address, port: udp.local.port }))
  return {
    command: (command) => toUa({ from: 'app', command }),
    media: (event) => toUa({ from: 'media', event }),
    local: udp.local,
    close() {
      hub.stop()
      udp.close()
      tcp.stop()
    },
  }
}
