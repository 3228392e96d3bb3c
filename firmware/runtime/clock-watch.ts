// The wall clock against the time before which it cannot be: a warning when it is behind, and the time kept for the next start.
import { existsSync } from 'node:fs'
import { KEEP_EVERY, openClockFloor } from '../../provisioning/store/clock-floor.ts'
import { type LogRecord, log } from '../base/log.ts'
import { BUILT_MS } from './version.ts'

export interface FloorWatch {
  /** For `info`: the floor, and by how much the clock was behind it at the start, s. */
  readonly info: { readonly floor: string; readonly behindSeconds: number }
  /** The clock may be believed: not behind the floor, and set, where somebody sets it. */
  isSet(): boolean
  stop(): Promise<void>
}

/** `setFile`: is there once somebody has set the clock. A clock that is behind goes on being used: certificates may then seem not valid yet, and times in the log are wrong. */
export async function watchFloor(
  folder: string,
  setFile: string | undefined,
  report: (record: LogRecord) => void,
): Promise<FloorWatch> {
  const clock = await openClockFloor(folder, BUILT_MS)
  const floor = new Date(clock.floorMs).toISOString()
  const behindSeconds = Math.round(clock.behindMs(Date.now()) / 1000)
  if (behindSeconds > 0) report(log('warn', 'clock', 'behind: it cannot be that early', { floor, behindSeconds }))
  // A disk that does not take it costs a warning at the next start, no more.
  const keep = () => clock.keep(Date.now()).catch(() => undefined)
  const timer = setInterval(keep, KEEP_EVERY)
  timer.unref()
  return {
    info: { floor, behindSeconds },
    isSet: () => clock.behindMs(Date.now()) === 0 && (setFile === undefined || existsSync(setFile)),
    async stop() {
      clearInterval(timer)
      await keep()
    },
  }
}
