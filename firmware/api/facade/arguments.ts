// What the methods of the façade take.
import {
  either,
  FLAG,
  guard,
  HEADERS,
  instance,
  type Kind,
  list,
  METHOD,
  maybe,
  NUMBER,
  oneOf,
  shape,
  type Takes,
  TEXT,
  whole,
} from '../core/guard.ts'
import { OperationError } from './errors.ts'

/** What is given as one object: its members go by their own names. */
const prm = (fields: Readonly<Record<string, Kind>>): Kind => shape(fields, '')

/** Of a header field beside the description. */
const BODY = either(
  TEXT,
  instance('text or octets', () => Uint8Array),
)
const TX_OPTION = shape({
  headers: maybe(HEADERS),
  contentType: maybe(TEXT),
  msgBody: maybe(TEXT),
  multipartParts: maybe(list(shape({ contentType: TEXT, body: BODY, headers: maybe(HEADERS) }))),
})
const DTMF_METHODS = list(oneOf('rfc2833', 'info', 'audio'))
const OPT = shape({
  ...{ audioCount: maybe(NUMBER), videoCount: maybe(NUMBER), sdp: maybe(TEXT), dtmfMethods: maybe(DTMF_METHODS) },
  ...{ noSdpOffer: maybe(FLAG), unhold: maybe(FLAG), callOnHold: maybe(FLAG), clearSdp: maybe(FLAG) },
  asymmetricRtp: maybe(FLAG),
})
const OPERATION = { statusCode: maybe(NUMBER), reason: maybe(TEXT), opt: maybe(OPT), txOption: maybe(TX_OPTION) }
const MESSAGE = { content: TEXT, contentType: maybe(TEXT), txOption: maybe(TX_OPTION) }

const operation: Takes = [['prm', maybe(prm(OPERATION))]]

export const CALL = {
  makeCall: [
    ['dstUri', TEXT],
    ['prm', maybe(prm({ ...OPERATION, ringTimeMs: maybe(NUMBER) }))],
  ],
  answer: [['prm', prm(OPERATION)]],
  hangup: operation,
  forward: [
    ['targets', list(TEXT)],
    ['reason', maybe(TEXT)],
  ],
  setHold: operation,
  reinvite: operation,
  update: operation,
  xfer: [['dest', TEXT], ...operation],
  processRedirect: [['op', oneOf('accept', 'reject', 'stop')]],
  dialDtmf: [['digits', TEXT]],
  sendDtmf: [['prm', prm({ digits: TEXT, methods: maybe(DTMF_METHODS), duration: maybe(NUMBER) })]],
  sendInstantMessage: [['prm', prm(MESSAGE)]],
  sendTypingIndication: [['prm', prm({ isTyping: FLAG, txOption: maybe(TX_OPTION) })]],
  sendRequest: [['prm', prm({ method: METHOD, txOption: maybe(TX_OPTION) })]],
  getAudioMedia: [['index', maybe(NUMBER)]],
  remoteHasCap: [
    ['header', TEXT],
    ['option', TEXT],
  ],
} satisfies Readonly<Record<string, Takes>>

export const ACCOUNT = {
  setRegistration: [['renew', FLAG]],
  setOnlineStatus: [
    [
      'presence',
      prm({ status: oneOf('unknown', 'online', 'offline'), statusText: TEXT, activities: maybe(list(TEXT)) }),
    ],
  ],
  sendRequest: [['prm', prm({ targetUri: TEXT, method: METHOD, txOption: maybe(TX_OPTION) })]],
  sendInstantMessage: [['prm', prm({ toUri: TEXT, ...MESSAGE })]],
  sendTypingIndication: [['prm', prm({ toUri: TEXT, isTyping: FLAG })]],
  findBuddy: [['uri', TEXT]],
} satisfies Readonly<Record<string, Takes>>

const TLS = shape({
  ...{ caListFile: maybe(TEXT), certFile: maybe(TEXT), privKeyFile: maybe(TEXT), ciphers: maybe(list(TEXT)) },
  ...{ verifyServer: maybe(FLAG), verifyClient: maybe(FLAG) },
})

export const ENDPOINT = {
  transportCreate: [
    ['type', oneOf('udp', 'tcp', 'tls')],
    ['config', maybe(prm({ port: maybe(NUMBER), boundAddress: maybe(TEXT), tlsConfig: maybe(TLS) }))],
  ],
  transportClose: [['id', NUMBER]],
  transportGetInfo: [['id', NUMBER]],
  handleIpChange: [['prm', maybe(prm({ address: maybe(TEXT) }))]],
  codecSetPriority: [
    ['codecId', TEXT],
    ['priority', NUMBER],
  ],
  enumCalls: [['max', maybe(NUMBER)]],
  utilTimerSchedule: [['msecDelay', NUMBER]],
  utilLogWrite: [
    ['level', whole(1, 4)],
    ['msg', TEXT],
  ],
} satisfies Readonly<Record<string, Takes>>

export const BUDDY = {
  subscribePresence: [['subscribe', FLAG]],
  subscribeDlgEvent: [['subscribe', FLAG]],
  sendInstantMessage: [['prm', prm({ content: TEXT, contentType: maybe(TEXT) })]],
  sendTypingIndication: [['prm', prm({ isTyping: FLAG })]],
} satisfies Readonly<Record<string, Takes>>

const file = (name: string): Takes => [[name, TEXT]]
const LEVEL: Takes = [['level', NUMBER]]
const TONE = { onMsec: NUMBER, offMsec: NUMBER, levelDb: maybe(NUMBER) }

export const MEDIA = { adjustRxLevel: LEVEL, adjustTxLevel: LEVEL } satisfies Readonly<Record<string, Takes>>
export const PLAYER = {
  createPlayer: [
    ['file', TEXT],
    ['options', maybe(prm({ loops: maybe(NUMBER), pauseMs: maybe(NUMBER) }))],
  ],
  createPlaylist: [
    ['files', list(TEXT)],
    ['options', maybe(prm({ loop: maybe(FLAG) }))],
  ],
  setPos: [['atMs', NUMBER]],
} satisfies Readonly<Record<string, Takes>>
export const RECORDER = {
  createRecorder: [
    ['fileName', TEXT],
    ['options', maybe(prm({ rate: maybe(NUMBER), maxSize: maybe(NUMBER) }))],
  ],
} satisfies Readonly<Record<string, Takes>>
export const TONES = {
  play: [
    ['tones', list(shape({ freq1: NUMBER, freq2: maybe(NUMBER), ...TONE }))],
    ['loop', maybe(FLAG)],
  ],
  playDigits: [
    ['digits', list(shape({ digit: TEXT, ...TONE }))],
    ['loop', maybe(FLAG)],
  ],
} satisfies Readonly<Record<string, Takes>>
export const DEVICES = { setCaptureDev: file('capture'), setPlaybackDev: file('playback') } satisfies Readonly<
  Record<string, Takes>
>

/** What a method of `of` is given and does not take is an error of the façade. */
export const guarded = <C extends object>(
  of: { readonly prototype: C },
  table: { readonly [M in keyof C]?: Takes },
): void => guard(of, table, (method, text) => new OperationError(method, 'argument', text))
