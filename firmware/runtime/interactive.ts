// The simulated phone in a terminal: what it shows, and what the keyboard does.
import type { Key } from '../../hal/api/board.ts'
import type { FakeBoard } from '../../hal/fake/fake-board.ts'
import type { LogRecord } from '../base/log.ts'
import type { Lab } from './lab-client.ts'
import { logText } from './log-sink.ts'
import { openTerminal } from './terminal/terminal.ts'

export interface Session {
  /** What the picture shows of the log; hand it every record. */
  log(record: LogRecord): void
  /** Shows the phone until the user quits. */
  run(board: FakeBoard, lab: Lab | undefined, notes: readonly string[]): Promise<void>
}

const LINES = 40
const SHOW_KEY_MS = 200
/** Long enough to be a long press. */
const HOLD_MS = 1000

export function createSession(title: string): Session {
  const lines: string[] = []
  return {
    log(record) {
      if (record.level === 'debug') return
      lines.push(logText(record, new Date()))
      if (lines.length > LINES) lines.shift()
    },
    async run(board, lab, notes) {
      let pressed: { readonly key: Key; readonly until: number } | undefined
      let offHook = false
      const { promise: quit, resolve } = Promise.withResolvers<void>()
      const terminal = openTerminal(
        () => {
          const lit = board.leds()
          return {
            ...{ title, notes, log: lines, handset: offHook ? 'off' : 'on' },
            ...{ screen: board.screen(), cursor: board.cursor(), backlight: board.backlight() },
            lamps: board.description.leds.map((led) => ({ led, lit: lit.includes(led) })),
            pressed: pressed !== undefined && performance.now() < pressed.until ? pressed.key : undefined,
          }
        },
        (action) => {
          switch (action.kind) {
            case 'key':
              pressed = { key: action.key, until: performance.now() + SHOW_KEY_MS }
              board.press(action.key)
              return
            case 'hold':
              pressed = { key: action.key, until: performance.now() + HOLD_MS }
              board.hold(action.key, HOLD_MS)
              return
            case 'hook':
              offHook = !offHook
              if (offHook) board.lift()
              else board.hangUp()
              return
            case 'call-me':
              lab?.request({ do: 'call' })
              return
            case 'quit':
              resolve()
              return
          }
        },
      )
      process.once('SIGTERM', resolve)
      process.once('SIGHUP', resolve)
      try {
        await quit
      } finally {
        terminal.close()
      }
    },
  }
}
