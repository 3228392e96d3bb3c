// A phone that is asked which one it is: lamps flash, the backlight blinks, a text is shown; then all is as it would be.
// It stands between everybody and the board, and makes way as soon as somebody uses the phone or it rings.
import type { Machine } from '../firmware/base/machine.ts'
import { after, earlier, FOREVER, type Millis } from '../firmware/base/time.ts'
import type { BoardCommand, Frame, Led, LedPattern, Size } from '../hal/api/board.ts'

export type AttentionInput =
  /** What the phone and its screen want of the board. */
  | { readonly from: 'phone'; readonly command: BoardCommand }
  /** A key or the hook. */
  | { readonly from: 'user' }
  /** No call, no ringing, handset down; or not. */
  | { readonly from: 'idle'; readonly idle: boolean }
  /** Again while it lasts: anew. Nothing happens while the phone is in use. */
  | { readonly from: 'identify'; readonly text: string; readonly forMs: number }

type State =
  | { readonly name: 'Calm' }
  | { readonly name: 'Identifying'; readonly lit: boolean; readonly blinkAt: Millis; readonly until: Millis }

const BLINK_MS = 500

/** `size` of the display, `leds` the board has. */
export function createAttention(size: Size, leds: readonly Led[]): Machine<AttentionInput, BoardCommand> {
  const patterns = new Map<Led, LedPattern>()
  let frame: Frame | undefined
  let light: boolean | undefined
  let idle = false
  let state: State = { name: 'Calm' }

  function note(command: BoardCommand): void {
    switch (command.kind) {
      case 'show':
        frame = command.frame
        return
      case 'backlight':
        light = command.on
        return
      case 'led':
        patterns.set(command.led, command.pattern)
        return
    }
  }

  function begin(text: string, forMs: number, now: Millis, out: BoardCommand[]): void {
    state = { name: 'Identifying', lit: true, blinkAt: after(now, BLINK_MS), until: after(now, forMs) }
    out.push({ kind: 'show', frame: { rows: centred(text, size) } }, { kind: 'backlight', on: true })
    for (const led of leds) out.push({ kind: 'led', led, pattern: 'flash' })
  }

  function end(out: BoardCommand[]): void {
    if (state.name === 'Calm') return
    state = { name: 'Calm' }
    if (frame !== undefined) out.push({ kind: 'show', frame })
    out.push({ kind: 'backlight', on: light ?? true })
    for (const led of leds) out.push({ kind: 'led', led, pattern: patterns.get(led) ?? 'off' })
  }

  return {
    handle(input, now, out) {
      switch (input.from) {
        case 'phone':
          note(input.command)
          if (state.name === 'Calm') out.push(input.command)
          return
        case 'user':
          end(out)
          return
        case 'idle':
          idle = input.idle
          if (!idle) end(out)
          return
        case 'identify':
          if (idle) begin(input.text, input.forMs, now, out)
          return
      }
    },
    wake(now, out) {
      if (state.name === 'Calm') return
      if (now >= state.until) {
        end(out)
        return
      }
      if (now < state.blinkAt) return
      state = { ...state, lit: !state.lit, blinkAt: after(now, BLINK_MS) }
      out.push({ kind: 'backlight', on: state.lit })
    },
    deadline: () => (state.name === 'Calm' ? FOREVER : earlier(state.blinkAt, state.until)),
  }
}

/** The text in the middle of the display, cut into rows; what does not fit is left out. */
function centred(text: string, { columns, rows }: Size): string[] {
  const characters = [...text.replaceAll(/\p{Cc}/gu, ' ')]
  const cut: string[] = []
  for (let at = 0; at < characters.length && cut.length < rows; at += columns) {
    const part = characters.slice(at, at + columns)
    const before = Math.floor((columns - part.length) / 2)
    cut.push((' '.repeat(before) + part.join('')).padEnd(columns + part.join('').length - part.length))
  }
  const blank = ' '.repeat(columns)
  const above = Math.floor((rows - cut.length) / 2)
  return Array.from({ length: rows }, (_, row) => cut[row - above] ?? blank)
}
