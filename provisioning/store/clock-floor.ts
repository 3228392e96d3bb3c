// A time before which it cannot be: the build's, or the last one that was kept. A phone without a battery wakes up in the
// past, where no certificate is valid yet. The clock itself is others' business (it takes privileges): this only tells.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from './atomic-file.ts'

/** How often the time is kept, ms: rarely, for the sake of the flash. */
export const KEEP_EVERY = 6 * 3_600_000

const FILE = 'clock-floor.json'

export interface ClockFloor {
  /** The later of build and kept time, ms since 1970 UTC. */
  readonly floorMs: number
  /** The clock is so much too slow, ms; 0: it may be right. */
  behindMs(nowMs: number): number
  /** Keeps this time, unless it is below the floor. Rejects with the system's error. */
  keep(nowMs: number): Promise<void>
}

/** `buildMs`: when this firmware was built. A file that is damaged or missing counts for nothing. */
export async function openClockFloor(directory: string, buildMs: number): Promise<ClockFloor> {
  const path = join(directory, FILE)
  const text = await readFile(path, 'utf8').catch(() => '')
  const kept = Number(/^\{"keptMs":(\d{1,15})\}\n$/.exec(text)?.[1] ?? 0)
  let floorMs = Math.max(buildMs, kept)
  return {
    get floorMs() {
      return floorMs
    },
    behindMs: (nowMs) => Math.max(0, floorMs - nowMs),
    async keep(nowMs) {
      const whole = Math.floor(nowMs)
      if (whole <= floorMs) return
      await replaceFile(path, `{"keptMs":${whole}}\n`)
      floorMs = whole
    },
  }
}
