// SIP messages as they come and go, each with where from and where to, without what proves who somebody is.
import type { SocketAddress } from '../base/address.ts'
import { utf8Decode } from '../base/bytes.ts'
import { withoutKeys } from '../sdp/crypto.ts'
import type { FlowId, NetworkInput, Protocol, SipOutput, TransportId } from '../sip/core/contract.ts'
import { Framer } from '../sip/transport/framing.ts'

/** A SIP message as it was on the wire, without what proves who somebody is. */
export interface Traced {
  readonly direction: 'sent' | 'received'
  readonly protocol: Protocol
  readonly from: SocketAddress
  readonly to: SocketAddress
  readonly message: string
}

const CREDENTIALS = /^(proxy-)?authorization[ \t]*:.*\r?\n([ \t].*\r?\n)*/gim

/** The message as text with its Authorization and Proxy-Authorization fields left out, and the keys in its body. */
export function withoutCredentials(message: string): string {
  const end = /\r?\n\r?\n/.exec(message)
  const head = end === null ? message : message.slice(0, end.index + end[0].length)
  return utf8Decode(head.replaceAll(CREDENTIALS, '') + withoutKeys(message.slice(head.length)))
}

interface Place {
  readonly protocol: Protocol
  readonly local: SocketAddress
}

/** Sees everything, so that it is in step with each connection whenever somebody wants to know. */
export class Tracer {
  readonly #flows = new Map<FlowId, Place & { readonly remote: SocketAddress; readonly framer: Framer }>()
  readonly #transports = new Map<TransportId, Place>()

  /** The messages in what came from the network. */
  received(input: NetworkInput): readonly Traced[] {
    switch (input.kind) {
      case 'transport-up':
        this.#transports.set(input.transport, input)
        return []
      case 'datagram': {
        const by = this.#transports.get(input.transport)
        return by === undefined ? [] : [traced('received', 'UDP', input.from, by.local, input.data)]
      }
      case 'flow-up': {
        const { flow, remote } = input
        const by = this.#transports.get(input.transport)
        if (by !== undefined) this.#flows.set(flow, { ...by, remote, framer: new Framer() })
        return []
      }
      case 'flow-data': {
        const flow = this.#flows.get(input.flow)
        if (flow === undefined) return []
        const { protocol, remote, local, framer } = flow
        return framer
          .push(input.data)
          .flatMap((frame) => (frame.kind === 'message' ? traced('received', protocol, remote, local, frame.text) : []))
      }
      case 'flow-down':
        this.#flows.delete(input.flow)
        return []
      case 'transport-down':
      case 'unreachable':
      case 'resolved':
        return []
    }
  }

  /** The message in what goes out; undefined: there is none. */
  sent(output: SipOutput): Traced | undefined {
    if (output.kind === 'send') {
      const by = this.#transports.get(output.transport)
      return by && traced('sent', 'UDP', by.local, output.to, output.data)
    }
    if (output.kind === 'close') this.#flows.delete(output.flow)
    if (output.kind !== 'write' || output.data.trim() === '') return undefined
    const flow = this.#flows.get(output.flow)
    return flow && traced('sent', flow.protocol, flow.local, flow.remote, output.data)
  }
}

const traced = (
  direction: Traced['direction'],
  protocol: Protocol,
  from: SocketAddress,
  to: SocketAddress,
  message: string,
): Traced => ({ direction, protocol, from, to, message: withoutCredentials(message) })
