// A change of a call, from the wish to its result.
import type { OnCallModifiedParam } from './call-events.ts'
import type { Change } from './call-session.ts'
import { operated } from './errors.ts'
import type { Line } from './line.ts'

/** Begins it, on other ports where the call's setting says so. Throws an OperationError where it cannot be. */
export function changed(operation: string, line: Line, change: Change): Promise<OnCallModifiedParam> {
  const { promise, resolve } = Promise.withResolvers<OnCallModifiedParam>()
  const done = (statusCode: number, reason: string) => resolve({ statusCode, reason })
  const begin = () => operated(operation, () => line.session.begin({ ...change, done }))
  if (change.kind === 'update' || !line.setting.clearSdp || change.sdp !== undefined) begin()
  else
    line.sound.open(begin, (reason) => {
      line.modified(503, reason)
      done(503, reason)
    })
  return promise
}
