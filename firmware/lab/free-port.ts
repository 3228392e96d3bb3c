// A port for what cannot be asked to choose one itself: the broker, and the phone, which is told its port as a real one is.
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those the kernel chooses from, of which any connection may have one for UDP or for TCP. */
const [FIRST, COUNT] = [22_200, 200] as const

/** On loopback, free a moment ago. */
export async function freePort(): Promise<number> {
  const start = randomInt(COUNT)
  for (let n = 0; n < COUNT; n++) {
    const port = FIRST + ((start + n) % COUNT)
    if (await isFree(port, '127.0.0.1')) return port
  }
  throw new Error(`every port of 127.0.0.1 in ${FIRST}–${FIRST + COUNT - 1} is taken`)
}

/** For UDP and for TCP. */
export async function isFree(port: number, address: string): Promise<boolean> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const server = createServer()
  const bound = await Promise.allSettled([
    once(socket.bind(port, address), 'listening'),
    once(server.listen(port, address), 'listening'),
  ])
  socket.close()
  await new Promise((resolve) => server.close(resolve))
  const refused = bound.find((each) => each.status === 'rejected')
  if (refused && refused.reason.code !== 'EADDRINUSE') throw refused.reason
  return refused === undefined
}
