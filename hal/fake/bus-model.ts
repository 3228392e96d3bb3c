// A modelled I²C bus with one display on it: takes the time the bits take, answers NAK, counts what goes over it.
import { ms } from '../../firmware/base/time.ts'
import type { Clock } from '../api/clock.ts'
import { busMillis } from '../core/hd44780-wire.ts'
import type { Hd44780Model } from './hd44780-model.ts'

export interface BusCount {
  /** Data bytes written and acknowledged. */
  readonly bytes: number
  /** Time the bus was busy, ms. */
  readonly busyMs: number
  /** The longest single transfer, ms. */
  readonly longestMs: number
  /** Transfers begun while another was under way; a well-behaved driver has none. */
  readonly overlaps: number
}

export type BusAnswer = { readonly ok: true; readonly byte?: number } | { readonly ok: false; readonly code: string }

export interface BusModel {
  write(address: number, bytes: readonly number[], answer: (answer: BusAnswer) => void): void
  read(address: number, answer: (answer: BusAnswer) => void): void
  unplug(): void
  /** Plugs the display in again: it starts from nothing. */
  plug(): void
  /** The next `times` transfers are not acknowledged. */
  nak(times: number): void
  /** Transfers hang until it is let go; then they fail with ETIMEDOUT. */
  jam(jammed: boolean): void
  count(): BusCount
}

export function createBusModel(clock: Clock, lcd: Hd44780Model, address: number, busHz: number): BusModel {
  let [plugged, jammed, naks, active] = [true, false, 0, 0]
  /** Counts power-ups: a display that comes back in the middle of a transfer does not know it is spoken to. */
  let life = 0
  let [bytes, busyMs, longestMs, overlaps] = [0, 0, 0, 0]
  /** A real timer may come a little early; the next transfer's bytes follow those before all the same. */
  let freeAt = clock.now()
  const hanging: (() => void)[] = []

  const transfer = (to: number, length: number, run: () => BusAnswer, answer: (answer: BusAnswer) => void): void => {
    if (active++ > 0) overlaps++
    const finish = (result: BusAnswer): void => {
      active--
      answer(result)
    }
    if (jammed) {
      hanging.push(() => finish({ ok: false, code: 'ETIMEDOUT' }))
      return
    }
    const refused = to !== address || !plugged || naks > 0
    if (naks > 0) naks--
    const began = life
    const takes = busMillis(refused ? 0 : length, busHz)
    busyMs += takes
    longestMs = Math.max(longestMs, takes)
    clock.after(takes, () => finish(refused || !plugged || life !== began ? { ok: false, code: 'EREMOTEIO' } : run()))
  }
  lcd.powerUp(clock.now())
  return {
    write(to, data, answer) {
      const begin = Math.max(clock.now(), freeAt)
      freeAt = ms(begin + busMillis(data.length, busHz))
      transfer(
        to,
        data.length,
        () => {
          for (const [n, byte] of data.entries()) lcd.write(byte, begin + busMillis(n + 1, busHz))
          bytes += data.length
          return { ok: true }
        },
        answer,
      )
    },
    read: (to, answer) => transfer(to, 1, () => ({ ok: true, byte: lcd.pins() }), answer),
    unplug() {
      plugged = false
    },
    plug() {
      plugged = true
      life++
      lcd.powerUp(clock.now())
    },
    nak(times) {
      naks = times
    },
    jam(now) {
      jammed = now
      if (!now) for (const release of hanging.splice(0)) release()
    },
    count: () => ({ bytes, busyMs, longestMs, overlaps }),
  }
}
