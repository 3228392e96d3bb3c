// Keeps an HD44780 behind a PCF8574 showing the newest frame: start-up, differences, recovery after NAK and unplugging.

import { BEAT_MS, nextBeat } from '../../firmware/base/beat.ts'
import type { Machine } from '../../firmware/base/machine.ts'
import { after, FOREVER, type Millis, ms } from '../../firmware/base/time.ts'
import type { Frame, Size } from '../api/board.ts'
import { encodeText, ICON_CELLS, type Rom } from './charset.ts'
import { CONTROL, nextStep, type Shown, UNKNOWN_CELL, type Wanted, walk } from './hd44780-diff.ts'
import { bytesWithin, displayByte, nibble, PIN } from './hd44780-wire.ts'
import { bitmapOf } from './icon-bitmaps.ts'

export interface Hd44780Options {
  readonly size: Size
  readonly rom: Rom
  /** Bus clock, Hz: 100 000 here and in the PCF8574's data sheet. */
  readonly busHz: number
}

export type Hd44780Input =
  | { readonly kind: 'show'; readonly frame: Frame }
  | { readonly kind: 'backlight'; readonly on: boolean }
  /** The transfer asked for last is done; `byte` is what was read. */
  | { readonly kind: 'done'; readonly byte?: number }
  | { readonly kind: 'failed'; readonly reason: string }

export type Hd44780Output =
  /** One transfer; there is never a second one before `done` or `failed`. */
  | { readonly kind: 'bus-write'; readonly bytes: readonly number[] }
  /** Reads the expander's pins, one byte. */
  | { readonly kind: 'bus-read' }
  | { readonly kind: 'lcd-ready' }
  | { readonly kind: 'lcd-lost'; readonly reason: string }

/** Bus time of one transfer: others share the bus. */
const TRANSFER_MS = 5
/** So soon after a write a display is asked whether it is still the same; then after twice the time, at rest with each beat. */
const CHECK_MS = 1000
/** A transfer that takes longer has met a stuck bus. */
const ANSWER_MS = 2000
/** A process that was busy hears late of what came in time: the answer has as long from when it was first missed. */
const HEARD_MS = 100
const BACK_OFF_MS = { first: 250, most: 1000 } as const

interface InitStep {
  /** Undefined: the expander is asked whether it has kept its power; a plug that goes in bounces. */
  readonly bytes: readonly number[] | undefined
  /** Rest after it, ms. */
  readonly restMs: number
}

/** Data sheet figure 24 (4-bit start-up by instruction), then the icons. `clear` is not among it: all cells are written anyway. */
function startUp(limit: number, pins: number): readonly InitStep[] {
  const perTransfer = Math.floor((limit - 1) / 4)
  const icons = ICON_CELLS.flatMap(bitmapOf)
  const iconSteps = Array.from({ length: Math.ceil(icons.length / perTransfer) }, (_, n): InitStep => {
    const rows = icons.slice(n * perTransfer, (n + 1) * perTransfer)
    return { bytes: [PIN.rs | pins, ...rows.flatMap((row) => displayByte(row, PIN.rs | pins))], restMs: 0 }
  })
  return [
    // The first byte is the probe; a display just plugged in needs 40 ms.
    { bytes: [pins], restMs: 50 },
    { bytes: nibble(0x30, pins), restMs: 5 },
    { bytes: nibble(0x30, pins), restMs: 1 },
    { bytes: nibble(0x30, pins), restMs: 1 },
    { bytes: nibble(0x20, pins), restMs: 1 },
    // Two lines of 5×8, display off, address counter upwards.
    { bytes: [0x28, CONTROL.off, 0x06].flatMap((value) => displayByte(value, pins)), restMs: 1 },
    // Home undoes a shifted view; it takes 1.52 ms.
    { bytes: displayByte(0x02, pins), restMs: 3 },
    { bytes: displayByte(0x40, pins), restMs: 0 },
    ...iconSteps,
  ].flatMap((step) => (step.restMs > 0 ? [step, { bytes: undefined, restMs: 0 }] : [step]))
}

type State =
  | { readonly name: 'Absent'; readonly probeAt: Millis; readonly backOffMs: number }
  /** `at`: when the step may go out, or, in a transfer, when to give it up. The back-off is kept until the display is ready. */
  | {
      readonly name: 'Starting'
      readonly step: number
      readonly inTransfer: boolean
      readonly at: Millis
      readonly backOffMs: number
      readonly missed?: true
    }
  /** `as`: what was wanted when nothing was left to do. `pauseMs`: until the check. */
  | {
      readonly name: 'Resting'
      readonly shown: Shown
      readonly as: Wanted
      readonly checkAt: Millis
      readonly pauseMs: number
    }
  | { readonly name: 'Writing'; readonly after: Shown; readonly giveUpAt: Millis; readonly missed?: true }
  | {
      readonly name: 'Checking'
      readonly shown: Shown
      readonly as: Wanted
      readonly pauseMs: number
      readonly giveUpAt: Millis
      readonly missed?: true
    }
  /** Reported lost while a transfer is still out: nothing can be sent until it comes back. */
  | { readonly name: 'Stuck' }

export function createHd44780({ size, rom, busHz }: Hd44780Options): Machine<Hd44780Input, Hd44780Output> {
  const cells = walk(size)
  const limit = bytesWithin(TRANSFER_MS, busHz)
  let wanted: Wanted = { cells: cells.map(() => 0x20), cursor: undefined, backlight: true }
  let state: State = { name: 'Absent', probeAt: ms(Number.NEGATIVE_INFINITY), backOffMs: BACK_OFF_MS.first }
  /** What was reported last. */
  let told: 'nothing' | 'ready' | 'lost' = 'nothing'
  const steps = () => startUp(limit, wanted.backlight ? PIN.backlight : 0)

  const lose = (reason: string, next: State, out: Hd44780Output[]): void => {
    state = next
    if (told !== 'lost') out.push({ kind: 'lcd-lost', reason })
    told = 'lost'
  }
  const absent = (now: Millis, backOffMs: number): State => ({
    name: 'Absent',
    probeAt: after(now, backOffMs),
    backOffMs: Math.min(backOffMs * 2, BACK_OFF_MS.most),
  })
  const sendStep = (step: number, backOffMs: number, now: Millis, out: Hd44780Output[]): void => {
    const { bytes } = steps()[step]!
    out.push(bytes === undefined ? { kind: 'bus-read' } : { kind: 'bus-write', bytes })
    state = { name: 'Starting', step, inTransfer: true, at: after(now, ANSWER_MS), backOffMs }
  }
  const rest = (shown: Shown, pauseMs: number, now: Millis): void => {
    const checkAt = pauseMs < BEAT_MS ? after(now, pauseMs) : nextBeat(now)
    state = { name: 'Resting', shown, as: wanted, checkAt, pauseMs }
  }
  /** Sends the next difference, or rests. */
  const pursue = (shown: Shown, now: Millis, out: Hd44780Output[]): void => {
    const next = nextStep(shown, wanted, cells, limit)
    if (next.bytes.length === 0) {
      rest(shown, CHECK_MS, now)
      return
    }
    out.push({ kind: 'bus-write', bytes: next.bytes })
    state = { name: 'Writing', after: next.after, giveUpAt: after(now, ANSWER_MS) }
  }
  /** What is not written for a while may have lost its power; after a write that could not be seen any more. */
  const check = ({ shown, as, pauseMs }: State & { name: 'Resting' }, now: Millis, out: Hd44780Output[]): void => {
    out.push({ kind: 'bus-read' })
    // With a beat again, for which it is waited at rest anyway: a timer that is called off wakes Node all the same.
    state = { name: 'Checking', shown, as, pauseMs, giveUpAt: nextBeat(after(now, ANSWER_MS)) }
  }
  const started = (now: Millis, out: Hd44780Output[]): void => {
    if (told !== 'ready') out.push({ kind: 'lcd-ready' })
    told = 'ready'
    const nothing = cells.map(() => UNKNOWN_CELL)
    pursue({ cells: nothing, address: -1, control: CONTROL.off, rs: 1, backlight: wanted.backlight }, now, out)
  }

  const done = (byte: number | undefined, now: Millis, out: Hd44780Output[]): void => {
    // An expander that has just got its power holds all pins high; E and R/W are left low.
    if (byte !== undefined && (byte & (PIN.enable | PIN.rw)) !== 0 && state.name !== 'Stuck') {
      lose('the display lost its power', { name: 'Absent', probeAt: now, backOffMs: BACK_OFF_MS.first }, out)
      return
    }
    switch (state.name) {
      case 'Starting': {
        const { restMs } = steps()[state.step]!
        const { step, backOffMs } = state
        state = { name: 'Starting', step: step + 1, inTransfer: false, at: after(now, restMs), backOffMs }
        proceed(now, out)
        return
      }
      case 'Writing':
        pursue(state.after, now, out)
        return
      case 'Checking':
        // Cells are compared only when another frame has come.
        if (state.as === wanted) rest(state.shown, Math.min(2 * state.pauseMs, BEAT_MS), now)
        else pursue(state.shown, now, out)
        return
      case 'Stuck':
        state = { name: 'Absent', probeAt: now, backOffMs: BACK_OFF_MS.first }
        return
      case 'Absent':
      case 'Resting':
        return
    }
  }
  const proceed = (now: Millis, out: Hd44780Output[]): void => {
    if (state.name !== 'Starting' || state.inTransfer || now < state.at) return
    if (state.step < steps().length) sendStep(state.step, state.backOffMs, now, out)
    else started(now, out)
  }

  return {
    handle(input, now, out) {
      switch (input.kind) {
        case 'show': {
          const { rows, cursor } = input.frame
          const at = cursor && cursor.row * size.columns + cursor.column
          wanted = { ...wanted, cells: rows.flatMap((row) => encodeText(row, rom)), cursor: at }
          break
        }
        case 'backlight':
          wanted = { ...wanted, backlight: input.on }
          break
        case 'done':
          return done(input.byte, now, out)
        case 'failed':
          return lose(input.reason, absent(now, 'backOffMs' in state ? state.backOffMs : BACK_OFF_MS.first), out)
      }
      if (state.name === 'Resting' && nextStep(state.shown, wanted, cells, limit).bytes.length > 0)
        check(state, now, out)
    },
    wake(now, out) {
      switch (state.name) {
        case 'Absent':
          if (now >= state.probeAt) sendStep(0, state.backOffMs, now, out)
          return
        case 'Starting':
          if (!state.inTransfer) return proceed(now, out)
          if (now < state.at) return
          if (state.missed) lose('the bus does not answer', { name: 'Stuck' }, out)
          else state = { ...state, at: after(now, HEARD_MS), missed: true }
          return
        case 'Resting':
          if (now >= state.checkAt) check(state, now, out)
          return
        case 'Writing':
        case 'Checking':
          if (now < state.giveUpAt) return
          if (state.missed) lose('the bus does not answer', { name: 'Stuck' }, out)
          else state = { ...state, giveUpAt: after(now, HEARD_MS), missed: true }
          return
        case 'Stuck':
          return
      }
    },
    deadline() {
      switch (state.name) {
        case 'Absent':
          return state.probeAt
        case 'Starting':
          return state.at
        case 'Resting':
          return state.checkAt
        case 'Writing':
        case 'Checking':
          return state.giveUpAt
        case 'Stuck':
          return FOREVER
      }
    },
  }
}
