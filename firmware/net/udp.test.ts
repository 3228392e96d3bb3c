// The UDP adapter on real loopback sockets.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import type { SocketAddress } from '../base/address.ts'
import { openUdp, type UdpDatagram, type UdpOptions, type UdpSocket } from './udp.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
})

/** A socket that collects what it gets; `until` waits for a condition over that. */
function collect(options: Partial<UdpOptions> = {}) {
  const got: UdpDatagram[] = []
  const batches: number[] = []
  const refused: { to: SocketAddress; code: string }[] = []
  let look = () => {}
  const socket: UdpSocket = openUdp({
    address: '127.0.0.1',
    port: 0,
    onDatagrams(batch) {
      got.push(...batch)
      batches.push(batch.length)
      look()
    },
    onUnreachable(to, code) {
      refused.push({ to, code })
      look()
    },
    onError(code) {
      throw new Error(code)
    },
    ...options,
  })
  opened.push(socket)
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => condition() && resolve()
      look()
    })
  return { socket, got, batches, refused, until }
}

async function plainSocket(type: 'udp4' | 'udp6' = 'udp4', address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket(type)
  socket.bind(0, address)
  await once(socket, 'listening')
  opened.push(socket)
  return socket
}

test('data passes byte for byte, both ways, with the right addresses', async () => {
  const a = collect()
  const b = collect()
  const data = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
  a.socket.send(b.socket.local, data)
  await b.until(() => b.got.length === 1)
  expect(b.got).toEqual([{ data, from: a.socket.local, local: b.socket.local }])
  b.socket.send(b.got[0]!.from, '')
  await a.until(() => a.got.length === 1)
  expect(a.got[0]).toEqual({ data: '', from: b.socket.local, local: a.socket.local })
})

test('IPv6, bound to any-address: the local address is the one the datagram named', async () => {
  const a = collect({ address: '::' })
  const peer = await plainSocket('udp6', '::1')
  peer.send('hello', a.socket.local.port, '::1')
  await a.until(() => a.got.length === 1)
  expect(a.got[0]!.from).toEqual({ address: '::1', port: peer.address().port })
  expect(a.got[0]!.local).toEqual({ address: '::1', port: a.socket.local.port })

  const b = collect({ address: '0.0.0.0' })
  const peer4 = await plainSocket()
  peer4.send('hello', b.socket.local.port, '127.0.0.5')
  await b.until(() => b.got.length === 1)
  expect(b.got[0]!.local).toEqual({ address: '127.0.0.5', port: b.socket.local.port })
})

test('the largest datagram passes; a larger one is reported, not thrown', async () => {
  const a = collect()
  const b = collect()
  const largest = 'x'.repeat(65507)
  a.socket.send(b.socket.local, largest)
  a.socket.send(b.socket.local, largest + 'x')
  a.socket.send({ address: 'not-an-address', port: 5060 }, 'x')
  a.socket.send({ address: '::1', port: 5060 }, 'x')
  await b.until(() => b.got.length === 1)
  expect(b.got[0]!.data === largest).toBe(true)
  await a.until(() => a.refused.length === 3)
  expect(a.refused).toEqual([
    { to: b.socket.local, code: 'EMSGSIZE' },
    { to: { address: 'not-an-address', port: 5060 }, code: 'EAFNOSUPPORT' },
    { to: { address: '::1', port: 5060 }, code: 'EAFNOSUPPORT' },
  ])
})

test.each([
  ['udp4', '127.0.0.1'],
  ['udp6', '::1'],
] as const)('a closed port is reported with its address, and the socket goes on (%s)', async (type, address) => {
  const gone = await plainSocket(type, address)
  const to = { address, port: gone.address().port }
  opened.splice(opened.indexOf(gone), 1)
  gone.close()
  await once(gone, 'close')

  const a = collect({ address })
  const b = collect({ address })
  a.socket.send(to, 'anyone?')
  await a.until(() => a.refused.length === 1)
  expect(a.refused).toEqual([{ to, code: 'ECONNREFUSED' }])

  // The error of one destination costs datagrams to others nothing.
  for (let i = 0; i < 20; i++) {
    a.socket.send(to, 'again')
    a.socket.send(b.socket.local, `${i}`)
  }
  await b.until(() => b.got.length === 20)
  expect(b.got.map((each) => each.data)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`))
  b.socket.send(a.socket.local, 'still there')
  await a.until(() => a.got.length === 1)
  expect(a.socket.counters().unreachable).toBeGreaterThan(1)
})

test('a burst of 2000 arrives in order, at most 16 a turn, other work in between', async () => {
  const a = collect()
  const b = collect()
  let turns = 0
  const count = () => {
    turns++
    counting = setImmediate(count)
  }
  let counting = setImmediate(count)
  const body = 'y'.repeat(500)
  for (let i = 0; i < 2000; i++) a.socket.send(b.socket.local, `${i} ${body}`)
  expect(a.socket.counters()).toMatchObject({ sent: 1984, sendDropped: 0 })
  const { overflowed } = b.socket.counters()
  await b.until(() => b.got.length + overflowed === 2000)
  clearImmediate(counting)
  expect(b.socket.counters()).toMatchObject({ received: 2000 - overflowed, overflowed })
  const numbers = b.got.map((each) => Number.parseInt(each.data, 10))
  expect(numbers).toEqual(numbers.toSorted((x, y) => x - y))
  expect(Math.max(...b.batches)).toBe(16)
  expect(b.batches.length).toBeGreaterThanOrEqual((2000 - overflowed) / 16)
  expect(turns).toBeGreaterThan(b.batches.length / 2)
})

test('sends made in one turn leave before the loop waits; flush sends at once', async () => {
  const a = collect()
  const b = collect()
  a.socket.send(b.socket.local, 'one')
  a.socket.send(b.socket.local, 'two')
  expect(a.socket.counters().sent).toBe(0)
  a.socket.flush()
  expect(a.socket.counters().sent).toBe(2)
  // Answers sent while a batch is handled leave when its callback is over, not when the loop comes round.
  let sentInside = 0
  const echo = collect({
    onDatagrams(batch) {
      for (const each of batch) echo.socket.send(each.from, each.data)
      sentInside = echo.socket.counters().sent
      setImmediate(() => expect(echo.socket.counters().sent).toBe(1))
    },
  })
  a.socket.send(echo.socket.local, 'three')
  await a.until(() => a.got.length === 1)
  expect(a.got[0]!.data).toBe('three')
  expect(sentInside).toBe(0)
})

test('a flood from one source is cut to its limit and starves nobody', async () => {
  const b = collect({ limit: { perSecond: 10, burst: 50 } })
  const flood = collect({ address: '127.0.0.66' })
  const quiet = collect({ address: '127.0.0.7' })
  for (let i = 0; i < 1000; i++) {
    flood.socket.send(b.socket.local, 'flood')
    if (i % 100 === 99) {
      flood.socket.flush()
      quiet.socket.send(b.socket.local, `quiet ${i}`)
      quiet.socket.flush()
    }
  }
  await b.until(() => b.got.filter((each) => each.data.startsWith('quiet')).length === 10)
  const flooded = b.got.filter((each) => each.data === 'flood').length
  expect(flooded).toBeGreaterThanOrEqual(50)
  expect(flooded).toBeLessThan(70)
  expect(b.socket.counters().limited).toBeGreaterThan(900)
})

test('what cannot be bound throws with its code', async () => {
  const a = collect()
  const open = (address: string, port: number) => () => collect({ address, port })
  expect(open('127.0.0.1', a.socket.local.port)).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }))
  expect(open('192.0.2.1', 0)).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }))
  expect(open('localhost', 0)).toThrow(expect.objectContaining({ code: 'EINVAL' }))
})

test('close sends what is queued, may be called in a callback and twice, and ends the callbacks', async () => {
  const a = collect()
  let calls = 0
  const b = collect({
    onDatagrams() {
      calls++
      b.socket.close()
      b.socket.close()
      b.socket.send(a.socket.local, 'too late')
    },
  })
  a.socket.send(b.socket.local, 'one')
  a.socket.flush()
  while (calls === 0) await new Promise((resolve) => setImmediate(resolve))
  a.socket.send(b.socket.local, 'two')
  a.socket.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(calls).toBe(1)
  expect(b.socket.counters().received).toBe(1)
  expect(a.socket.counters().sent).toBe(2)
  expect(a.got).toEqual([])
})
