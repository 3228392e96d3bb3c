// Sends a flood in a process of its own, so that memory and CPU of the phone are its own, and counts the SIP answers.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seededRng } from '../../base/rng.ts'
import { below, mutate, oneOf } from '../fuzz/mutate.ts'
import { floodStreams, STREAM_KINDS, type StreamKind } from './streams.ts'

export type FloodKind = 'noise' | 'damaged-sip' | 'options' | 'invite' | 'rtp' | 'rtcp' | StreamKind

export interface Flood {
  readonly kind: FloodKind
  /** An address of loopback to send from. */
  readonly from: string
  readonly port: number
  readonly perSecond: number
  readonly seconds: number
  readonly seed: number
  /** Whom requests are for. */
  readonly user?: string
}

export interface Flooded {
  readonly sent: number
  /** How many answers came with each status. */
  readonly answers: Readonly<Record<string, number>>
}

/** Resolves when it is over. */
export function flood(flood: Flood): Promise<Flooded> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(flood)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.on('data', (chunk) => (text += chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`the flood ended with ${code}`)),
    )
  })
}

function maker({ kind, from, user = 'x', seed, port }: Flood, own: () => number): (count: number) => Buffer {
  const rng = seededRng(seed)
  const noise = (length: number) => {
    const bytes = Buffer.allocUnsafe(length)
    for (let at = 0; at < length; at++) bytes[at] = rng.uint32()
    return bytes
  }
  const request = (method: string, count: number) => {
    const body =
      method === 'INVITE'
        ? `v=0\r\no=- 1 1 IN IP4 ${from}\r\ns=-\r\nc=IN IP4 ${from}\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\n`
        : ''
    return [
      `${method} sip:${user}@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/${kind === 'tcp-unread' ? 'TCP' : 'UDP'} ${from}:${own()};branch=z9hG4bK${seed}.${count}`,
      `From: <sip:eve@${from}>;tag=${count}`,
      `To: <sip:${user}@127.0.0.1>`,
      `Call-ID: ${seed}.${count}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:eve@${from}:${own()}>`,
      'Max-Forwards: 70',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n')
  }
  switch (kind) {
    case 'tcp-noise':
    case 'noise':
      return () => noise(below(rng, 20) === 0 ? 20_000 + below(rng, 40_000) : below(rng, 400))
    case 'damaged-sip': {
      const corpus = ['INVITE', 'OPTIONS', 'BYE', 'CANCEL', 'ACK'].map((method) => request(method, 0))
      return () => Buffer.from(mutate(rng, corpus), 'latin1')
    }
    case 'tcp-endless':
      return (count) => Buffer.from(`X-${count}: ${'a'.repeat(200)}\r\n`)
    case 'tcp-idle':
      return () => Buffer.alloc(0)
    case 'tcp-unread':
    case 'options':
      return (count) => Buffer.from(request('OPTIONS', count))
    case 'invite':
      return (count) => Buffer.from(request('INVITE', count))
    case 'rtp': {
      // What looks like PCMA of many senders, in order, too short, too long, with extensions that end nowhere.
      return (count) => {
        const packet = noise(12 + oneOf(rng, [0, 1, 160, 160, 160, 320, 1200]))
        packet[0] = oneOf(rng, [0x80, 0x80, 0x80, 0x90, 0x8f, 0xb0])
        packet[1] = oneOf(rng, [8, 8, 8, 0, 101, 127, 0x88])
        packet.writeUInt16BE(count & 0xffff, 2)
        packet.writeUInt32BE((count * 160) >>> 0, 4)
        packet.writeUInt32BE(1 + below(rng, 3), 8)
        return packet
      }
    }
    case 'rtcp':
      // Reports, source descriptions, farewells and feedback with lengths that are not so.
      return () => {
        const packet = noise(oneOf(rng, [4, 8, 28, 64, 1400]))
        packet[0] = 0x80 | below(rng, 32)
        packet[1] = 200 + below(rng, 8)
        packet.writeUInt16BE(oneOf(rng, [packet.length / 4 - 1, 0, 65_535]), 2)
        return packet
      }
  }
}

async function floodDatagrams(order: Flood): Promise<Flooded> {
  const socket = createSocket('udp4')
  const answers: Record<string, number> = {}
  socket.on('message', (data) => {
    const status = /^SIP\/2\.0 (\d{3})/.exec(data.toString('latin1', 0, 16))?.[1]
    if (status !== undefined) answers[status] = (answers[status] ?? 0) + 1
  })
  // ICMP of a port that is closed by now.
  socket.on('error', () => {})
  await new Promise<void>((resolve) => socket.bind(0, order.from, resolve))
  const make = maker(order, () => socket.address().port)
  const began = performance.now()
  let sent = 0
  for (let passed = 0; passed < order.seconds * 1000; passed = performance.now() - began) {
    for (; sent < (passed / 1000) * order.perSecond; sent++) socket.send(make(sent), order.port, '127.0.0.1')
    await sleep(2)
  }
  await sleep(300)
  socket.close()
  return { sent, answers }
}

const isStream = (kind: FloodKind): kind is StreamKind => (STREAM_KINDS as readonly string[]).includes(kind)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const order = JSON.parse(process.argv[2] ?? '{}') as Flood
  const { kind } = order
  const done = isStream(kind)
    ? {
        sent: await floodStreams(
          { ...order, kind },
          maker(order, () => order.port),
        ),
        answers: {},
      }
    : await floodDatagrams(order)
  process.stdout.write(JSON.stringify(done))
}
