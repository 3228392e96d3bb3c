// A caller for measurements: INVITE, ACK, packets by the clock, BYE. It knows just enough SIP to be answered.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { PCMU } from '../../sdp/local.ts'
import { type Codec, codecAttributes } from '../../sdp/rtp.ts'
import type { Sealed } from './sealed.ts'
import type { Trace } from './traces.ts'

/** What packets hold. */
export interface Format {
  readonly codec: Codec
  readonly ptimeMs: number
}
const USUAL: Format = { codec: PCMU, ptimeMs: 20 }

/** What is said in a call, through a network. */
export interface Talk {
  /** What packet `n` carries. */
  payload(n: number): Buffer
  /** Default: PCMU in packets of 20 ms. */
  readonly format?: Format
  readonly trace: Trace
  /** How exactly the moments are kept, ms. */
  readonly stepMs: number
  /** Each packet that comes goes straight back. */
  readonly mirror?: boolean
  /** Each RTP packet that comes back, ms after packet 0 was due. */
  onHeard?(packet: Buffer, atMs: number): void
  /** Says in RTCP that it loses nothing: thrice early on, as others do within 15 s. */
  readonly reports?: boolean
  /** With SRTP, and a peer that answers without is not taken. */
  readonly sealed?: Sealed
}

const silence = Buffer.alloc(160, 0xff)
export const SILENT: Talk = { payload: () => silence, trace: () => 0, stepMs: 20 }

export interface CallUp {
  /** INVITE sent → 200 received, ms. */
  readonly answeredMs: number
  /** RTP packets that came back so far. */
  received(): number
  hangUp(): Promise<void>
}

export interface Caller {
  /** Rejects when `user` does not answer with 200 within two seconds. Says silence unless told otherwise. */
  call(user: string, talk?: Talk): Promise<CallUp>
  close(): void
}

/** RTP packets heard. */
const REPORT_EVERY = 4

/** A receiver report (RFC 3550 §6.4.2) without losses, on the source of a packet. */
function report(packet: Buffer): Buffer {
  const out = Buffer.alloc(32)
  out.writeUInt32BE(0x81c9_0007, 0)
  out.writeUInt32BE(0x0ff4_0000, 4)
  packet.copy(out, 8, 8, 12)
  out.writeUInt32BE(packet.readUInt16BE(2), 16)
  return out
}

const HOST = '127.0.0.1'
const PATIENCE_MS = 2000

async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
  socket.bind(0, HOST)
  await once(socket, 'listening')
  return socket
}

const header = (message: string, name: string) => new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(message)?.[1] ?? ''

/** Calls `port` of this host, and sends RTP while calls are up. */
export async function createCaller(port: number): Promise<Caller> {
  const sip = await bound()
  const here = `${HOST}:${sip.address().port}`
  const waiting = new Map<string, (response: string) => void>()
  sip.on('message', (data) => {
    const at = performance.now()
    const text = data.toString('latin1')
    if (!/^SIP\/2\.0 [2-6]/.test(text)) return
    latest = at
    waiting.get(header(text, 'Call-ID') + header(text, 'CSeq'))?.(text)
  })
  let latest = 0
  let calls = 0

  const send = (method: string, uri: string, id: string, cseq: string, to: string, body: string) =>
    sip.send(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${here};rport;branch=z9hG4bK-${id}-${cseq.replace(' ', '-')}`,
        'Max-Forwards: 70',
        `From: <sip:bench@${here}>;tag=${id}`,
        `To: ${to}`,
        `Call-ID: ${id}`,
        `CSeq: ${cseq}`,
        `Contact: <sip:bench@${here}>`,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
      port,
      HOST,
    )

  const answer = (key: string) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer: ${key}`)), PATIENCE_MS)
      waiting.set(key, (response) => {
        clearTimeout(timer)
        waiting.delete(key)
        resolve(response)
      })
    })

  return {
    async call(user, talk = SILENT) {
      const id = `${process.pid}-${sip.address().port}-${++calls}`
      const rtp = await bound()
      const uri = `sip:${user}@${HOST}:${port}`
      const offer =
        `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\n` +
        `m=audio ${rtp.address().port} RTP/${talk.sealed ? 'SAVP' : 'AVP'} ${formatLines(talk.format ?? USUAL)}` +
        `a=sendrecv\r\n${talk.sealed?.crypto ?? ''}`
      const answered = answer(`${id}1 INVITE`)
      const sent = performance.now()
      send('INVITE', uri, id, '1 INVITE', `<${uri}>`, offer)
      const response = await answered
      const answeredMs = latest - sent
      if (!response.startsWith('SIP/2.0 200')) throw new Error(response.split('\r\n', 1)[0])
      if (talk.sealed && !response.includes('a=crypto:1 ')) throw new Error('answered without SRTP')
      const to = header(response, 'To')
      const target = /<([^>]*)>/.exec(header(response, 'Contact'))?.[1] ?? uri
      send('ACK', target, id, '1 ACK', to, '')
      const media = Number(/\r\nm=audio (\d+)/.exec(response)?.[1])
      let received = 0
      const began = performance.now()
      rtp.on('message', (packet) => {
        received++
        if (talk.reports && received % REPORT_EVERY === 0 && received <= 3 * REPORT_EVERY)
          rtp.send(report(packet), media + 1, HOST)
        talk.onHeard?.(packet, performance.now() - began)
        if (!talk.mirror) return
        // As a source of its own: its own words would be a loop to whoever sent them.
        packet.writeUInt32BE((packet.readUInt32BE(8) ^ 0x5a5a5a5a) >>> 0, 8)
        rtp.send(packet, media, HOST)
      })
      const stop = speak(rtp, media, talk, began)
      return {
        answeredMs,
        received: () => received,
        async hangUp() {
          stop()
          const over = answer(`${id}2 BYE`)
          send('BYE', target, id, '2 BYE', to, '')
          await over
          rtp.close()
        },
      }
    },
    close: () => sip.close(),
  }
}

/** The end of the m= line, and what belongs to it; events too, as every phone has them. */
function formatLines({ codec, ptimeMs }: Format): string {
  const attributes = codecAttributes(codec).map(({ name, value }) => `a=${name}:${value}\r\n`)
  return (
    `${codec.payloadType} 101\r\n${attributes.join('')}` +
    `a=rtpmap:101 telephone-event/${codec.clockRate}\r\na=ptime:${ptimeMs}\r\n`
  )
}

/** Packet n is due at n packet times by the clock, whenever the timer comes, and goes when its network lets it. */
function speak(socket: Socket, port: number, talk: Talk, began: number): () => void {
  const { codec, ptimeMs } = talk.format ?? USUAL
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0x8000 | codec.payloadType, 0)
  head.writeUInt32BE(0x0ff40000 + port, 8)
  const underWay: { readonly n: number; readonly atMs: number }[] = []
  let next = 0
  const timer = setInterval(() => {
    const now = performance.now() - began
    for (; next * ptimeMs <= now; next++) {
      const delay = talk.trace(next)
      if (delay === undefined) continue
      const atMs = next * ptimeMs + delay
      underWay.splice(underWay.findLastIndex((other) => other.atMs <= atMs) + 1, 0, { n: next, atMs })
    }
    while (underWay.length > 0 && underWay[0]!.atMs <= now) {
      const { n } = underWay.shift()!
      head.writeUInt16BE(n & 0xffff, 2)
      head.writeUInt32BE((n * ptimeMs * codec.clockRate) / 1000, 4)
      const packet = Buffer.concat([head, talk.payload(n)])
      socket.send(talk.sealed?.seal(packet) ?? packet, port, HOST)
    }
  }, talk.stepMs)
  return () => clearInterval(timer)
}

/** A call to each, all up at once, with sound, for as long as `during` takes. */
export async function withCalls<T>(
  caller: Caller,
  users: readonly string[],
  during: (calls: CallUp[]) => Promise<T>,
  talk: () => Talk = () => SILENT,
): Promise<T> {
  const up: CallUp[] = []
  for (const user of users) {
    up.push(await caller.call(user, talk()))
    // Not all at the same instant of the 20 ms.
    await sleep(7)
  }
  try {
    return await during(up)
  } finally {
    for (const call of up) await call.hangUp()
  }
}
