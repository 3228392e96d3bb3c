// The whole board as one machine: commands and what the lines and the bus say go in, line and bus work and events come out.
import type { Machine } from '../../firmware/base/machine.ts'
import { after, earlier, FOREVER, type Millis } from '../../firmware/base/time.ts'
import { type BoardCommand, type BoardDescription, type BoardEvent, type Frame, KEYS, type Key } from '../api/board.ts'
import { createDeviceGuard, type GuardInput, type GuardOutput, type LineDevice } from './device-guard.ts'
import { createDirectKeys, type DirectKeyInput } from './direct-keys.ts'
import { createHd44780, type Hd44780Input, type Hd44780Options, type Hd44780Output } from './hd44780.ts'
import { createHookSwitch, HOOK_TIMING, type HookEvent, type HookInput, type HookTiming } from './hook-switch.ts'
import type { KeyEvent } from './key-tracker.ts'
import { createLedPatterns, type LedInput, type LedOutput } from './led-patterns.ts'
import {
  createMatrixScan,
  type KeyLayout,
  MATRIX_TIMING,
  type MatrixInput,
  type MatrixOutput,
  type MatrixTiming,
} from './matrix-scan.ts'

/** What a board is made of, without where it is wired. */
export interface BoardParts {
  readonly model: string
  readonly matrix: KeyLayout
  /** Keys with a line of their own. */
  readonly buttons: readonly Key[]
  readonly leds: BoardDescription['leds']
  readonly lcd: Hd44780Options
  readonly keyTiming?: MatrixTiming
  readonly hookTiming?: HookTiming
}

export type BoardInput =
  | { readonly kind: 'command'; readonly command: BoardCommand }
  | { readonly kind: 'opened'; readonly device: LineDevice }
  | { readonly kind: 'failed'; readonly device: LineDevice; readonly reason: string }
  /** A row changed; `closed` are the rows where all of them have just been read. */
  | { readonly kind: 'row-edge'; readonly closed?: number }
  | { readonly kind: 'rows'; readonly closed: number }
  | { readonly kind: 'button'; readonly key: Key; readonly closed: boolean }
  | { readonly kind: 'hook'; readonly offHook: boolean }
  | { readonly kind: 'bus-done'; readonly byte?: number }
  | { readonly kind: 'bus-failed'; readonly reason: string }

export type BoardOutput =
  | { readonly kind: 'event'; readonly event: BoardEvent }
  | { readonly kind: 'open'; readonly device: LineDevice }
  | Extract<MatrixOutput, { kind: 'drive' | 'read-rows' }>
  | LedOutput
  | Extract<Hd44780Output, { kind: 'bus-write' | 'bus-read' }>
  /** A command this board cannot obey was ignored. */
  | { readonly kind: 'ignored'; readonly command: BoardCommand }

export function describe({ model, matrix, buttons, leds, lcd }: BoardParts): BoardDescription {
  const present = new Set<Key | undefined>([...matrix.flat(), ...buttons])
  return { model, display: lcd.size, keys: KEYS.filter((key) => present.has(key)), leds }
}

/**
 * Keys pressed after the handset moved are told after it, though its contact comes to rest more slowly: a digit told first
 * would be one dialled on-hook. They wait no longer than this, ms: a broken hook takes no key away.
 */
const HOOK_FIRST_MS = 100

/** What one of the parts says. */
type Said = GuardOutput | MatrixOutput | HookEvent | LedOutput | Hd44780Output

export function createBoardMachine(parts: BoardParts): Machine<BoardInput, BoardOutput> {
  const timing = parts.keyTiming ?? MATRIX_TIMING
  const matrix: Machine<MatrixInput, Said> = createMatrixScan(parts.matrix, timing)
  const buttons: Machine<DirectKeyInput, Said> = createDirectKeys(parts.buttons, timing)
  const hookSwitch = createHookSwitch(parts.hookTiming ?? HOOK_TIMING)
  const hook: Machine<HookInput, Said> = hookSwitch
  const leds: Machine<LedInput, Said> = createLedPatterns(parts.leds)
  const lcd: Machine<Hd44780Input, Said> = createHd44780(parts.lcd)
  const guards: Readonly<Record<LineDevice, Machine<GuardInput, Said>>> = {
    keypad: createDeviceGuard('keypad'),
    hook: createDeviceGuard('hook'),
    leds: createDeviceGuard('leds'),
  }
  const machines = [guards.keypad, guards.hook, guards.leds, hook, matrix, buttons, leds, lcd]
  let waiting: readonly KeyEvent[] = []

  const waitUntil = (): Millis => after(hookSwitch.movedAt()!, HOOK_FIRST_MS)
  const sayAll = (said: readonly Said[], now: Millis, out: BoardOutput[]): void => {
    const [keys, others] = [said.filter((each) => each.kind === 'key'), said.filter((each) => each.kind !== 'key')]
    const hookAt = hookSwitch.movedAt()
    const waits = ({ at }: KeyEvent): boolean => hookAt !== undefined && at >= hookAt && now < waitUntil()
    const all = [...waiting, ...keys]
    waiting = all.filter(waits)
    out.push(...[...others, ...all.filter((key) => !waits(key))].map(translate))
  }

  const obeys = (command: BoardCommand, now: Millis, said: Said[]): boolean => {
    switch (command.kind) {
      case 'show':
        if (!fits(command.frame, parts.lcd.size)) return false
        lcd.handle(command, now, said)
        return true
      case 'backlight':
        lcd.handle(command, now, said)
        return true
      case 'led':
        if (!parts.leds.includes(command.led)) return false
        leds.handle({ ...command, kind: 'pattern' }, now, said)
        return true
    }
  }
  const tell = (input: Exclude<BoardInput, { kind: 'command' }>, now: Millis, said: Said[]): void => {
    switch (input.kind) {
      case 'opened':
        guards[input.device].handle({ kind: 'opened' }, now, said)
        if (input.device === 'keypad') matrix.handle({ kind: 'opened' }, now, said)
        if (input.device === 'leds') leds.handle({ kind: 'opened' }, now, said)
        return
      case 'failed':
        guards[input.device].handle({ kind: 'failed', reason: input.reason }, now, said)
        if (input.device !== 'keypad') return
        matrix.handle({ kind: 'lost' }, now, said)
        buttons.handle({ kind: 'lost' }, now, said)
        return
      case 'row-edge':
        matrix.handle({ ...input, kind: 'edge' }, now, said)
        return
      case 'rows':
        matrix.handle(input, now, said)
        return
      case 'button':
        buttons.handle({ ...input, kind: 'level' }, now, said)
        return
      case 'hook':
        hook.handle({ ...input, kind: 'level' }, now, said)
        return
      case 'bus-done':
        lcd.handle({ ...input, kind: 'done' }, now, said)
        return
      case 'bus-failed':
        lcd.handle({ ...input, kind: 'failed' }, now, said)
        return
    }
  }
  return {
    handle(input, now, out) {
      const said: Said[] = []
      if (input.kind !== 'command') tell(input, now, said)
      else if (!obeys(input.command, now, said)) out.push({ kind: 'ignored', command: input.command })
      sayAll(said, now, out)
    },
    wake(now, out) {
      const said: Said[] = []
      for (const machine of machines) if (machine.deadline() <= now) machine.wake(now, said)
      sayAll(said, now, out)
    },
    deadline: () =>
      machines.reduce<Millis>(
        (first, machine) => earlier(first, machine.deadline()),
        waiting.length > 0 ? waitUntil() : FOREVER,
      ),
  }
}

/** Every row complete, and the cursor on the screen. */
export function fits({ rows, cursor }: Frame, size: { readonly columns: number; readonly rows: number }): boolean {
  return (
    rows.length === size.rows &&
    rows.every((row) => [...row].length === size.columns) &&
    (cursor === undefined || (inside(cursor.column, size.columns) && inside(cursor.row, size.rows)))
  )
}
const inside = (n: number, end: number): boolean => Number.isInteger(n) && n >= 0 && n < end

function translate(output: Said): BoardOutput {
  switch (output.kind) {
    case 'lcd-ready':
      return { kind: 'event', event: { kind: 'device', device: 'lcd', state: 'ready' } }
    case 'lcd-lost':
      return { kind: 'event', event: { kind: 'device', device: 'lcd', state: 'lost', reason: output.reason } }
    case 'key':
    case 'hook':
    case 'device':
      return { kind: 'event', event: output }
    case 'open':
    case 'drive':
    case 'read-rows':
    case 'set-led':
    case 'bus-write':
    case 'bus-read':
      return output
  }
}
