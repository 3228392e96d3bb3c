// An object that behaves like an opened bus of i2c-bus over the modelled bus: Buffers only, callbacks, errors with a code.
import type { BusCallback, I2cBus } from '../api/lines.ts'
import type { BusAnswer, BusModel } from './bus-model.ts'

export interface I2cBusOpener {
  open(bus: number): I2cBus
  /** Buses opened and not closed. */
  openCount(): number
}

export function createI2cBusModel(model: BusModel): I2cBusOpener {
  let opened = 0
  const check = (length: number, buffer: Uint8Array): void => {
    if (!Buffer.isBuffer(buffer)) throw new Error(`Invalid buffer ${buffer}`)
    if (buffer.length < length) throw new Error(`Buffer must contain at least ${length} bytes`)
  }
  const answerTo =
    (callback: BusCallback, length: number, buffer: Uint8Array) =>
    (answer: BusAnswer): void => {
      if (!answer.ok) {
        callback(Object.assign(new Error(`${answer.code}: remote I/O error, write`), { code: answer.code }), 0)
        return
      }
      if (answer.byte !== undefined) buffer[0] = answer.byte
      callback(null, length)
    }
  return {
    openCount: () => opened,
    open(_bus) {
      opened++
      return {
        i2cWrite(address, length, buffer, callback) {
          check(length, buffer)
          model.write(address, [...buffer.subarray(0, length)], answerTo(callback, length, buffer))
        },
        i2cRead(address, length, buffer, callback) {
          check(length, buffer)
          model.read(address, answerTo(callback, length, buffer))
        },
        close(callback) {
          opened--
          setImmediate(callback, null)
        },
      }
    },
  }
}
