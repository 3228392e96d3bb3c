// The device's side of the usbredir protocol (its specification, version 0.7): one USB device that has control transfers only.
import type { Socket } from 'node:net'

/** Packet types. */
const TYPE = {
  ...{ hello: 0, connect: 1, disconnect: 2, reset: 3, interfaces: 4, endpoints: 5, setConfiguration: 6 },
  ...{ getConfiguration: 7, configuration: 8, setAlternate: 9, getAlternate: 10, alternate: 11, cancel: 21 },
  ...{ disconnectAck: 24, control: 100 },
} as const
/** As bits: device version in `connect`, acknowledged `disconnect`, packet sizes, 64-bit ids, 32-bit lengths of bulk data. */
const CAPABILITIES = (1 << 1) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6)
const STATUS = { success: 0, cancelled: 1, stall: 4 } as const
const LOW_SPEED = 0
const PACKET_SIZE = 8

export interface ControlRequest {
  /** bmRequestType, USB 2.0 table 9-2; bit 7: to the host. */
  readonly requestType: number
  readonly request: number
  readonly value: number
  readonly index: number
  /** Bytes the host wants, 0–65,535. */
  readonly length: number
  /** What the host sends. */
  readonly data: Buffer
}

export interface UsbDevice {
  readonly vendor: number
  readonly product: number
  /** bcdDevice. */
  readonly version: number
  readonly manufacturer: string
  readonly name: string
  /** A request of the device's own kind; undefined stalls. It may be answered later. */
  control(request: ControlRequest, answer: (data: Buffer | undefined) => void): void
}

export interface UsbPlug {
  /** Waits until a device that is being taken away is gone. */
  plug(): Promise<void>
  /** Resolves when QEMU has taken the device away. */
  unplug(): Promise<void>
}

const deviceDescriptor = ({ vendor, product, version }: UsbDevice): Buffer => {
  const made = Buffer.from([18, 1, 0x10, 0x01, 0xff, 0, 0, PACKET_SIZE, 0, 0, 0, 0, 0, 0, 1, 2, 0, 1])
  for (const [n, value] of [vendor, product, version].entries()) made.writeUInt16LE(value, 8 + 2 * n)
  return made
}
/** One configuration, one interface without endpoints, 100 mA from the bus. */
const CONFIGURATION = Buffer.from([9, 2, 18, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0, 0, 0, 0])
const LANGUAGES = Buffer.from([4, 3, 0x09, 0x04])

function descriptor(device: UsbDevice, value: number): Buffer | undefined {
  const [type, index] = [value >> 8, value & 0xff]
  if (type === 1) return deviceDescriptor(device)
  if (type === 2 && index === 0) return CONFIGURATION
  if (type !== 3) return undefined
  const text = [undefined, device.manufacturer, device.name][index]
  if (index === 0) return LANGUAGES
  return text === undefined
    ? undefined
    : Buffer.from(`${String.fromCharCode(0x0302 + 2 * text.length)}${text}`, 'utf16le')
}

/**
 * `kept`: QEMU continues with a guest that has this device; then nobody says hello, and what was agreed counts: a device
 * that QEMU has, and ids of 64 bits. Else it greets and has the device plugged in.
 */
export function serveUsb(socket: Socket, device: UsbDevice, kept: boolean): UsbPlug {
  let received = Buffer.alloc(0)
  let wide = kept
  let greeted = kept
  let wanted = true
  let leaving: Promise<void> = Promise.resolve()
  let left = (): void => {}
  const underWay = new Map<bigint, (status: number) => void>()

  const send = (type: number, id: bigint, body: Buffer): void => {
    const head = Buffer.alloc(wide ? 16 : 12)
    head.writeUInt32LE(type, 0)
    head.writeUInt32LE(body.length, 4)
    if (wide) head.writeBigUInt64LE(id, 8)
    else head.writeUInt32LE(Number(id), 8)
    if (!socket.destroyed) socket.write(Buffer.concat([head, body]))
  }
  const connect = (): void => {
    const interfaces = Buffer.alloc(4 + 4 * 32)
    interfaces.writeUInt32LE(1, 0)
    send(TYPE.interfaces, 0n, interfaces)
    // Type 255: no such endpoint; the two of endpoint 0 stand at 0 and 16.
    const endpoints = Buffer.alloc(3 * 32 + 2 * 32)
    endpoints.fill(255, 0, 32)
    for (const at of [0, 16]) {
      endpoints[at] = 0
      endpoints.writeUInt16LE(PACKET_SIZE, 96 + 2 * at)
    }
    send(TYPE.endpoints, 0n, endpoints)
    const about = Buffer.alloc(10)
    about[0] = LOW_SPEED
    for (const [n, value] of [device.vendor, device.product, device.version].entries())
      about.writeUInt16LE(value, 4 + 2 * n)
    send(TYPE.connect, 0n, about)
  }
  const control = (id: bigint, body: Buffer): void => {
    const head = body.subarray(0, 10)
    const request: ControlRequest = {
      ...{ request: body[1]!, requestType: body[2]!, value: body.readUInt16LE(4), index: body.readUInt16LE(6) },
      ...{ length: body.readUInt16LE(8), data: body.subarray(10) },
    }
    const toHost = (request.requestType & 0x80) !== 0
    const finish = (status: number, data: Buffer): void => {
      if (!underWay.delete(id)) return
      const answer = Buffer.from(head)
      answer[3] = status
      answer.writeUInt16LE(toHost ? data.length : status === STATUS.success ? request.length : 0, 8)
      send(TYPE.control, id, Buffer.concat([answer, data]))
    }
    const answer = (data: Buffer | undefined): void =>
      finish(data === undefined ? STATUS.stall : STATUS.success, data?.subarray(0, request.length) ?? Buffer.alloc(0))
    underWay.set(id, (status) => finish(status, Buffer.alloc(0)))
    if ((request.requestType & 0x60) !== 0) device.control(request, answer)
    else if (request.request === 6) answer(descriptor(device, request.value))
    else answer(request.request === 0 ? Buffer.from([0, 0]) : toHost ? undefined : Buffer.alloc(0))
  }
  const packet = (type: number, id: bigint, body: Buffer): void => {
    switch (type) {
      case TYPE.hello: {
        wide = (body.readUInt32LE(64) & CAPABILITIES & (1 << 5)) !== 0
        greeted = true
        if (wanted) connect()
        return
      }
      case TYPE.setConfiguration:
        send(TYPE.configuration, id, Buffer.from([STATUS.success, body[0]!]))
        return
      case TYPE.getConfiguration:
        send(TYPE.configuration, id, Buffer.from([STATUS.success, 1]))
        return
      case TYPE.setAlternate:
      case TYPE.getAlternate:
        send(TYPE.alternate, id, Buffer.from([STATUS.success, body[0]!, body[1] ?? 0]))
        return
      case TYPE.cancel:
        underWay.get(id)?.(STATUS.cancelled)
        return
      case TYPE.disconnectAck:
        left()
        return
      case TYPE.control:
        control(id, body)
        return
    }
    if (type !== TYPE.reset) throw new Error(`usbredir: a packet of type ${type}, which this device has no use for`)
  }

  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    for (;;) {
      const head = wide ? 16 : 12
      if (received.length < head) return
      const length = received.readUInt32LE(4)
      if (received.length < head + length) return
      const id = wide ? received.readBigUInt64LE(8) : BigInt(received.readUInt32LE(8))
      const [type, body] = [received.readUInt32LE(0), received.subarray(head, head + length)]
      received = received.subarray(head + length)
      packet(type, id, body)
    }
  })
  if (!kept) {
    const hello = Buffer.alloc(68)
    hello.write('offhook test bench')
    hello.writeUInt32LE(CAPABILITIES, 64)
    send(TYPE.hello, 0n, hello)
  }
  return {
    async plug() {
      await leaving
      if (wanted) return
      wanted = true
      if (greeted) connect()
    },
    unplug() {
      if (!wanted) return leaving
      wanted = false
      underWay.clear()
      if (greeted) {
        leaving = new Promise((resolve) => {
          left = resolve
        })
        send(TYPE.disconnect, 0n, Buffer.alloc(0))
      }
      return leaving
    },
  }
}
