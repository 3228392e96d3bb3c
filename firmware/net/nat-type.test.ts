// Kinds of NAT found by a STUN server on loopback that answers as the server behind each of them would be heard.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { natType } from './nat-type.ts'
import { bindingRequest, parseBindingResponse } from './stun-message.ts'

let last = 0
const transaction = () => `transaction${String.fromCharCode(++last & 0xff)}`

const attribute = (type: number, address: string, port: number) =>
  Buffer.from([type >> 8, type & 0xff, 0, 8, 0, 1, port >> 8, port & 0xff, ...address.split('.').map(Number)])

interface Behind {
  /** Undefined: as it is. */
  readonly mapped?: (from: { address: string; port: number }, second: boolean) => { address: string; port: number }
  /** By the flags of CHANGE-REQUEST: whether an answer gets through. */
  readonly lets: (flags: number) => boolean
  readonly hasOther?: boolean
}

async function server({ mapped = (from) => from, lets, hasOther = true }: Behind) {
  const sockets = [createSocket('udp4'), createSocket('udp4')]
  for (const [i, socket] of sockets.entries()) {
    socket.bind(0, `127.0.0.${i + 1}`)
    await once(socket, 'listening')
  }
  onTestFinished(() => {
    for (const socket of sockets) socket.close()
  })
  const [main, second] = sockets.map((socket) => socket.address())
  for (const [i, socket] of sockets.entries()) {
    socket.on('message', (data, from) => {
      const flags = data.length > 20 ? data[27]! : 0
      if (!lets(flags)) return
      const seen = mapped(from, i === 1)
      const attributes = [attribute(1, seen.address, seen.port)]
      if (hasOther) attributes.push(attribute(5, second!.address, second!.port))
      const body = Buffer.concat(attributes)
      socket.send(
        Buffer.concat([Buffer.from([1, 1, 0, body.length]), data.subarray(4, 20), body]),
        from.port,
        from.address,
      )
    })
  }
  return { address: main!.address, port: main!.port }
}

const away = (from: { address: string; port: number }) => ({ address: '192.0.2.1', port: from.port })
const CHANGE = { both: 6, port: 2 }

describe('kinds', () => {
  test.concurrent.for<[string, Behind]>([
    ['open', { lets: () => true }],
    ['symmetric-firewall', { lets: (flags) => flags === 0 }],
    ['full-cone', { mapped: away, lets: () => true }],
    ['restricted', { mapped: away, lets: (flags) => flags !== CHANGE.both }],
    ['port-restricted', { mapped: away, lets: (flags) => flags === 0 }],
    [
      'symmetric',
      {
        mapped: (from, second) => ({ address: '192.0.2.1', port: second ? 7 : from.port }),
        lets: (flags) => flags === 0,
      },
    ],
    ['blocked', { lets: () => false }],
  ])('%s', async ([kind, behind]) => {
    expect(await natType('127.0.0.1', await server(behind), transaction)).toEqual({ ok: true, value: kind })
  })
})

test('a server with one address finds out nothing', async () => {
  const found = await natType('127.0.0.1', await server({ lets: () => true, hasOther: false }), transaction)
  expect(found).toEqual({ ok: false, error: 'the STUN server has no second address' })
})

test('an address that is not ours', async () => {
  const found = await natType('192.0.2.77', { address: '127.0.0.1', port: 3478 }, transaction)
  expect(found).toEqual({ ok: false, error: 'EADDRNOTAVAIL' })
})

describe('messages', () => {
  test('a request as RFC 8489 draws it', () => {
    const plain = bindingRequest('abcdefghijkl', { address: false, port: false })
    expect(plain).toBe('\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl')
    expect(bindingRequest('abcdefghijkl', { address: true, port: true })).toBe(
      '\x00\x01\x00\x08\x21\x12\xa4\x42abcdefghijkl\x00\x03\x00\x04\x00\x00\x00\x06',
    )
  })

  // RFC 5769 §2.2, §2.3: their addresses, without the attributes that prove the sender.
  test.each([
    ['\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43', '192.0.2.1', 32853],
    [
      '\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9',
      '2001:db8:1234:5678:11:2233:4455:6677',
      32853,
    ],
  ])('an address under its mask', (attributes, address, port) => {
    const head = `\x01\x01\x00${String.fromCharCode(attributes.length)}\x21\x12\xa4\x42`
    const id = '\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae'
    expect(parseBindingResponse(head + id + attributes)).toEqual({
      ...{ transaction: id, mapped: { address, port }, other: undefined },
    })
  })

  test.each([
    '',
    'SIP/2.0 200 OK\r\n\r\n and more of it',
    '\x01\x01\x00\x04\x21\x12\xa4\x42abcdefghijkl',
    '\x01\x01\x00\x04\x21\x12\xa4\x42abcdefghijkl\x00\x01\x00\x40',
  ])('no response: %j', (data) => {
    expect(parseBindingResponse(data)).toBeUndefined()
  })
})
