// What the user agent tells of calls, to the object of each call.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipOutput } from '../../sip/core/contract.ts'
import type { CallMedia, UaEvent } from '../../ua/contract.ts'
import { endCall } from './call-end.ts'
import { stateParam } from './call-state.ts'
import type { Line } from './line.ts'
import type { Switchboard } from './switchboard.ts'
import { rxData } from './wording.ts'

type Of<K extends UaEvent['kind']> = Extract<UaEvent, { kind: K }>

/** Nobody made a call of it while it was told. */
const UNWANTED = 480

export function onIncoming(board: Switchboard, event: Of<'call-incoming'>) {
  const matched = board.accountNamed(event.account)
  const account = matched && board.endpoint.selectAccount(matched, rxData(event.peer, event.headers ?? [], ''))
  const line = account && board.lines.add(event.call, { role: 'uas', account, peer: event.peer, setting: {} })
  if (line === undefined) {
    const refusal = { kind: 'answer', call: event.call, reason: undefined, headers: [] } as const
    return board.seat.command('incoming call', { ...refusal, status: account === undefined ? 404 : 486 })
  }
  line.state = 'incoming'
  line.record = board.seat.record(line.name)
  const heard = board.heard.get(line.name)
  line.sdp.remote = heard?.offer
  const replaced = board.lines.byName(heard?.replaces ?? '')
  learn(board, line)
  if (replaced !== undefined) return onReplace(board, line, replaced, event)
  const rdata = rxData(event.peer, event.headers ?? [], '')
  account?.tell('incomingCall', { callId: line.id, rdata, alertInfo: event.alertInfo })
  if (line.call === undefined && line.isActive)
    board.seat.command('incoming call', {
      ...{ kind: 'answer', call: line.name, status: UNWANTED, reason: undefined, headers: [] },
    })
}

/** RFC 3891: the new call takes the old one's place, unless the application minds. */
function onReplace(board: Switchboard, line: Line, old: Line, event: Of<'call-incoming'>) {
  const rdata = rxData(event.peer, event.headers ?? [], '')
  const asked = { newCallId: line.id, rdata, statusCode: 200, reason: '' }
  old.call?.tell('callReplaceRequest', asked)
  const { statusCode: status, reason } = asked
  const answer = { kind: 'answer', call: line.name, status, reason: reason || undefined, headers: [] } as const
  board.seat.command('callReplaceRequest', answer)
  if (status >= 300) return
  const replaced = { newCallId: line.id, newCall: old.account.newCall(line.id) }
  old.call?.tell('callReplaced', replaced)
  // The user agent ends it as soon as the new one stands.
  old.hungUp ??= { params: undefined }
}

export function onCallState(board: Switchboard, line: Line, event: Of<'call-state'>) {
  const { state } = event
  if (event.status >= 100) {
    line.status = event.status
    line.reason = event.reason
  }
  line.peer = event.peer
  learn(board, line)
  if (state === 'disconnected') {
    return endCall(board, line, event)
  }
  line.record = board.seat.record(line.name) ?? line.record
  if (state === 'connecting' || state === 'confirmed') {
    clearTimeout(line.ringing)
    line.connectedAt ??= performance.now()
  }
  const previous = line.state
  line.state = state
  line.call?.tell('callState', stateParam(event, previous, state))
}

export function onCallMedia(board: Switchboard, line: Line, media: CallMedia) {
  const before = line.media?.port
  const { port } = media
  if (before !== undefined && port === undefined && line.call !== undefined) {
    line.call.tell('streamDestroyed', { streamIdx: 0, media: line.call.getAudioMedia() })
    board.portGone(before)
  }
  line.media = media
  if (port !== undefined && port !== before) {
    board.bridge.opened(port)
    if (line.call !== undefined) line.call.tell('streamCreated', { streamIdx: 0, media: line.call.getAudioMedia() })
  }
  line.call?.tell('callMediaState', {})
}

export function onCallSdp(line: Line, { stage, ...event }: Of<'call-sdp'>) {
  const [local, remote] = [event.local, event.remote].map((text) => (text === undefined ? undefined : utf8Decode(text)))
  line.sdp.local = local ?? line.sdp.local
  line.sdp.remote = remote ?? line.sdp.remote
  if (stage === 'active') return
  const param = { local, remote }
  if (local !== undefined) {
    line.call?.tell('callSdpCreated', param)
    line.call?.tell('callTxOffer', param)
  } else {
    if (line.state === 'confirmed') line.call?.tell('callRxReinvite', { offer: remote })
    line.call?.tell('callRxOffer', param)
  }
}

/** Within the turn, before the user agent hears of it: what only the messages say. */
export function onSipOutput(board: Switchboard, output: SipOutput) {
  if (output.kind === 'session-incoming') {
    const { id, request, replaces, sdp } = output
    const offer = sdp === undefined ? undefined : utf8Decode(sdp)
    board.heard.set(id, { messages: [request], replaces, offer })
  } else if (output.kind === 'session-state') {
    const { id, message, state } = output
    if (message !== undefined) {
      const heard = board.heard.get(id) ?? { messages: [], replaces: undefined, offer: undefined }
      board.heard.set(id, { ...heard, messages: [...heard.messages, message].slice(-8) })
    }
    // Refused before the application heard of it: nobody will ask.
    if (state === 'DISCONNECTED' && board.lines.byName(id) === undefined) board.heard.delete(id)
  }
}

function learn(board: Switchboard, line: Line) {
  for (const message of board.heard.get(line.name)?.messages ?? []) {
    for (const name of ['allow', 'supported', 'accept'])
      if (message.header(name) !== undefined)
        line.capabilities.set(
          name,
          message.headers(name).flatMap((value) => value.split(',').map((one) => one.trim())),
        )
  }
  board.heard.delete(line.name)
}
