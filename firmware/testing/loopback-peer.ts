// A SIP peer on loopback that is a script: answers requests as told, keeps what it got, repeats nothing by itself.
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { Route, SipUri } from '../api/core/index.ts'
import type { SipRequest, SipResponse } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'

export interface PeerReply {
  readonly status: number
  readonly headers?: readonly string[]
  readonly body?: string
  readonly contentType?: string
}

type Script = (request: SipRequest) => PeerReply | readonly PeerReply[] | undefined

export class LoopbackPeer {
  readonly port: number
  readonly requests: SipRequest[] = []
  readonly responses: SipResponse[] = []
  readonly #socket: ReturnType<typeof createSocket>
  readonly #scripts = new Map<string, Script>()
  #from: RemoteInfo | undefined
  #seq = 0

  constructor(socket: ReturnType<typeof createSocket>) {
    this.#socket = socket
    this.port = socket.address().port
    socket.on('message', (data, from) => this.#receive(data.toString('latin1'), from))
  }

  get route(): Route {
    return new Route('127.0.0.1', this.port)
  }

  uri(user: string): SipUri {
    return new SipUri({ user, host: '127.0.0.1', port: this.port })
  }

  /** `undefined`: silence; several are sent one after the other. */
  on(method: string, script: Script): void {
    this.#scripts.set(method, script)
  }

  of(method: string): readonly SipRequest[] {
    return this.requests.filter((request) => request.method === method)
  }

  /** An INVITE of its own, outside of any dialog. */
  open(uri: string, headers: readonly string[], body: string): void {
    this.send('INVITE', uri, headers, body)
  }

  /** Any request of its own, outside of any dialog, to where a request came from. */
  send(method: string, uri: string, headers: readonly string[], body = ''): void {
    this.#send([
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKpeer${++this.#seq}`,
      'Max-Forwards: 70',
      ...[
        'From: <sip:peer@127.0.0.1>;tag=own',
        `To: <${uri}>`,
        `Call-ID: own${this.#seq}`,
        `CSeq: ${this.#seq} ${method}`,
      ],
      ...[`Contact: <sip:peer@127.0.0.1:${this.port}>`, ...headers, `Content-Length: ${body.length}`, '', body],
    ])
  }

  /** A request of its own in the dialog that `request`, which came, has made. */
  ask(request: SipRequest, method: string, headers: readonly string[], body = ''): void {
    const contact = /<([^>]+)>/.exec(request.header('Contact') ?? '')?.[1]
    const tag = request.toTag === undefined ? ';tag=peer' : ''
    this.#send([
      `${method} ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKpeer${++this.#seq}`,
      'Max-Forwards: 70',
      ...[`From: ${request.header('To')}${tag}`, `To: ${request.header('From')}`, `Call-ID: ${request.callId}`],
      ...[`CSeq: ${this.#seq} ${method}`, `Contact: <sip:peer@127.0.0.1:${this.port}>`, ...headers],
      ...[`Content-Length: ${body.length}`, '', body],
    ])
  }

  /** Nothing comes any more. */
  close(): void {
    this.#socket.close()
  }

  /** ACK of a 2xx to an INVITE of its own. */
  acknowledge(response: SipResponse): void {
    const contact = /<([^>]+)>/.exec(response.header('Contact') ?? '')?.[1]
    this.#send([
      `ACK ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKpeer${++this.#seq}`,
      'Max-Forwards: 70',
      ...[`From: ${response.header('From')}`, `To: ${response.header('To')}`, `Call-ID: ${response.callId}`],
      ...[`CSeq: ${response.cseq.number} ACK`, 'Content-Length: 0', '', ''],
    ])
  }

  #receive(text: string, from: RemoteInfo): void {
    if (text.trim() === '') return
    const message = parseMessage(text)
    if (!message.ok) throw new Error(`the peer got what it cannot parse: ${message.error.what}\n${text}`)
    if (message.value.kind === 'response') return void this.responses.push(message.value)
    const request = message.value
    this.#from = from
    this.requests.push(request)
    for (const reply of [this.#scripts.get(request.method)?.(request) ?? []].flat()) this.answer(request, reply)
  }

  /** Answers a request that came, now or again. */
  answer(request: SipRequest, reply: PeerReply): void {
    const { status, headers = [], body = '', contentType = 'application/sdp' } = reply
    this.#send([
      `SIP/2.0 ${status} Scripted`,
      ...request.headers('Via').map((via) => `Via: ${via}`),
      `From: ${request.header('From')}`,
      `To: ${request.header('To')}${request.toTag === undefined ? ';tag=peer' : ''}`,
      ...[`Call-ID: ${request.callId}`, `CSeq: ${request.cseq.number} ${request.method}`, ...headers],
      ...(body === '' ? [] : [`Content-Type: ${contentType}`]),
      ...[`Content-Length: ${body.length}`, '', body],
    ])
  }

  #send(lines: readonly string[]): void {
    this.#socket.send(Buffer.from(lines.join('\r\n'), 'latin1'), this.#from!.port, this.#from!.address)
  }
}

/** Until it is closed. */
export async function openPeer(): Promise<LoopbackPeer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return new LoopbackPeer(socket)
}

/** Ends with the test. */
export async function startPeer(): Promise<LoopbackPeer> {
  const peer = await openPeer()
  onTestFinished(() => peer.close())
  return peer
}
