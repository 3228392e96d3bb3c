// An i2c-tiny-usb adapter as the kernel's driver of that name knows it: each message one control transfer, then its status.
import type { UsbDevice } from './usbredir.ts'

/** A device on the bus. What it is asked it may answer later. */
export interface I2cDevice {
  /** Answers whether it acknowledged. */
  write(bytes: readonly number[], answer: (acknowledged: boolean) => void): void
  /** Answers with the bytes; undefined: it did not acknowledge. */
  read(length: number, answer: (bytes: readonly number[] | undefined) => void): void
}

export interface I2cMessage {
  readonly address: number
  readonly direction: 'write' | 'read'
  readonly bytes: readonly number[]
  readonly acknowledged: boolean
}

/** Requests; those of a transfer have bits for its begin and its end. */
const REQUEST = { functions: 1, delay: 2, status: 3, transfer: 4 } as const
const STATUS = { idle: 0, acknowledged: 1, refused: 2 } as const
/** Plain I²C and what the kernel makes of SMBus with it (linux/i2c.h). */
const I2C_AND_SMBUS = 0x0eff0001
/** Messages remembered. */
const REMEMBERED = 1000

export interface I2cTinyUsb {
  readonly device: UsbDevice
  /** The newest messages, oldest first. */
  readonly messages: readonly I2cMessage[]
}

export function createI2cTinyUsb(devices: ReadonlyMap<number, I2cDevice>): I2cTinyUsb {
  const messages: I2cMessage[] = []
  let status: number = STATUS.idle
  const note = (message: I2cMessage): void => {
    status = message.acknowledged ? STATUS.acknowledged : STATUS.refused
    if (messages.push(message) > REMEMBERED) messages.shift()
  }
  const control: UsbDevice['control'] = ({ request, requestType, index: address, length, data }, answer) => {
    switch (request) {
      case REQUEST.functions: {
        const functions = Buffer.alloc(4)
        functions.writeUInt32LE(I2C_AND_SMBUS)
        return answer(functions)
      }
      case REQUEST.delay:
        return answer(Buffer.alloc(0))
      case REQUEST.status:
        return answer(Buffer.from([status]))
    }
    if ((request & ~3) !== REQUEST.transfer) return answer(undefined)
    const device = devices.get(address)
    if ((requestType & 0x80) !== 0) {
      const done = (bytes: readonly number[] | undefined): void => {
        note({ address, direction: 'read', bytes: bytes ?? [], acknowledged: bytes !== undefined })
        // The driver takes a short answer for a broken adapter; whether anybody was there the status says.
        answer(Buffer.from(bytes ?? Array<number>(length).fill(0xff)))
      }
      return device === undefined ? done(undefined) : device.read(length, done)
    }
    const bytes = [...data]
    const done = (acknowledged: boolean): void => {
      note({ address, direction: 'write', bytes, acknowledged })
      answer(Buffer.alloc(0))
    }
    return device === undefined ? done(false) : device.write(bytes, done)
  }
  return {
    messages,
    device: {
      ...{ vendor: 0x0403, product: 0xc631, version: 0x0102, manufacturer: 'Offhook', name: 'i2c-tiny-usb', control },
    },
  }
}
