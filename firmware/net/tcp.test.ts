// TCP on loopback: both ways, refusals, limits per source, a peer that does not read.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../testing/interop/ports.ts'
import type { StreamSocket } from './connections.ts'
import { openTcp } from './tcp.ts'

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

async function start(perSource?: number) {
  const port = await freePort()
  const heard: string[] = []
  let awaited: { readonly text: string; readonly done: () => void } | undefined
  const note = (line: string) => {
    heard.push(line)
    if (awaited && line.startsWith(awaited.text)) awaited.done()
  }
  const tcp: StreamSocket = openTcp({
    address: '127.0.0.1',
    prefix: 'in:',
    port,
    ...(perSource === undefined ? {} : { perSource }),
    onUp: (flow) => note(`up ${flow}`),
    onData: (flow, data) => note(`data ${flow} ${data}`),
    onDown: (flow, reason) => note(`down ${flow} ${reason}`),
    onError: (code) => note(`error ${code}`),
  })
  open.push(() => tcp.stop())
  /** The first line that begins so, now or later. */
  const line = (text: string) =>
    new Promise<void>((done) => {
      if (heard.some((each) => each.startsWith(text))) done()
      else awaited = { text, done }
    })
  return { tcp, port, heard, line }
}

async function client(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  open.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('octets go both ways as they are, and a close is told', async () => {
  const [one, two] = [await start(), await start()]
  one.tcp.connect('out:1', { address: '127.0.0.1', port: two.port })
  await one.line('up out:1')
  await two.line('up in:1')
  one.tcp.write('out:1', '\0\x80\xff\r\n')
  await two.line('data in:1 \0\x80\xff\r\n')
  two.tcp.write('in:1', 'back')
  two.tcp.close('in:1')
  await one.line('data out:1 back')
  await one.line('down out:1 closed')
  expect([one.tcp.size, two.tcp.size]).toEqual([0, 0])
})

test('a refusal is told with its errno; nothing comes after close', async () => {
  const { tcp, line, heard } = await start()
  const port = await freePort()
  tcp.connect('out:1', { address: '127.0.0.1', port })
  await line('down out:1 ECONNREFUSED')
  tcp.connect('out:2', { address: '127.0.0.1', port })
  tcp.close('out:2')
  tcp.connect('out:3', { address: '127.0.0.1', port })
  await line('down out:3')
  expect(heard.filter((each) => each.includes('out:2'))).toEqual([])
})

test('a source has so many connections and no more; one that ends makes room', async () => {
  const { port, tcp, line } = await start(2)
  const first = await client(port)
  await client(port)
  await line('up in:2')
  const third = await client(port)
  await once(third, 'close')
  expect(tcp.size).toBe(2)
  first.destroy()
  await line('down in:1')
  await client(port)
  await line('up in:3')
})

test('a peer that does not read is given up', async () => {
  const { port, tcp, line } = await start()
  const deaf = await client(port)
  deaf.pause()
  await line('up in:1')
  for (let i = 0; i < 400; i++) tcp.write('in:1', 'x'.repeat(65_536))
  await line('down in:1 ENOBUFS')
})

test('a port in use is told; connections out work all the same', async () => {
  const one = await start()
  const heard: string[] = []
  const [failed, up] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()]
  const tcp = openTcp({
    address: '127.0.0.1',
    prefix: 'in:',
    port: one.port,
    onUp: () => up.resolve(),
    onData: (_, data) => heard.push(data),
    onDown: () => {},
    onError: failed.resolve,
  })
  open.push(() => tcp.stop())
  expect(await failed.promise).toBe('EADDRINUSE')
  tcp.connect('out:1', { address: '127.0.0.1', port: one.port })
  await up.promise
})
