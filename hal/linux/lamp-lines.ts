// The lines of the lamps, dark when opened and when closed; written one at a time, and only the newest of what waits.
import type { Led } from '../api/board.ts'
import type { GpioLine, Level } from '../api/lines.ts'
import { type DeviceLines, type LineAccess, openDevice } from './gpio-lines.ts'
import type { BoardProfile } from './profiles.ts'

export interface LampLines {
  set(led: Led, on: boolean): void
  close(): void
}

export function openLamps({ leds }: BoardProfile, access: LineAccess): LampLines {
  const dark = leds.map(({ line }): 'high' | 'low' => (line.activeLow ? 'high' : 'low'))
  const wishes = leds.map(({ line }, n) => ({ at: line, direction: dark[n]! }))
  let open: DeviceLines | undefined
  let setters: ReadonlyMap<Led, (value: Level) => void> = new Map()
  const { close } = openDevice('leds', wishes, access, (device) => {
    open = device
    setters = new Map(leds.map(({ led }, n) => [led, newestWrite(device.lines[n]!, device.fail)]))
  })
  return {
    set: (led, on) => setters.get(led)?.(on ? 1 : 0),
    close() {
      try {
        if (open?.isOpen()) for (const [n, line] of open.lines.entries()) line.setDirection(dark[n]!)
      } catch {
        // A lamp that cannot be put out any more is gone.
      }
      close()
    },
  }
}

/**
 * Two writes under way at once would end in any order. That an expander did not take one the kernel keeps to itself; it does not
 * when the line is read.
 */
function newestWrite(line: GpioLine, failed: (cause: Error) => void): (value: Level) => void {
  let busy = false
  let waiting: Level | undefined
  const write = (value: Level): void => {
    busy = true
    line.write(value, (error) => (error ? done(error) : line.read(done)))
  }
  const done = (error: Error | null | undefined): void => {
    busy = false
    const next = waiting
    waiting = undefined
    if (error) failed(error)
    else if (next !== undefined) write(next)
  }
  return (value) => {
    if (busy) waiting = value
    else write(value)
  }
}
