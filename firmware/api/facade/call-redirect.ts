// A call sent elsewhere by a 3xx (RFC 3261 §8.1.3.4): the application says of each place whether it goes there.
import type { RedirectOp } from './call-events.ts'
import { OperationError } from './errors.ts'
import type { Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'

/** Places a call can go on to, best first, of which nothing has been said yet. */
export interface Redirected {
  readonly status: number
  readonly targets: readonly string[]
}

/** Asks of the first; of the next when that is rejected. */
export function askRedirect(board: Switchboard, line: Line, redirected: Redirected): undefined {
  line.redirected = redirected
  const [targetUri] = redirected.targets
  if (targetUri === undefined || line.call === undefined) return redirect(board, line, 'stop')
  const prm = { targetUri, statusCode: redirected.status, op: 'stop' as RedirectOp }
  line.call.tell('callRedirected', prm)
  if (prm.op !== 'pending' && line.redirected === redirected) redirect(board, line, prm.op)
}

export function redirect(board: Switchboard, line: Line, op: Exclude<RedirectOp, 'pending'>): undefined {
  const { redirected } = line
  if (redirected === undefined)
    throw new OperationError('processRedirect', 'state', 'there is no question whether the call goes elsewhere')
  const [target, ...others] = redirected.targets
  if (op === 'reject' && others.length > 0) return askRedirect(board, line, { ...redirected, targets: others })
  line.redirected = undefined
  const targets = op === 'accept' && target !== undefined ? [target] : []
  board.seat.command('processRedirect', { kind: 'redirect', call: line.name, targets })
}
