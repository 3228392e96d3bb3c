// Ports with a TCP socket: of who listens, and of both ends of a connection, IPv4 and IPv6.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { freePort } from '../testing/interop/ports.ts'
import { hasStream } from './stream-ports.ts'

test.each(['127.0.0.1', '::1'])('at %s', async (address) => {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const far = once(server, 'connection')
  const near = connect(port, address)
  const [accepted] = (await far) as [Socket]
  expect([port, near.localPort!].map(hasStream)).toEqual([true, true])
  near.destroy()
  accepted.destroy()
  server.close()
})

test('where nobody is', async () => {
  expect(hasStream(await freePort())).toBe(false)
})
