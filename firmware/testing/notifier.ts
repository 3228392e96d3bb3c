// A notifier on loopback: takes every SUBSCRIBE and tells of a mailbox until it is unsubscribed or has enough (RFC 6665 §4.2);
// and every PUBLISH, with an entity-tag of its own (RFC 3903 §6).
import { createSocket } from 'node:dgram'
import type { SipRequest } from '../sip/message/message.ts'
import { parseMessage } from '../sip/message/parse.ts'

export interface Notifier {
  readonly port: number
  readonly subscribes: readonly SipRequest[]
  /** Answers to its NOTIFYs. */
  readonly answers: readonly number[]
  /** One more NOTIFY in the dialog of the last SUBSCRIBE. */
  notify(state: string, body?: string): void
  close(): void
}

export const MAILBOX = 'Messages-Waiting: yes\r\nVoice-Message: 2/8\r\n'

export async function startNotifier(): Promise<Notifier> {
  const socket = createSocket('udp4')
  const subscribes: SipRequest[] = []
  const answers: number[] = []
  let from = { address: '', port: 0 }
  let seq = 0
  let etags = 0
  const here = () => `127.0.0.1:${socket.address().port}`
  const send = (lines: readonly string[], body = '') =>
    socket.send(`${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, from.port, from.address)

  function notify(state: string, body = '') {
    const request = subscribes.at(-1)!
    const contact = /<([^>]+)>/.exec(request.header('Contact') ?? '')?.[1]
    const lines = [
      `NOTIFY ${contact} SIP/2.0`,
      `Via: SIP/2.0/UDP ${here()};branch=z9hG4bKn${++seq}`,
      'Max-Forwards: 70',
      ...[`From: <sip:mail@${here()}>;tag=box`, `To: ${request.header('From')}`, `Call-ID: ${request.callId}`],
      ...[`CSeq: ${seq} NOTIFY`, `Contact: <sip:mail@${here()}>`, `Event: ${request.header('Event')}`],
      `Subscription-State: ${state}`,
      ...(body === '' ? [] : [`Content-Type: ${request.header('Accept')}`]),
    ]
    send(lines, body)
  }

  socket.on('message', (data, source) => {
    const message = parseMessage(data.toString('latin1'))
    if (!message.ok) throw new Error(message.error.what)
    if (message.value.kind === 'response') return void answers.push(message.value.status)
    const request = message.value
    if (request.method !== 'SUBSCRIBE' && request.method !== 'PUBLISH') return
    from = source
    const asked = request.header('Expires') ?? ''
    const tag = request.toTag === undefined ? ';tag=box' : ''
    const more = request.method === 'PUBLISH' ? `SIP-ETag: ${++etags}` : `Contact: <sip:mail@${here()}>`
    send([
      'SIP/2.0 200 OK',
      ...request.headers('Via').map((via) => `Via: ${via}`),
      ...[`From: ${request.header('From')}`, `To: ${request.header('To')}${tag}`, `Call-ID: ${request.callId}`],
      ...[`CSeq: ${request.cseq.number} ${request.method}`, `Expires: ${asked}`, more],
    ])
    if (request.method === 'PUBLISH') return
    subscribes.push(request)
    if (asked === '0') notify('terminated;reason=timeout')
    else notify(`active;expires=${asked}`, MAILBOX)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, subscribes, answers, notify, close: () => socket.close() }
}
