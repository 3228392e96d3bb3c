// The one file that imports onoff, and only when a board with real lines is wanted.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { GpioClass } from '../api/lines.ts'

/** onoff's `Gpio`; the error says why the package does not load, e.g. that it was built for another Node. */
export async function loadGpio(): Promise<Result<GpioClass, string>> {
  try {
    const { Gpio } = await import('onoff')
    return ok(Gpio)
  } catch (cause) {
    return err(`the package onoff does not load (${(cause as Error).message}): run npm rebuild epoll with this Node`)
  }
}
