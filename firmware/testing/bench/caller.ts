// A caller for measurements: INVITE, ACK, sound every 20 ms, BYE. It knows just enough SIP to be answered.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface CallUp {
  /** INVITE sent → 200 received, ms. */
  readonly answeredMs: number
  /** RTP packets that came back so far. */
  received(): number
  hangUp(): Promise<void>
}

export interface Caller {
  /** Rejects when `user` does not answer with 200 within two seconds. */
  call(user: string): Promise<CallUp>
  close(): void
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
    async call(user) {
      const id = `${process.pid}-${sip.address().port}-${++calls}`
      const rtp = await bound()
      const uri = `sip:${user}@${HOST}:${port}`
      const offer =
        `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\n` +
        `m=audio ${rtp.address().port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n`
      const answered = answer(`${id}1 INVITE`)
      const sent = performance.now()
      send('INVITE', uri, id, '1 INVITE', `<${uri}>`, offer)
      const response = await answered
      const answeredMs = latest - sent
      if (!response.startsWith('SIP/2.0 200')) throw new Error(response.split('\r\n', 1)[0])
      const to = header(response, 'To')
      const target = /<([^>]*)>/.exec(header(response, 'Contact'))?.[1] ?? uri
      send('ACK', target, id, '1 ACK', to, '')
      const media = Number(/\r\nm=audio (\d+)/.exec(response)?.[1])
      let received = 0
      rtp.on('message', () => received++)
      const stop = speak(rtp, media)
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

/** A packet of PCMU silence every 20 ms by the clock, whenever the timer comes. */
function speak(socket: Socket, port: number): () => void {
  const packet = Buffer.alloc(172, 0xff)
  packet.writeUInt16BE(0x8000, 0)
  packet.writeUInt32BE(0x0ff40000 + port, 8)
  const began = performance.now()
  let n = 0
  const timer = setInterval(() => {
    for (; n * 20 <= performance.now() - began; n++) {
      packet.writeUInt16BE(n & 0xffff, 2)
      packet.writeUInt32BE(n * 160, 4)
      socket.send(packet, port, HOST)
    }
  }, 20)
  return () => clearInterval(timer)
}

/** A call to each, all up at once, with sound, for as long as `during` takes. */
export async function withCalls<T>(
  caller: Caller,
  users: readonly string[],
  during: (calls: CallUp[]) => Promise<T>,
): Promise<T> {
  const up: CallUp[] = []
  for (const user of users) {
    up.push(await caller.call(user))
    // Not all at the same instant of the 20 ms.
    await sleep(7)
  }
  try {
    return await during(up)
  } finally {
    for (const call of up) await call.hangUp()
  }
}
