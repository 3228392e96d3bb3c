// Events of the user agent and of the media engine as the console tells them, and what the console itself does at each.
import { utf8Decode } from '../base/bytes.ts'
import type { MediaEvent } from '../media/contract.ts'
import type { SipOutput, Try } from '../sip/core/contract.ts'
import type { HeaderField } from '../sip/message/message.ts'
import type { CallMedia, Party, UaEvent } from '../ua/contract.ts'
import { endInBand } from './dtmf.ts'
import type { Told } from './event-names.ts'
import { DEVICE, NEW } from './hand.ts'
import type { Fields, Json } from './schema.ts'
import type { Station } from './station.ts'
import { watchedFields } from './watched.ts'

export const party = ({ uri, display, number, source }: Party): Fields => ({
  ...{ uri, display: display || undefined, number, source },
})
const headersOf = (fields: readonly HeaderField[]): Fields => {
  const all: Record<string, string[]> = {}
  for (const { name, value } of fields) {
    const known = Object.hasOwn(all, name) ? all[name] : undefined
    if (known) known.push(utf8Decode(value))
    else Object.defineProperty(all, name, { value: [utf8Decode(value)], enumerable: true })
  }
  return all
}
export const mediaFields = ({ status, direction, codec, port, dtmf, srtp }: CallMedia): Fields => ({
  ...{ status, direction, codec: codec || undefined, port, dtmf, srtp },
})

export function onUaEvent(station: Station, event: UaEvent) {
  switch (event.kind) {
    case 'account-state': {
      const { account, registration: state, status, reason, cause, expires, retryMs, server, learnt, sqn } = event
      const { path, serviceRoute, publicGruu, temporaryGruu, flows } = learnt ?? {}
      const tries = inVain(event.tries)
      if (station.accounts.has(account)) station.registrations.set(account, event)
      station.emit({
        ...{ event: 'registration', account, state, status, reason, cause, expires, retryMs, server, tries },
        ...{ path, serviceRoute, publicGruu, temporaryGruu, flows: flows?.map((flow) => ({ ...flow })), sqn },
      })
      return
    }
    case 'call-incoming': {
      const { call, account, peer, diverted = [], replaces, answerMs, joins, answerAfterMs, callBack } = event
      const parts = (event.parts ?? []).map((part) => ({
        type: part.contentType,
        headers: headersOf(part.headers),
        body: utf8Decode(part.content),
      }))
      station.calls.set(call, { ...NEW, account, state: 'incoming' })
      station.tell(call, {
        event: 'incoming',
        account,
        peer: party(peer),
        diverted: diverted.map(({ party: from, reason }) => ({ ...party(from), reason: reason || undefined })),
        ...{ replaces, answerMs, joins, answerAfterMs, callBack },
        headers: headersOf(event.headers ?? []),
        parts,
      })
      const status = station.settings.autoAnswer
      if (status > 0) station.agent?.ua({ kind: 'answer', call, status, reason: undefined, headers: [] })
      return
    }
    case 'call-state':
      return onCallState(station, event)
    case 'call-redirect': {
      const { call, account, status, targets, default: otherwise, answerMs } = event
      const to = targets.map((target) => ({ ...party(target), q: target.q }))
      station.tell(call, { event: 'redirect', account, status, targets: to, default: otherwise, answerMs })
      return
    }
    case 'challenge': {
      const { kind, call, challenges, ...fields } = event
      const { challenge, account, answerMs } = fields
      station.challenges.set(challenge, account)
      setTimeout(() => station.challenges.delete(challenge), answerMs).unref()
      const asked = challenges.map(({ qop, ...challenge }) => ({ ...challenge, qop: qop && [...qop] }))
      const told: Told = { event: kind, ...fields, challenges: asked }
      if (call === undefined) station.emit(told)
      else station.tell(call, told)
      return
    }
    case 'call-identity':
      station.tell(event.call, { event: 'identity', peer: party(event.peer) })
      return
    case 'call-media':
      return onCallMedia(station, event.call, event.media)
    case 'call-sdp': {
      const { call, stage, local, remote } = event
      station.tell(call, { event: 'sdp', stage, local: decoded(local), remote: decoded(remote) })
      return
    }
    case 'call-dtmf':
      station.tell(event.call, { event: 'dtmf', digit: event.digit, durationMs: event.durationMs, by: event.by })
      return
    case 'call-dtmf-sent':
      station.tell(event.call, { event: 'dtmf-sent', digits: event.digits, by: event.by, status: event.status })
      return
    case 'call-silent':
      station.tell(event.call, { event: 'silence', forMs: event.forMs })
      return
    case 'call-timer':
      station.tell(event.call, { event: 'timer', expires: event.expires, refresher: event.refresher })
      return
    case 'call-modified':
      station.tell(event.call, { event: 'modified', status: event.status, reason: event.reason })
      return
    case 'call-transfer': {
      const { call, by, status, reason, final, cause } = event
      station.tell(call, { event: 'transfer', by, status, reason, final, cause })
      return
    }
    case 'transfer-incoming': {
      const {
        transfer,
        account,
        call,
        peer,
        target,
        replaces,
        referredBy,
        headers,
        default: otherwise,
        answerMs,
      } = event
      station.transfers.set(transfer, account)
      setTimeout(() => station.transfers.delete(transfer), answerMs).unref()
      const who = { peer: party(peer), target: party(target), replaces, referredBy }
      const more = { headers: headersOf(headers), default: otherwise, answerMs }
      const told: Told = { event: 'transfer-request', transfer, account, ...who, ...more }
      if (call === undefined) station.emit(told)
      else station.tell(call, told)
      return
    }
    case 'request-incoming':
      return onRequest(station, event)
    case 'composing': {
      const { account, call, peer, active, contentType } = event
      const told: Told = { event: 'composing', account, peer: party(peer), active, contentType }
      if (call === undefined) station.emit(told)
      else station.tell(call, told)
      return
    }
    case 'request-result': {
      const { request, status, reason, cause, headers, body } = event
      const userData = station.requests.get(request)
      if (status >= 200) station.requests.delete(request)
      const more = { headers: headersOf(headers), body: utf8Decode(body), userData }
      station.emit({ event: 'request-result', request, status, reason, cause, ...more })
      return
    }
    case 'subscriber-incoming': {
      const { subscriber, account, event: of, expires, peer, headers, body, answerMs } = event
      const more = { peer: party(peer), headers: headersOf(headers), body: utf8Decode(body), answerMs }
      station.emit({ event: 'subscriber', subscriber, account, package: of, expires, ...more })
      return
    }
    case 'subscriber-state':
    case 'publication-state':
    case 'subscription-state': {
      const { kind, ...fields } = event
      station.emit({ event: kind, ...fields })
      return
    }
    case 'subscription-notify': {
      const { subscription, contentType, body } = event
      station.emit({ event: 'subscription-notify', subscription, contentType, body: utf8Decode(body) })
      return
    }
    case 'watched': {
      const { subscription, account, uri, name } = event
      station.emit({ event: 'watched', subscription, account, uri, name, ...watchedFields(event.watched) })
      return
    }
    case 'check-sync':
      station.emit({ event: 'check-sync', account: event.account, reboot: event.reboot })
      return
    case 'address-changed': {
      const { kind, step, address, account, call, status, reason } = event
      station.emit({ event: kind, step, address, account, call, status, reason })
      return
    }
    case 'refused':
      return onRefused(station, event)
    // Answers to what a command asked, which takes them itself.
    case 'call-stats':
    case 'call-record':
      return
  }
}

const decoded = (text: string | undefined) => (text === undefined ? undefined : utf8Decode(text))

function onCallState(station: Station, event: Extract<UaEvent, { kind: 'call-state' }>): void {
  const { call, account, state, previous, peer, status, reason, cause } = event
  const inHand = station.calls.get(call)
  if (inHand) inHand.state = state
  if (state === 'connecting' || state === 'confirmed') clearTimeout(inHand?.ringing)
  const fields = { account, state, previous, status, reason, cause, peer: party(peer) }
  station.tell(call, { event: 'call-state', ...fields })
  if (state === 'disconnected') station.forgetCall(call)
}

function onCallMedia(station: Station, call: string, media: CallMedia): void {
  const inHand = station.calls.get(call)
  const before = inHand?.media?.port
  if (inHand) inHand.media = media
  const { port } = media
  if (port !== undefined && port !== before) {
    station.ports.set(port, { kind: 'call', call: undefined })
    if (station.settings.join) {
      station.media({ kind: 'connect', from: port, to: DEVICE })
      station.media({ kind: 'connect', from: DEVICE, to: port })
    }
  }
  if (port === undefined && before !== undefined) station.forgetPort(before)
  station.tell(call, { event: 'media', ...mediaFields(media) })
}

function onRequest(station: Station, event: Extract<UaEvent, { kind: 'request-incoming' }>): void {
  const { request, method, account, call, peer, headers, body, answerMs } = event
  const fields = { request, method, account, peer: party(peer), headers: headersOf(headers), body: utf8Decode(body) }
  const told: Told = { event: 'request', ...fields, answerMs }
  if (call === undefined) station.emit(told)
  else station.tell(call, told)
}

/** What was refused to nobody in particular: the console's own answers, digits on their way. */
function onRefused(station: Station, { command, subject, reason }: Extract<UaEvent, { kind: 'refused' }>): void {
  if (command === 'make-call') station.forgetCall(subject)
  if (command === 'send-request') station.requests.delete(subject)
  if (!station.expects(command, subject)) station.emit({ event: 'refused', command, subject, reason })
}

export function onMediaEvent(station: Station, event: MediaEvent) {
  const told = (state: string, more: Record<string, Json | undefined> = {}) =>
    station.emit({ event: 'port', port: 'port' in event ? event.port : '', state, ...more })
  switch (event.kind) {
    case 'port-opened':
      return told('opened', { rate: event.rate, detail: event.detail })
    case 'port-failed':
      return told('failed', { reason: event.reason })
    case 'port-lost':
      return told('lost', { reason: event.reason })
    case 'port-ended':
      if (endInBand(station, event.port)) return
      told('ended')
      if (station.ports.has(event.port)) station.media({ kind: 'close-port', port: event.port })
      return
    case 'dtmf-sent': {
      const call = event.port.replace(/^call:/, '')
      station.tell(call, { event: 'dtmf-sent', digits: event.digits, by: 'rfc4733' })
      return
    }
    case 'rejected':
      station.emit({ event: 'refused', command: event.command, subject: event.port, reason: event.reason })
      return
    // The user agent tells these of its calls in its own way.
    case 'pair-ready':
    case 'pairs-failed':
    case 'stream-receiving':
    case 'stream-silent':
    case 'dtmf':
    case 'stats':
    case 'port-state':
      return
  }
}

/** Servers tried in vain. */
const inVain = (tries: readonly Try[] | undefined) => tries?.map(({ server, what }) => ({ server, what }))

/** The engine's own states of a session, which are finer than those of a call. */
export function onSipOutput(station: Station, output: SipOutput): void {
  if (output.kind !== 'session-state' || !station.calls.has(output.id)) return
  const { id, state, previous, status, cause } = output
  const more = { reason: utf8Decode(output.reason), cause, tries: inVain(output.tries) }
  station.tell(id, { event: 'session-state', state, previous, status, ...more })
}
