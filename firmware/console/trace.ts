// SIP messages as events: one line each, without what proves who somebody is.
import { type SocketAddress, showAddress } from '../base/address.ts'
import { utf8Decode } from '../base/bytes.ts'
import type { FlowId, NetworkInput, Protocol, SipOutput, TransportId } from '../sip/core/contract.ts'
import { Framer } from '../sip/transport/framing.ts'
import type { Told } from './event-names.ts'

const CREDENTIALS = /^(proxy-)?authorization[ \t]*:.*\r?\n([ \t].*\r?\n)*/gim

/** The message as text with its Authorization and Proxy-Authorization fields left out. */
export function withoutCredentials(message: string): string {
  const end = /\r?\n\r?\n/.exec(message)
  const head = end === null ? message : message.slice(0, end.index + end[0].length)
  return utf8Decode(head.replaceAll(CREDENTIALS, '') + message.slice(head.length))
}

/** Sees everything, so that it is in step with each connection whenever somebody wants to know. */
export class Tracer {
  readonly #flows = new Map<
    FlowId,
    { readonly remote: SocketAddress; readonly framer: Framer; readonly protocol: Protocol }
  >()
  readonly #protocols = new Map<TransportId, Protocol>()

  /** The messages in what came from the network. */
  received(input: NetworkInput, local: SocketAddress): readonly Told[] {
    const told = (protocol: string, from: SocketAddress, message: string) =>
      traced('received', protocol, from, local, message)
    switch (input.kind) {
      case 'datagram':
        return [told('UDP', input.from, input.data)]
      case 'flow-up':
        this.#flows.set(input.flow, {
          ...{ remote: input.remote, framer: new Framer(), protocol: this.#protocols.get(input.transport) ?? 'TCP' },
        })
        return []
      case 'flow-data': {
        const flow = this.#flows.get(input.flow)
        const frames = flow?.framer.push(input.data) ?? []
        return frames.flatMap((frame) =>
          flow && frame.kind === 'message' ? told(flow.protocol, flow.remote, frame.text) : [],
        )
      }
      case 'flow-down':
        this.#flows.delete(input.flow)
        return []
      case 'transport-up':
        this.#protocols.set(input.transport, input.protocol)
        return []
      case 'transport-down':
      case 'unreachable':
      case 'resolved':
        return []
    }
  }

  /** The message in what goes out; undefined: there is none. */
  sent(output: SipOutput, local: SocketAddress): Told | undefined {
    if (output.kind === 'send') return traced('sent', 'UDP', local, output.to, output.data)
    if (output.kind === 'close') this.#flows.delete(output.flow)
    if (output.kind !== 'write' || output.data.trim() === '') return undefined
    const flow = this.#flows.get(output.flow)
    return flow && traced('sent', flow.protocol, local, flow.remote, output.data)
  }
}

const traced = (
  direction: 'sent' | 'received',
  protocol: string,
  from: SocketAddress,
  to: SocketAddress,
  message: string,
): Told => ({
  ...{ event: 'trace', direction, protocol, from: showAddress(from), to: showAddress(to) },
  message: withoutCredentials(message),
})
