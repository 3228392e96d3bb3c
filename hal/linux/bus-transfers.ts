// Transfers to one address of an I²C bus, asynchronous and one at a time; after a failure the bus is opened anew.
import { ok } from '../../firmware/base/result.ts'
import type { BusCallback, I2cBus, OpenBus } from '../api/lines.ts'
import type { BoardInput } from '../core/board-machine.ts'
import { busNumber } from './i2c-adapters.ts'
import type { DisplayAt } from './profiles.ts'

export interface BusTransfers {
  /** One transfer; the answer is fed. Never called again before the answer. */
  write(bytes: readonly number[]): void
  read(): void
  /** Resolves when the bus is closed. */
  close(): Promise<void>
}

function whyNot(error: Error & { code?: string }, bus: number, address: number): string {
  const [device, at] = [`/dev/i2c-${bus}`, `0x${address.toString(16)}`]
  switch (error.code) {
    case 'ENOENT':
      return `no I²C bus ${device}: check dtparam=i2c_arm=on in config.txt and that the kernel module i2c-dev is loaded`
    case 'EACCES':
    case 'EPERM':
      return `${device} may not be used: check that this runs as root or in the group i2c`
    case 'EBUSY':
      return `address ${at} on ${device} is taken by a kernel driver: check the device-tree overlays`
    case 'ENXIO':
    case 'EREMOTEIO':
    case 'EIO':
      return `nothing answers at ${at} on ${device}: check the display's plug, its power and its address jumpers`
    default:
      return `${device}, address ${at}: ${error.message}`
  }
}

/** What transfers take, and whom they tell. */
export interface BusAccess {
  readonly openBus: OpenBus
  /** Where the adapters are listed. */
  readonly i2cRoot: string
  readonly feed: (input: BoardInput) => void
}

export function createBusTransfers({ bus: wanted, address }: DisplayAt, access: BusAccess): BusTransfers {
  const { openBus, i2cRoot, feed } = access
  let bus: I2cBus | undefined
  /** Of the bus opened last. */
  let number = -1
  let closing: Promise<void> = Promise.resolve()
  /** Lets a transfer under way finish before the bus is closed. */
  let underWay: Promise<void> = Promise.resolve()

  const closeBus = (): void => {
    const old = bus
    bus = undefined
    if (old !== undefined) closing = new Promise((closed) => old.close(() => closed()))
  }
  const failed = (error: Error): void => {
    // An adapter that was unplugged leaves a dead descriptor behind, so none is kept.
    closeBus()
    feed({ kind: 'bus-failed', reason: whyNot(error, number, address) })
  }
  const transfer = (begin: (bus: I2cBus, callback: BusCallback) => void, done: () => BoardInput): void => {
    if (bus === undefined) {
      // An adapter that was plugged in again may have another number.
      const found = typeof wanted === 'number' ? ok(wanted) : busNumber(wanted, i2cRoot)
      if (!found.ok) {
        feed({ kind: 'bus-failed', reason: found.error })
        return
      }
      number = found.value
    }
    underWay = new Promise((finished) => {
      try {
        bus ??= openBus(number)
        begin(bus, (error) => {
          finished()
          if (error) failed(error)
          else feed(done())
        })
      } catch (cause) {
        finished()
        failed(cause as Error)
      }
    })
  }
  return {
    write(bytes) {
      const buffer = Buffer.from(bytes)
      transfer(
        (to, callback) => to.i2cWrite(address, buffer.length, buffer, callback),
        () => ({ kind: 'bus-done' }),
      )
    },
    read() {
      const buffer = Buffer.alloc(1)
      transfer(
        (from, callback) => from.i2cRead(address, 1, buffer, callback),
        () => ({ kind: 'bus-done', byte: buffer[0]! }),
      )
    },
    async close() {
      await underWay
      closeBus()
      await closing
    },
  }
}
