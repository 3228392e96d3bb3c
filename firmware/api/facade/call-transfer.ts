// A call handed on: where an attended transfer refers to (RFC 3891), and what becomes of a REFER that came (RFC 3515).
import { utf8Encode } from '../../base/bytes.ts'
import { parseNameAddr } from '../../sip/message/name-addr.ts'
import { isSip, parseUri, printUri } from '../../sip/message/uri.ts'
import { printSipfrag, SIPFRAG } from '../../sip/usage/refer/sipfrag.ts'
import type { UaEvent } from '../../ua/contract.ts'
import type { CallInfo } from './call-types.ts'
import { OperationError } from './errors.ts'
import type { CallEnd, Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'
import { headerOf } from './wording.ts'

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

type Incoming = Extract<UaEvent, { kind: 'request-incoming' }>

/** Asks the application of the call, answers, and calls where they want; how that goes is told them by NOTIFY. */
export function onRefer(board: Switchboard, line: Line, { request, headers }: Incoming) {
  const reply = (status: number) =>
    board.seat.command('callTransferRequest', {
      ...{ kind: 'reply', request, status, reason: undefined, headers: [], body: undefined },
    })
  const target = parseNameAddr(utf8Encode(headerOf(headers, 'refer-to', 'r') ?? ''))
  if (!target.ok) return reply(400)
  const { call, account } = line
  if (call === undefined) return reply(603)
  const { uri } = target.value
  const carried = isSip(uri) ? uri.headers : []
  const dstUri = printUri(isSip(uri) ? { ...uri, headers: [] } : uri)
  const referredBy = headerOf(headers, 'referred-by', 'b')
  const prm = { dstUri, statusCode: 202, newCall: undefined as Line['call'], opt: {}, referredBy }
  call.tell('callTransferRequest', prm)
  if (prm.statusCode >= 300 || prm.statusCode < 200) return reply(prm.statusCode >= 300 ? prm.statusCode : 603)
  reply(prm.statusCode)
  const silent = headerOf(headers, 'refer-sub')?.trim().toLowerCase() === 'false'
  const referrer = { line, event: `refer;id=${Number.parseInt(headerOf(headers, 'cseq') ?? '', 10)}` }
  const newCall = prm.newCall ?? account.newCall()
  if (!silent) notify(board, referrer, 100, 'Trying')
  const passedOn = carried.filter(({ name }) => /^(replaces|require)$/i.test(name))
  const values = [...passedOn, ...(referredBy === undefined ? [] : [{ name: 'Referred-By', value: referredBy }])]
  try {
    const txOption = { headers: Object.fromEntries(values.map(({ name, value }) => [name, value])) }
    newCall.makeCall(dstUri, { opt: prm.opt, txOption })
    const made = board.lines.byId(newCall.getId())
    if (made !== undefined && !silent) made.referrer = referrer
  } catch {
    if (!silent) notify(board, referrer, 503, 'Service Unavailable')
  }
}

/** A call made for a REFER has come so far. */
export function onReferredCall(board: Switchboard, line: Line, { state, status, reason }: CallEnd) {
  const { referrer } = line
  if (referrer === undefined || status === 0 || state === 'confirmed') return
  if (state === 'connecting' || state === 'disconnected') line.referrer = undefined
  notify(board, referrer, status, reason)
}

function notify(board: Switchboard, { line, event }: NonNullable<Line['referrer']>, status: number, reason: string) {
  if (!line.isActive) return
  const state = status >= 200 ? 'terminated;reason=noresource' : 'active;expires=300'
  const headers = [
    { name: 'Event', value: event },
    { name: 'Subscription-State', value: state },
  ]
  const body = { contentType: SIPFRAG, content: printSipfrag(status, utf8Encode(reason)) }
  try {
    board.request('callTransferRequest', { method: 'NOTIFY', to: { call: line.name }, headers, body }, () => {})
  } catch {
    // The call they referred in is over: nobody is left to be told.
  }
}
