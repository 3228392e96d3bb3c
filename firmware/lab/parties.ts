// Who can be called in the lab: an echo, and a second phone that answers, speaks, and calls when asked. Both go where they are
// sent. A machine over the user agent, as an application would write it.
import type { Machine } from '../base/machine.ts'
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import type { MediaCommand, PortId } from '../media/contract.ts'
import type { AccountId, CallId, UaCommand, UaEvent } from '../ua/contract.ts'

export type PartiesInput =
  | { readonly from: 'ua'; readonly event: UaEvent }
  /** The second phone calls `target`, or hangs up what it has. */
  | { readonly from: 'operator'; readonly do: 'call'; readonly target: string }
  | { readonly from: 'operator'; readonly do: 'hang-up' }

export type PartiesOutput =
  | { readonly to: 'ua'; readonly command: UaCommand }
  | { readonly to: 'media'; readonly command: MediaCommand }

export interface PartiesConfig {
  readonly echo: AccountId
  readonly second: AccountId
  /** The second phone's mouth and ear: an open bridge port. */
  readonly handset: PortId
  /** Ringing time before each answers, ms. */
  readonly echoAfterMs: number
  readonly secondAfterMs: number
}

interface Call {
  readonly account: AccountId
  answerAt: Millis
  port: PortId | undefined
}

export function createParties(config: PartiesConfig): Machine<PartiesInput, PartiesOutput> {
  const calls = new Map<CallId, Call>()
  let made = 0

  const answer = (call: CallId, status: number): PartiesOutput => ({
    to: 'ua',
    command: { kind: 'answer', call, status, reason: undefined, headers: [] },
  })
  const connect = (from: PortId, to: PortId): PartiesOutput => ({ to: 'media', command: { kind: 'connect', from, to } })

  function onUa(event: UaEvent, now: Millis, out: PartiesOutput[]): void {
    switch (event.kind) {
      case 'call-incoming': {
        const usual = event.account === config.echo ? config.echoAfterMs : config.secondAfterMs
        // It takes the place of a call that stands.
        const rings = event.replaces === undefined ? usual : 0
        calls.set(event.call, { account: event.account, answerAt: after(now, rings), port: undefined })
        out.push(answer(event.call, 180))
        return
      }
      case 'transfer-incoming': {
        const call = `sent:${++made}`
        calls.set(call, { account: event.account, answerAt: FOREVER, port: undefined })
        const { transfer } = event
        out.push({ to: 'ua', command: { kind: 'answer-transfer', transfer, call, status: 603, reason: undefined } })
        return
      }
      case 'call-media': {
        const call = calls.get(event.call)
        const { port } = event.media
        if (call === undefined || port === call.port) return
        call.port = port
        if (port === undefined) return
        if (call.account === config.echo) out.push(connect(port, port))
        else out.push(connect(config.handset, port), connect(port, config.handset))
        return
      }
      case 'call-state':
        if (event.state === 'disconnected') calls.delete(event.call)
        return
      case 'account-state':
      case 'call-dtmf':
      case 'call-silent':
      case 'call-modified':
      case 'call-stats':
      case 'call-record':
      case 'call-sdp':
      case 'call-transfer':
      case 'request-incoming':
      case 'request-result':
      case 'subscription-state':
      case 'subscription-notify':
      case 'publication-state':
      case 'address-changed':
      case 'subscriber-incoming':
      case 'subscriber-state':
      case 'refused':
        return
    }
  }

  return {
    handle(input, now, out) {
      if (input.from === 'ua') {
        onUa(input.event, now, out)
        return
      }
      if (input.do === 'call') {
        const call = `second:${++made}`
        calls.set(call, { account: config.second, answerAt: FOREVER, port: undefined })
        const { target } = input
        out.push({ to: 'ua', command: { kind: 'make-call', call, account: config.second, target, headers: [] } })
        return
      }
      for (const [call, { account }] of calls) {
        if (account !== config.second) continue
        out.push({ to: 'ua', command: { kind: 'hang-up', call, status: undefined, reason: undefined } })
      }
    },
    wake(now, out) {
      for (const [id, call] of calls) {
        if (call.answerAt > now) continue
        call.answerAt = FOREVER
        out.push(answer(id, 200))
      }
    },
    deadline() {
      let due = FOREVER
      for (const call of calls.values()) due = earlier(due, call.answerAt)
      return due
    },
  }
}
