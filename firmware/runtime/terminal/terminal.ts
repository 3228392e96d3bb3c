// The terminal as screen and keyboard of the simulated phone: raw mode, alternate screen, redrawn by difference.
import { difference, draw, type Picture } from './draw.ts'
import { type Action, actionsOf } from './keys.ts'

export interface Terminal {
  /** Gives the terminal back as it was. */
  close(): void
}

/** Often enough for lamps that beat at 4 Hz. */
const REDRAW_MS = 60

/** Draws what `picture` says until closed. */
export function openTerminal(picture: () => Picture, act: (action: Action) => void): Terminal {
  const { stdin, stdout } = process
  let shown: string[] | undefined
  const redraw = () => {
    const rows = draw(picture(), { columns: stdout.columns || 80, rows: stdout.rows || 24 })
    // A changed number of rows means another size: everything is written anew.
    const out = difference(shown?.length === rows.length ? shown : undefined, rows)
    shown = rows
    if (out !== '') stdout.write(out)
  }
  const again = () => {
    shown = undefined
  }
  const take = (input: string) => actionsOf(input).forEach(act)

  stdout.write('\x1b[?1049h\x1b[?25l')
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.on('data', take)
  stdout.on('resize', again)
  const timer = setInterval(redraw, REDRAW_MS)
  redraw()
  return {
    close() {
      clearInterval(timer)
      stdin.off('data', take)
      stdout.off('resize', again)
      stdin.setRawMode(false)
      stdin.pause()
      stdout.write('\x1b[?25h\x1b[?1049l')
    },
  }
}
