// Floods over TCP: connections that say rubbish, never end a message, ask and never read, or say nothing at all.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export const STREAM_KINDS = ['tcp-noise', 'tcp-endless', 'tcp-unread', 'tcp-idle'] as const
export type StreamKind = (typeof STREAM_KINDS)[number]

/** Connections kept open at a time; closed ones are opened again. */
const AT_ONCE = 12
/** An attacker who waits for nobody keeps this much before it, bytes. */
const AHEAD = 1_000_000

/** `make`: what is written next. Returns how many pieces were. */
export async function floodStreams(
  order: {
    readonly kind: StreamKind
    readonly from: string
    readonly port: number
    readonly perSecond: number
    readonly seconds: number
  },
  make: (count: number) => Buffer,
): Promise<number> {
  const sockets = new Set<Socket>()
  const open = () => {
    const socket = connect({ host: '127.0.0.1', port: order.port, localAddress: order.from })
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    if (order.kind === 'tcp-unread') socket.pause()
    else socket.resume()
    if (order.kind === 'tcp-endless')
      socket.write('OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bKx\r\n')
  }
  const began = performance.now()
  let sent = 0
  for (let passed = 0; passed < order.seconds * 1000; passed = performance.now() - began) {
    while (sockets.size < AT_ONCE) open()
    for (; sent < (passed / 1000) * order.perSecond; sent++) {
      if (order.kind === 'tcp-idle') continue
      const all = [...sockets]
      const socket = all[sent % all.length]
      if (socket !== undefined && socket.writableLength < AHEAD) socket.write(make(sent))
    }
    await sleep(2)
  }
  for (const socket of sockets) socket.destroy()
  return sent
}
