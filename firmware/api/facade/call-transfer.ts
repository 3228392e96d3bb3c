// A call handed on: where an attended transfer refers to (RFC 3891), and the decision on one that is asked of us (RFC 3515).
import { isSip, parseUri, printUri } from '../../sip/message/uri.ts'
import type { UaEvent } from '../../ua/contract.ts'
import type { CallInfo } from './call-types.ts'
import { OperationError } from './errors.ts'
import type { Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'

/** The other side of `call`, to be called in our place: tags are as that side sees them. */
export function replacesOf(call: CallInfo, insist: boolean): string {
  const { remoteContact, remoteUri, callIdString, remoteTag, localTag } = call
  const uri = parseUri(remoteContact || remoteUri)
  if (!uri.ok || !isSip(uri.value) || remoteTag === '')
    throw new OperationError('xferReplaces', 'state', 'the call to be replaced has no dialog yet')
  const replaces = { name: 'Replaces', value: `${callIdString};to-tag=${remoteTag};from-tag=${localTag}` }
  const require = insist ? [{ name: 'Require', value: 'replaces' }] : []
  return printUri({ ...uri.value, headers: [replaces, ...require] })
}

type Asked = Extract<UaEvent, { kind: 'transfer-incoming' }>

/** Asks the application of the call, and calls where they want; the user agent tells them how that goes. */
export function onTransfer(board: Switchboard, { transfer, call, target, referredBy }: Asked) {
  const line = board.lines.byName(call ?? '')
  const decline = (status: number) =>
    board.seat.command('callTransferRequest', {
      ...{ kind: 'answer-transfer', transfer, call: undefined, status, reason: undefined },
    })
  if (line?.call === undefined) return decline(603)
  const prm = { dstUri: target.uri, statusCode: 202, newCall: undefined as Line['call'], opt: {}, referredBy }
  line.call.tell('callTransferRequest', prm)
  if (prm.statusCode >= 300 || prm.statusCode < 200) return decline(prm.statusCode >= 300 ? prm.statusCode : 603)
  try {
    const newCall = prm.newCall ?? line.account.newCall()
    newCall.makeTransferred(target.uri, transfer, prm.opt)
  } catch {
    decline(503)
  }
}
