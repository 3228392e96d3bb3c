// The resolver before a real name server, and before some that misbehave.
import { createSocket, type Socket } from 'node:dgram'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NameServer, startNameServer } from '../testing/interop/name-server.ts'
import { createResolver, type Resolver } from './resolver.ts'

let server: NameServer
let names: Resolver

beforeAll(async () => {
  server = await startNameServer(
    'example.com',
    `example.com           NAPTR 10 20 s SIP+D2U _sip._udp.example.com
     _sip._udp.example.com SRV 10 60 5060 a.example.com
     _sip._udp.example.com SRV 20 0 5070 b.example.com
     a.example.com         A 127.0.0.2
     a.example.com         A 127.0.0.3
     a.example.com         AAAA ::1`,
    { 'alias.example.com': 'a.example.com', 'astray.example.com': 'nobody.example.com' },
  )
  names = createResolver([server.address])
})
afterAll(async () => {
  names.close()
  await server.stop()
})

test('records of each type', async () => {
  expect(await names.resolve('NAPTR', 'example.com')).toEqual({
    records: [
      {
        ...{ type: 'NAPTR', order: 10, preference: 20, flags: 's', service: 'SIP+D2U', regexp: '' },
        replacement: '_sip._udp.example.com',
      },
    ],
  })
  const { records } = await names.resolve('SRV', '_sip._udp.example.com')
  expect(records).toHaveLength(2)
  expect(records).toContainEqual({ type: 'SRV', priority: 10, weight: 60, port: 5060, target: 'a.example.com' })
  const four = await names.resolve('A', 'a.example.com')
  expect(four.records).toContainEqual({ type: 'A', address: '127.0.0.3' })
  expect([four.records.length, four.ttlMs]).toEqual([2, 1000])
  expect((await names.resolve('AAAA', 'a.example.com')).records).toEqual([{ type: 'AAAA', address: '::1' }])
})

test('an alias has the addresses of what it stands for', async () => {
  expect((await names.resolve('A', 'alias.example.com')).records).toHaveLength(2)
  expect(await names.resolve('A', 'astray.example.com')).toMatchObject({
    records: [],
    error: expect.stringMatching(/^no such/),
  })
})

test.each([
  ['A', 'nobody.example.com', 'no such name'],
  ['A', '_sip._udp.example.com', 'no such record'],
  ['SRV', 'a.example.com', 'no such record'],
  ['NAPTR', 'elsewhere.net', 'refused'],
] as const)('%s %s: %s', async (type, name, error) => {
  expect(await names.resolve(type, name)).toEqual({ records: [], error })
})

/** A server that answers every question with what `reply` makes of it, or not at all. */
async function badServer(
  reply: (question: Buffer) => Buffer | undefined,
): Promise<{ socket: Socket; asked: () => number }> {
  const socket = createSocket('udp4')
  let count = 0
  socket.on('message', (question, from) => {
    count++
    const answer = reply(question)
    if (answer) socket.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', () => resolve()))
  return { socket, asked: () => count }
}

/** RFC 1035 §4.1.1: the question as a response with this code. */
function coded(question: Buffer, code: number): Buffer {
  const answer = Buffer.from(question)
  answer[2] = 0x81
  answer[3] = 0x80 | code
  return answer
}

test.each([
  ['a server that fails', (question: Buffer) => coded(question, 2), 'server failure'],
  ['one that talks nonsense', () => Buffer.from('nonsense'), 'server failure'],
  ['one that says nothing', () => undefined, 'no answer'],
] as const)('%s', { timeout: 20_000 }, async (_what, reply, error) => {
  const { socket } = await badServer(reply)
  const lonely = createResolver([`127.0.0.1:${socket.address().port}`])
  const began = performance.now()
  expect(await lonely.resolve('SRV', '_sip._udp.example.com')).toEqual({ records: [], error })
  expect(performance.now() - began).toBeLessThan(10_000)
  lonely.close()
  socket.close()
})

test('eight questions at once, sixty-four more wait, others get no answer; closing ends them all', async () => {
  const { socket, asked } = await badServer(() => undefined)
  const busy = createResolver([`127.0.0.1:${socket.address().port}`])
  const all = Array.from({ length: 80 }, (_, at) => busy.resolve('A', `n${at}.example.com`))
  expect(await Promise.race(all.slice(72))).toEqual({ records: [], error: 'no answer' })
  await expect.poll(asked).toBe(8)
  busy.close()
  expect(new Set((await Promise.all(all)).map(({ error }) => error))).toEqual(new Set(['no answer']))
  expect(await busy.resolve('A', 'late.example.com')).toEqual({ records: [], error: 'no answer' })
  expect(asked()).toBe(8)
  socket.close()
})

test("without servers: the system's, /etc/hosts included; failures are values", async () => {
  const system = createResolver()
  const found = await system.resolve('A', 'localhost')
  expect(found.records).toEqual([{ type: 'A', address: '127.0.0.1' }])
  expect(await system.resolve('A', 'no such name')).toMatchObject({ records: [], error: expect.stringMatching(/^no /) })
  system.close()
})

test('a server that is no address is refused', () => {
  expect(() => createResolver(['dns.example.com'])).toThrow()
})
