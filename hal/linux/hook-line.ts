// The line of the hook switch: its level at the start and after every change.
import type { Level } from '../api/lines.ts'
import { type LineAccess, openDevice } from './gpio-lines.ts'
import { watchLines } from './line-watch.ts'
import type { BoardProfile } from './profiles.ts'

export function openHook({ hook }: BoardProfile, access: LineAccess): { close(): void } {
  return openDevice('hook', [{ at: hook, direction: 'in' }], access, (device) => {
    const line = device.lines[0]!
    const tell = (error: Error | null | undefined, value: Level): void => {
      if (error) device.fail(error)
      else if (device.isOpen()) access.feed({ kind: 'hook', offHook: value === 1 })
    }
    device.onClose(watchLines([{ at: hook, line, tell }], access.clock).stop)
    line.read(tell)
  })
}
