// The end of a call: its last events, and its number is free.

import { infoOf } from './call-info.ts'
import { stateParam } from './call-state.ts'
import type { CallEnd, Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'

export function endCall(board: Switchboard, line: Line, event: CallEnd): void {
  const previous = line.state
  line.state = 'disconnected'
  line.status = event.status
  line.reason = event.reason
  line.end()
  board.lines.remove(line)
  line.call?.tell('callState', stateParam(event, previous, 'disconnected'))
  const by = line.hungUp === undefined ? 'remote' : 'local'
  line.call?.tell('callEnd', { by, info: infoOf(line, board.bridge), params: line.hungUp?.params })
}
