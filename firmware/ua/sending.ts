// What goes out in a call or from an account beside what makes and changes calls: requests, transfers, digits by INFO, word that
// something is being written. Each needs to know where to, and as whom.
import { err, ok, type Result } from '../base/result.ts'
import { completeTarget } from '../sip/message/addressing.ts'
import type { HeaderField } from '../sip/message/message.ts'
import { type Account, type AccountBook, identityOf } from './accounts.ts'
import type { Call } from './call.ts'
import { callerFor } from './caller.ts'
import type { Calls } from './calls.ts'
import type { Composing } from './composing.ts'
import type { UaCommand } from './contract.ts'
import type { InfoDigits } from './info-digits.ts'
import type { Destination, Requests } from './requests.ts'
import type { Tell } from './tell.ts'
import type { Transfers } from './transfers.ts'

type Command<K extends UaCommand['kind']> = Extract<UaCommand, { kind: K }>

export interface Sending {
  request(command: Command<'send-request'>, tell: Tell): void
  compose(command: Command<'compose'>, tell: Tell): void
  transfer(call: Call, command: Command<'transfer'>, tell: Tell): void
  digits(call: Call, command: Command<'send-dtmf'>, tell: Tell): void
}

export function createSending(
  accounts: AccountBook,
  calls: Calls,
  {
    requests,
    infoDigits,
    composing,
    transfers,
  }: {
    readonly requests: Requests
    readonly infoDigits: InfoDigits
    readonly composing: Composing
    readonly transfers: Transfers
  },
): Sending {
  function transfer(call: Call, command: Command<'transfer'>, tell: Tell) {
    const account = accounts.get(call.account)
    const refuse = (why: string) => tell.refuse('transfer', call.id, why)
    if (call.isEnding || account === undefined) return refuse('is ending')
    if (command.replaces !== undefined && calls.get(command.replaces) === undefined) return refuse('unknown call')
    const toPeer = command.target === '' && command.replaces !== undefined
    const target = toPeer ? ok('') : completeTarget(command.target, account.aor)
    if (!target.ok) return refuse(target.error)
    transfers.ask(command, target.value, inside(call, account), tell)
  }

  /** Where a request goes, with what an account says of itself outside calls; or why it cannot go there. */
  function placeOf(
    to: Command<'send-request'>['to'],
  ): Result<{ readonly destination: Destination; readonly headers: readonly HeaderField[] }, string> {
    if ('call' in to) {
      const call = calls.get(to.call)
      const account = call && accounts.get(call.account)
      if (call === undefined) return err('unknown call')
      if (call.isEnding || account === undefined) return err('the call is ending')
      return ok({ destination: inside(call, account), headers: [] })
    }
    const account = accounts.get(to.account)
    if (account === undefined) return err('unknown account')
    const target = completeTarget(to.target, account.aor)
    if (!target.ok) return target
    const { identity, headers } = callerFor(account)
    return ok({ destination: { session: undefined, identity, target: target.value }, headers })
  }

  function request(command: Command<'send-request'>, tell: Tell) {
    const place = placeOf(command.to)
    if (!place.ok) return tell.refuse('send-request', command.request, place.error)
    const { destination, headers } = place.value
    if (command.method === 'MESSAGE') composing.sent(destination)
    requests.send({ ...command, headers: [...headers, ...command.headers] }, destination, tell)
  }

  function compose({ to, active, contentType }: Command<'compose'>, tell: Tell) {
    const place = placeOf(to)
    if (!place.ok) return tell.refuse('compose', 'call' in to ? to.call : to.account, place.error)
    composing.write(place.value.destination, active, contentType, tell)
  }

  const inside = ({ id, aor, other }: Call, account: Account): Destination => ({
    session: id,
    identity: { ...identityOf(account), aor },
    target: other.party.uri,
  })

  function digits(call: Call, command: Command<'send-dtmf'>, tell: Tell) {
    const { digits: all, durationMs, by = call.port.media.dtmf ? 'rtp' : 'dtmf-relay' } = command
    if (by === 'rtp') return call.audio.sendDtmf(all, durationMs, tell)
    const account = accounts.get(call.account)
    if (call.isEnding || account === undefined) return tell.refuse('send-dtmf', call.id, 'the call is ending')
    infoDigits.send(call.id, { destination: inside(call, account), kind: by, durationMs, all }, tell)
  }

  return { request, compose, transfer, digits }
}
