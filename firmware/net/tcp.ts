// TCP for SIP over node:net: a listener and connections out. Data is one char per byte (latin1), both ways.
import { createServer, connect as dial } from 'node:net'
import { createConnections, type StreamOptions, type StreamSocket } from './connections.ts'

export function openTcp(options: StreamOptions): StreamSocket {
  const { address, port, onUp, onError } = options
  const connections = createConnections(options)

  const server = createServer({ noDelay: true }, (socket) => {
    const { remoteAddress = '', remotePort = 0 } = socket
    if (!connections.admit(socket)) return
    const flow = connections.newName()
    connections.adopt(flow, socket)
    onUp(flow, { address: remoteAddress, port: remotePort })
  })
  server.on('error', (error: NodeJS.ErrnoException) => connections.open && onError(error.code ?? error.message))
  server.listen({ host: address, port, ipv6Only: true })

  return connections.asSocket(
    (flow, to) => {
      const socket = dial({ host: to.address, port: to.port, localAddress: address })
      connections.adopt(flow, socket)
      socket.on('connect', () => {
        connections.tune(socket)
        if (connections.holds(flow, socket)) onUp(flow, to)
      })
    },
    () => server.close(),
  )
}
