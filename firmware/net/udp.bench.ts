// CPU per datagram in and out: this adapter beside node:dgram. Run: npm run bench -- udp
//
// An echo party answers a peer in the same process; both sides are of the same kind, so half of the cost is one party's.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { SocketAddress } from '../base/address.ts'
import { openUdp } from './udp.ts'

const IN_FLIGHT = 32
const text = 'x'.repeat(600)

interface Party {
  readonly local: SocketAddress
  send(to: SocketAddress, data: string): void
  close(): void
}
type OpenParty = (onDatagram: (data: string, from: SocketAddress) => void) => Promise<Party>

const openNative: OpenParty = async (onDatagram) =>
  openUdp({
    address: '127.0.0.1',
    port: 0,
    onDatagrams(batch) {
      for (const each of batch) onDatagram(each.data, each.from)
    },
    onUnreachable() {},
    onError(code) {
      throw new Error(code)
    },
  })

const openDgram: OpenParty = async (onDatagram) => {
  const socket = createSocket('udp4', (message, from) => onDatagram(message.toString('latin1'), from))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    local: socket.address(),
    send: (to, data) => socket.send(Buffer.from(data, 'latin1'), to.port, to.address),
    close: () => socket.close(),
  }
}

/** CPU of one party per datagram in and out, µs. */
async function measure(open: OpenParty, count: number): Promise<number> {
  let left = count
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const echo = await open((data, from) => echo.send(from, data))
  const peer = await open((data, from) => {
    if (--left > 0) peer.send(from, data)
    else finish()
  })
  const before = process.cpuUsage()
  for (let i = 0; i < IN_FLIGHT; i++) peer.send(echo.local, text)
  await finished
  const used = process.cpuUsage(before)
  echo.close()
  peer.close()
  return (used.user + used.system) / (2 * count)
}

export const measureNative = (count: number) => measure(openNative, count)
export const measureDgram = (count: number) => measure(openDgram, count)
