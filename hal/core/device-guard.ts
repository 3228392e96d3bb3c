// Opens a device, tells once when it appears or goes away, and tries again with back-off.
import type { Machine } from '../../firmware/base/machine.ts'
import { after, FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import type { BoardEvent, DeviceName } from '../api/board.ts'

/** Devices on GPIO lines; the LCD looks after itself. */
export type LineDevice = Exclude<DeviceName, 'lcd'>

export type GuardInput = { readonly kind: 'opened' } | { readonly kind: 'failed'; readonly reason: string }

export type GuardOutput =
  /** Asks for `opened` or `failed`. */
  { readonly kind: 'open'; readonly device: LineDevice } | Extract<BoardEvent, { kind: 'device' }>

/** What was plugged in again works within a few seconds; looking costs a few reads of files. */
const BACK_OFF_MS = { first: 1000, most: 4000 } as const

export function createDeviceGuard(device: LineDevice): Machine<GuardInput, GuardOutput> {
  let openAt: Millis = ms(Number.NEGATIVE_INFINITY)
  let backOffMs: number = BACK_OFF_MS.first
  let told: 'nothing' | 'ready' | 'lost' = 'nothing'
  return {
    handle(input, now, out) {
      switch (input.kind) {
        case 'opened':
          backOffMs = BACK_OFF_MS.first
          if (told !== 'ready') out.push({ kind: 'device', device, state: 'ready' })
          told = 'ready'
          return
        case 'failed':
          openAt = after(now, backOffMs)
          backOffMs = Math.min(backOffMs * 2, BACK_OFF_MS.most)
          if (told !== 'lost') out.push({ kind: 'device', device, state: 'lost', reason: input.reason })
          told = 'lost'
          return
      }
    },
    wake(now, out) {
      if (now < openAt) return
      openAt = FOREVER
      out.push({ kind: 'open', device })
    },
    deadline: () => openAt,
  }
}
