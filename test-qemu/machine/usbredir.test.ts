// The usbredir server with the I²C adapter behind it, against a hand-written peer that speaks as QEMU does.
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createI2cTinyUsb, type I2cDevice } from './i2c-tiny-usb.ts'
import { serveUsb } from './usbredir.ts'

/** QEMU's side: 64-bit ids from its hello on. */
function peer(devices: ReadonlyMap<number, I2cDevice>, kept = false) {
  const got: { readonly type: number; readonly id: bigint; readonly body: Buffer }[] = []
  let wide = kept
  let pending = Buffer.alloc(0)
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      pending = Buffer.concat([pending, chunk])
      for (;;) {
        const head = wide ? 16 : 12
        if (pending.length < head || pending.length < head + pending.readUInt32LE(4)) return done()
        const end = head + pending.readUInt32LE(4)
        const id = wide ? pending.readBigUInt64LE(8) : BigInt(pending.readUInt32LE(8))
        got.push({ type: pending.readUInt32LE(0), id, body: pending.subarray(head, end) })
        pending = pending.subarray(end)
        // Both have said hello: from now on ids are wide.
        wide = true
      }
    },
  })
  const adapter = createI2cTinyUsb(devices)
  const plug = serveUsb(socket as never, adapter.device, kept)
  const send = async (type: number, id: number, body: Buffer, cut = false) => {
    const head = Buffer.alloc(type === 0 ? 12 : 16)
    head.writeUInt32LE(type, 0)
    head.writeUInt32LE(body.length, 4)
    head.writeUInt32LE(id, 8)
    const packet = Buffer.concat([head, body])
    for (const part of cut ? [packet.subarray(0, 5), packet.subarray(5)] : [packet]) socket.push(part)
    await turn()
    await turn()
  }
  const hello = async () => {
    const body = Buffer.alloc(68)
    body.writeUInt32LE(0xff, 64)
    await send(0, 0, body)
  }
  const control = async (
    id: number,
    type: number,
    request: number,
    value: number,
    index: number,
    data: Buffer | number,
  ) => {
    const body = Buffer.from([type & 0x80, request, type, 0, 0, 0, 0, 0, 0, 0])
    body.writeUInt16LE(value, 4)
    body.writeUInt16LE(index, 6)
    body.writeUInt16LE(typeof data === 'number' ? data : data.length, 8)
    await send(100, id, typeof data === 'number' ? body : Buffer.concat([body, data]), true)
    const answer = got.find((one) => one.type === 100 && one.id === BigInt(id))
    return (
      answer && { status: answer.body[3], length: answer.body.readUInt16LE(8), data: [...answer.body.subarray(10)] }
    )
  }
  return { got, plug, adapter, hello, control, send, types: () => got.map(({ type }) => type) }
}

const echo: I2cDevice = {
  write: (bytes, answer) => answer(bytes.length > 0),
  read: (length, answer) => answer(Array<number>(length).fill(7)),
}

test('hello, then what is plugged in, with its descriptors', async () => {
  const { hello, control, types, got } = peer(new Map())
  await hello()
  expect(types()).toEqual([0, 4, 5, 1])
  expect(got[3]!.body.subarray(4)).toEqual(Buffer.from([0x03, 0x04, 0x31, 0xc6, 0x02, 0x01]))
  const device = await control(1, 0x80, 6, 0x0100, 0, 8)
  expect(device).toEqual({ status: 0, length: 8, data: [18, 1, 0x10, 1, 0xff, 0, 0, 8] })
  const name = await control(2, 0x80, 6, 0x0302, 0x409, 255)
  expect(Buffer.from(name!.data.slice(2)).toString('utf16le')).toBe('i2c-tiny-usb')
  expect((await control(3, 0x80, 6, 0x0300, 0, 255))?.data).toEqual([4, 3, 9, 4])
  expect((await control(4, 0x80, 6, 0x0600, 0, 10))?.status).toBe(4)
})

test('messages reach their device; a refusal is in the status, as the driver wants it', async () => {
  const { hello, control, adapter } = peer(new Map([[0x20, echo]]))
  await hello()
  expect(await control(1, 0x40, 7, 0, 0x20, Buffer.from([1, 2]))).toEqual({ status: 0, length: 2, data: [] })
  expect((await control(2, 0xc0, 3, 0, 0, 1))?.data).toEqual([1])
  expect((await control(3, 0xc0, 7, 1, 0x20, 2))?.data).toEqual([7, 7])
  expect((await control(4, 0x40, 7, 0, 0x27, Buffer.from([1])))?.status).toBe(0)
  expect((await control(5, 0xc0, 3, 0, 0, 1))?.data).toEqual([2])
  expect((await control(6, 0xc0, 1, 0, 0, 4))?.data).toEqual([1, 0, 0xff, 0x0e])
  expect(adapter.messages.map(({ address, acknowledged }) => [address, acknowledged])).toEqual([
    [0x20, true],
    [0x20, true],
    [0x27, false],
  ])
})

test('a transfer that is cancelled is answered once, whatever the device says later', async () => {
  let late = (_: boolean): void => {}
  const stuck: I2cDevice = {
    ...echo,
    write(_, answer) {
      late = answer
    },
  }
  const { hello, control, send, got } = peer(new Map([[0x20, stuck]]))
  await hello()
  expect(await control(9, 0x40, 7, 0, 0x20, Buffer.from([1]))).toBeUndefined()
  await send(21, 9, Buffer.alloc(0))
  late(true)
  expect(got.filter(({ type }) => type === 100).map(({ body }) => body[3])).toEqual([1])
})

test('taken away and plugged in again, but not before QEMU has let it go', async () => {
  const { hello, plug, send, types } = peer(new Map())
  await hello()
  expect(types()).toEqual([0, 4, 5, 1])
  await plug.plug()
  expect(types()).toHaveLength(4)
  const gone = plug.unplug()
  const back = plug.plug()
  await turn()
  expect(types().slice(4)).toEqual([2])
  await send(24, 0, Buffer.alloc(0))
  await Promise.all([gone, back])
  expect(types().slice(5)).toEqual([4, 5, 1])
})

test('a guest that has the device goes on with it unasked', async () => {
  const { control, types } = peer(new Map([[0x20, echo]]), true)
  expect((await control(1, 0xc0, 7, 1, 0x20, 2))?.data).toEqual([7, 7])
  expect(types()).toEqual([100])
})
