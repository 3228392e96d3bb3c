// What an emulated GPIO chip is to the parts wired to it: lines they pull, and lines that pull them.
import type { Level } from '../../hal/api/lines.ts'

export interface Chip {
  /** As in `/sys/class/gpio/gpiochip*` + `/label`. */
  readonly label: string
  /** Puts this level on a line that is an input; what happens while the guest drives it is seen when it lets go. */
  put(line: number, level: Level): void
  /** Hears what the guest drives a line to; undefined: it lets it float. */
  listen(driven: (line: number, level: Level | undefined) => void): void
}
