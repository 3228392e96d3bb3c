// The lab's ports: none is given that anybody has for UDP or for TCP.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { takePorts } from '../testing/interop/ports.ts'
import { freePort, isFree } from './free-port.ts'

test('a port in use for either protocol is not free, at its own address', async () => {
  const first = takePorts(2)
  const udp = createSocket('udp4')
  const tcp = createServer()
  await Promise.all([
    once(udp.bind(first, '127.0.0.1'), 'listening'),
    once(tcp.listen(first + 1, '127.0.0.1'), 'listening'),
  ])
  try {
    expect(await isFree(first, '127.0.0.1')).toBe(false)
    expect(await isFree(first + 1, '127.0.0.1')).toBe(false)
    expect(await isFree(first, '127.0.0.2')).toBe(true)
    await expect(isFree(first, '192.0.2.1')).rejects.toThrow('EADDRNOTAVAIL')
  } finally {
    udp.close()
    tcp.close()
  }
  expect(await isFree(first, '127.0.0.1')).toBe(true)
})

test('the lab is given one of its own range', async () => {
  const port = await freePort()
  expect([port >= 22_200, port < 22_400, await isFree(port, '127.0.0.1')]).toEqual([true, true, true])
})
