// What the console for people says of what happens, and does by itself when it happens.
import type { Account, Buddy, Call, Endpoint } from '../../api/facade/index.ts'
import type { PersonCommand } from './command.ts'
import type { PersonOptions } from './options.ts'
import { passwordFor } from './password.ts'
import type { Sound } from './sound.ts'

/** Who hears. */
export interface Listener {
  readonly options: PersonOptions
  readonly endpoint: Endpoint
  readonly sound: Sound
  readonly calls: readonly Call[]
  call: Call | undefined
  say(line: string): void
  /** Somebody sits there. */
  readonly isAskable: boolean
  ask(command: PersonCommand): void
}

export function tellEndpoint(person: Listener, endpoint: Endpoint): void {
  endpoint.on('mediaEvent', ({ port, type, text }) => {
    if (type !== 'opened') person.say(`${port} ${type}: ${text}`)
  })
  endpoint.on('ipChangeProgress', ({ op, statusCode, reason }) => person.say(`${op} ${statusCode} ${reason}`))
}

export function tellAccount(person: Listener, account: Account): void {
  account.on('incomingCall', ({ callId, rdata }) => {
    const call = account.newCall(callId)
    if (person.call?.isActive() !== true) person.call = call
    person.say(`call ${callId} from ${rdata.peer.uri}`)
    call.answer({ statusCode: person.options['auto-answer'] ?? 180 })
  })
  account.on('regState', ({ state, statusCode, reason, expiration, retryMs }) => {
    const status = statusCode === 0 ? '' : ` ${statusCode} ${reason}`
    const next = retryMs === undefined ? '' : `, again in ${Math.round(retryMs / 1000)} s`
    person.say(`${account.uri} ${state}${status}${expiration > 0 ? `, for ${expiration} s` : ''}${next}`)
  })
  account.on('authChallenge', (prm) => {
    const asked = person.isAskable ? passwordFor(account, prm) : undefined
    if (asked !== undefined) person.ask(asked)
  })
  account.on('instantMessage', ({ fromUri, msgBody }) => person.say(`message from ${fromUri}: ${msgBody}`))
  account.on('instantMessageStatus', ({ toUri, code, reason }) => person.say(`message to ${toUri}: ${code} ${reason}`))
  account.on('typingIndication', ({ fromUri, isTyping }) =>
    person.say(`${fromUri} writes${isTyping ? '' : ' no more'}`),
  )
  account.on('sendRequest', ({ method, statusCode, reason }) => person.say(`${method} ${statusCode} ${reason}`))
  account.on('incomingSubscribe', ({ event, fromUri, expires }) =>
    person.say(`${fromUri} ${expires === 0 ? 'asks once for' : 'watches'} ${event}`),
  )
  account.on('publishState', ({ state, statusCode, reason }) => person.say(`${state} ${statusCode} ${reason}`))
  account.on('mwiInfo', ({ messages }) => person.say(`messages wait: ${messages?.waiting ?? 'not known'}`))
}

export function tellBuddy(person: Listener, buddy: Buddy, uri: string): void {
  buddy.on('buddyState', ({ presStatus, subState }) =>
    person.say(`${uri} ${presStatus.status} ${presStatus.statusText} (${subState})`),
  )
  buddy.on('buddyDlgEventState', ({ busy }) => person.say(`${uri} calls: ${busy}`))
}

export function tellCall(person: Listener, call: Call): void {
  const says = (text: string) => person.say(`call ${call.getId()} ${text}`.trimEnd())
  const { duration, 'accept-redirect': redirect = 1 } = person.options
  call.on('callState', ({ state, statusCode, reason }) => {
    says(`${state} ${statusCode || ''} ${reason}`)
    if (state === 'confirmed' && duration !== undefined)
      setTimeout(() => call.isActive() && call.hangup(), 1000 * duration).unref()
    if (state === 'disconnected' && person.call === call) person.call = person.calls[0]
  })
  call.on('callMediaState', () => says(`media ${call.getInfo().media[0]?.status ?? 'none'}`))
  call.on('streamCreated', ({ media }) =>
    person.sound.begin(
      media,
      person.calls.filter((each) => each !== call && each.hasMedia()),
    ),
  )
  call.on('dtmfDigit', ({ digit }) => says(`digit ${digit}`))
  call.on('callTransferRequest', ({ dstUri }) => says(`is transferred to ${dstUri}`))
  call.on('callTransferStatus', ({ statusCode, reason, finalNotify }) => {
    says(`transfer ${statusCode} ${reason}`)
    // It came through: they talk to another one now.
    if (finalNotify && statusCode >= 200 && statusCode < 300 && call.isActive()) call.hangup()
  })
  call.on('callReplaced', ({ newCall }) => {
    says(`gives way to call ${newCall.getId()}`)
    if (person.call === call) person.call = newCall
  })
  call.on('callModified', ({ statusCode, reason }) => says(`changed ${statusCode} ${reason}`))
  call.on('callRedirected', (prm) => {
    says(`is sent on to ${prm.targetUri}${redirect === 3 ? ': Ra follows, Rr not there, Rd ends it' : ''}`)
    prm.op = (['reject', 'accept', 'accept', 'pending'] as const)[redirect]!
  })
  call.on('instantMessage', ({ msgBody }) => says(`message: ${msgBody}`))
  call.on('typingIndication', ({ isTyping }) => says(`they write${isTyping ? '' : ' no more'}`))
  call.on('callTsxState', ({ role, method, statusCode }) => {
    if (role === 'uac' && method !== 'MESSAGE') says(`${method} ${statusCode}`)
  })
}
