// A SIP peer that is a script: it answers requests as told, keeps what it got, and repeats nothing by itself.
import type { SocketAddress } from '../base/address.ts'
import type { SipMessage, SipRequest } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'
import type { Stage } from './stage.ts'

export interface ScriptedReply {
  readonly status: number
  readonly tag?: string
  readonly headers?: readonly string[]
  readonly body?: string
}

export class ScriptedPeer {
  readonly local: SocketAddress
  readonly received: SipMessage[] = []
  readonly #stage: Stage
  readonly #scripts = new Map<string, (request: SipRequest, from: SocketAddress) => void>()

  constructor(stage: Stage, name: string, address: string) {
    this.#stage = stage
    this.local = stage.peer(name, address, ({ from, data }) => {
      // A keep-alive (RFC 5626 §3.5.1).
      if (data.trim() === '') return
      const message = parseMessage(data)
      if (!message.ok) throw new Error(`${name} got what it cannot parse: ${message.error.what}\n${data}`)
      this.received.push(message.value)
      if (message.value.kind === 'request') this.#scripts.get(message.value.method)?.(message.value, from)
    })
  }

  on(method: string, script: (request: SipRequest, from: SocketAddress) => void): void {
    this.#scripts.set(method, script)
  }

  reply(
    request: SipRequest,
    to: SocketAddress,
    { status, tag = 'peer', headers = [], body = '' }: ScriptedReply,
  ): void {
    const sent = request.toTag === undefined && status > 100 ? `;tag=${tag}` : ''
    const lines = [
      `SIP/2.0 ${status} Scripted`,
      ...request.headers('Via').map((value) => `Via: ${value}`),
      `From: ${request.header('From')}`,
      `To: ${request.header('To')}${sent}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq.number} ${request.cseq.method}`,
      ...headers,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ]
    this.send(to, `${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  send(to: SocketAddress, data: string): void {
    this.#stage.send(this.local, to, data)
  }

  /** Requests of a method that came in. */
  requests(method: string): SipRequest[] {
    return this.received.filter((m): m is SipRequest => m.kind === 'request' && m.method === method)
  }
}
