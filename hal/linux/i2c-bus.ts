// The one file that imports i2c-bus, and only when a board with a real bus is wanted.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { OpenBus } from '../api/lines.ts'

/** Opens buses; the error says why the package does not load, e.g. that it was built for another Node. */
export async function loadOpenBus(): Promise<Result<OpenBus, string>> {
  try {
    const { default: i2c } = await import('i2c-bus')
    // `openSync` only makes the object; the device is opened by the first transfer, on the thread pool.
    return ok((bus) => i2c.openSync(bus))
  } catch (cause) {
    return err(
      `the package i2c-bus does not load (${(cause as Error).message}): run npm rebuild i2c-bus with this Node`,
    )
  }
}
