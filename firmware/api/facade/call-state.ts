// A change of a call's state, as its callback is told it.
import type { OnCallStateParam } from './call-events.ts'
import type { CallEnd } from './line.ts'
import type { CallState } from './names.ts'

export const stateParam = (
  { status, reason, cause, because = [] }: CallEnd,
  previous: CallState,
  state: CallState,
): OnCallStateParam => ({
  ...{ state, previous, statusCode: status, reason, cause },
  because: because.map(({ protocol, cause: code }) => `${protocol} ${code ?? ''}`.trim()),
})
