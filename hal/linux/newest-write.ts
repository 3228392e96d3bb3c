// Writes a line without blocking: one write at a time, and of those that wait only the newest.
import type { GpioLine, Level } from '../api/lines.ts'

export function newestWrite(line: GpioLine, failed: (cause: Error) => void): (value: Level) => void {
  let busy = false
  let waiting: Level | undefined
  const write = (value: Level): void => {
    busy = true
    line.write(value, (error) => {
      busy = false
      if (error) {
        failed(error)
        return
      }
      const next = waiting
      waiting = undefined
      if (next !== undefined) write(next)
    })
  }
  return (value) => {
    if (busy) waiting = value
    else write(value)
  }
}
