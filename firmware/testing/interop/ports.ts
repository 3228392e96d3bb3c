// Ports that are free right now on loopback, chosen by the kernel.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

export function freePort(kind: 'udp' | 'tcp', address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    if (kind === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
      socket.on('error', reject)
      socket.bind(0, address, () => {
        const { port } = socket.address()
        socket.close(() => resolve(port))
      })
    } else {
      const server = createServer()
      server.on('error', reject)
      server.listen(0, address, () => {
        const { port } = server.address() as { port: number }
        server.close(() => resolve(port))
      })
    }
  })
}
