// What the broker is told of a phone at work: values of `state/…`, and numbered events.
import type { BoardEvent } from '../../hal/api/board.ts'
import type { MediaEvent } from '../media/contract.ts'
import type { CallView, PhoneView } from '../phone/contract.ts'
import type { UaEvent } from '../ua/contract.ts'

export interface Told {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
}

/** `state/lines`. */
export const linesState = ({ lines }: PhoneView) =>
  lines.map(({ account, label, registered, reason }) => ({ account, label, registered, reason }))

/** `state/mwi`: each mailbox, without the number that opens it. */
export const mwiState = ({ mailboxes }: PhoneView) =>
  mailboxes.map(({ account, waiting, fresh = null, old = null }) => ({ account, waiting, fresh, old }))

/** `state/dnd`: what becomes of calls that come, whoever has set it. */
export const dndState = ({ dnd, forward }: PhoneView) => ({ on: dnd, forward })

/** `state/call`: what the phone is doing; never the digits being dialled. */
export function callState({ activity, offHook, waiting, beside, missed }: PhoneView) {
  const call = 'call' in activity ? callOf(activity.call) : null
  const more = [waiting, beside].filter((one) => one !== undefined).map(callOf)
  return { activity: activity.name, offHook, call, more, missed }
}

const callOf = ({ call, peer, direction, codec, secured, muted, remoteHold }: CallView) => ({
  ...{ call, direction, uri: peer.uri, name: peer.display, codec, secured, muted, remoteHold },
})

/** Events of the user agent worth telling: calls that come, are answered and end, and lines that come and go. */
export function uaEvent(event: UaEvent): Told | undefined {
  switch (event.kind) {
    case 'account-state': {
      const { account, registration: state, status, reason, cause = null } = event
      if (state !== 'registered' && state !== 'unregistered') return undefined
      return { name: 'registration', body: { account, state, status, reason, cause } }
    }
    case 'call-incoming': {
      const { call, account, peer } = event
      return { name: 'call', body: { call, account, state: 'incoming', uri: peer.uri, status: 0, cause: null } }
    }
    case 'call-state': {
      const { call, account, state, peer, status, cause = null } = event
      if (state !== 'calling' && state !== 'confirmed' && state !== 'disconnected') return undefined
      return { name: 'call', body: { call, account, state, uri: peer.uri, status, cause } }
    }
  }
  return undefined
}

/** The hook always; a key only when `keys`, as keys may be somebody's PIN. A part of the board that fails is an alarm. */
export function boardEvent(event: BoardEvent, keys: boolean): Told | undefined {
  switch (event.kind) {
    case 'hook':
      return { name: 'hook', body: { state: event.state } }
    case 'key':
      return keys ? { name: 'key', body: { key: event.key, action: event.action } } : undefined
    case 'device': {
      const { device, state, reason = '' } = event
      return state === 'lost' ? { name: 'alarm', body: { alarm: 'device-lost', device, reason } } : undefined
    }
  }
}

const OUTLETS: readonly string[] = ['handset', 'speaker', 'headset', 'ringer']

/** Of a sound device: what `state/audio` says from now on, the handset's at length; and an alarm when it went away. */
export function audioTold(
  event: MediaEvent,
): { readonly state: Readonly<Record<string, unknown>>; readonly alarm: Told | undefined } | undefined {
  if (!('port' in event) || !OUTLETS.includes(event.port)) return undefined
  const { port } = event
  const atLength = (more: object) => (port === 'handset' ? more : {})
  if (event.kind === 'port-opened') {
    const { rate, detail } = event
    return { state: { [port]: 'working', ...atLength({ rate, detail, reason: '' }) }, alarm: undefined }
  }
  if (event.kind !== 'port-failed' && event.kind !== 'port-lost') return undefined
  const { reason } = event
  const alarm: Told = { name: 'alarm', body: { alarm: 'audio-lost', device: port, reason } }
  return { state: { [port]: 'failed', ...atLength({ rate: null, detail: '', reason }) }, alarm }
}
