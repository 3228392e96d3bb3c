// The end of a call: its last events, and its number is free.
import { infoOf } from './call-info.ts'
import type { Inner } from './inner.ts'
import type { Line, Outcome } from './line.ts'

export function endCall(inner: Inner, line: Line, outcome: Outcome, because: readonly string[] = []): void {
  if (!line.isActive) return
  const previous = line.state
  const { status: statusCode, reason, cause } = line.outcome ?? outcome
  line.state = 'disconnected'
  line.status = statusCode
  line.reason = reason
  line.end()
  line.session.ended(statusCode, reason)
  inner.lines.remove(line)
  inner.relocation.call(line, statusCode, reason)
  line.call?.tell('callState', { state: 'disconnected', previous, statusCode, reason, cause, because })
  const by = line.hungUp === undefined ? 'remote' : 'local'
  line.call?.tell('callEnd', { by, info: infoOf(line, inner.bridge), params: line.hungUp?.params })
  line.account.tellPresence()
}
