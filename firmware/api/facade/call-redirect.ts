// A call sent elsewhere by a 3xx (RFC 3261 §8.1.3.4): the application says of each place whether it goes there.
import type { SipUri } from '../core/index.ts'
import type { RedirectOp } from './call-events.ts'
import { inTime, OperationError } from './errors.ts'
import type { Line } from './line.ts'

/** Places a call can go on to, best first, of which nothing has been said yet. */
export interface Redirected {
  readonly status: number
  readonly targets: readonly SipUri[]
}

/** Asks of the first; of the next when that is rejected. */
export function askRedirect(line: Line, redirected: Redirected): void {
  line.redirected = redirected
  const [target] = redirected.targets
  if (target === undefined || line.call === undefined) {
    redirect(line, 'stop')
    return
  }
  const prm = { targetUri: target.address, statusCode: redirected.status, op: 'stop' as RedirectOp }
  line.call.tell('callRedirected', prm)
  if (prm.op !== 'pending' && line.redirected === redirected) redirect(line, prm.op)
}

export function redirect(line: Line, op: Exclude<RedirectOp, 'pending'>): void {
  const { redirected } = line
  if (redirected === undefined)
    throw new OperationError('processRedirect', 'state', 'there is no question whether the call goes elsewhere')
  const [target, ...others] = redirected.targets
  if (op === 'reject' && others.length > 0) {
    askRedirect(line, { ...redirected, targets: others })
    return
  }
  line.redirected = undefined
  // After `redirectTimeoutSec` it has ended by itself.
  inTime(() => line.invitation.redirect(op === 'accept' && target !== undefined ? [target] : []))
}
