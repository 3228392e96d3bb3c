// What RTP and audio transports take.
import { SRTP_SUITES } from '../../sdp/crypto.ts'
import { options } from './arguments.ts'
import { ENGINE } from './engine-core.ts'
import { either, FLAG, list, maybe, NUMBER, OBJECT, oneOf, type Takes, TEXT, whole } from './guard.ts'
import { SDP_MEDIA, SDP_SESSION } from './sdp.ts'

/** Which media of a description. */
const INDEX = maybe(whole(0, 1000))
const DIRECTION = oneOf('sendrecv', 'sendonly', 'recvonly', 'inactive')

export const RTP: Takes = [
  [
    'options',
    options({
      ...{ localRtpAddress: TEXT, sockets: OBJECT, sendSockets: either(oneOf('other-ports'), OBJECT), init: FLAG },
      ...{ useSrtp: FLAG, srtpForced: FLAG, srtpSuites: list(oneOf(...SRTP_SUITES)), useIce: FLAG },
      ...{ iceStunAddress: TEXT, iceStunPort: whole(1, 65_535), engine: ENGINE },
    }),
  ],
]

const BOTH: Takes = [
  ['localSdp', SDP_SESSION],
  ['remoteSdp', SDP_SESSION],
  ['sdpIndex', INDEX],
]

export const RTP_METHODS = {
  setLocal: [
    ['localSdp', SDP_SESSION],
    ['sdpIndex', INDEX],
  ],
  setEstablished: BOTH,
} satisfies Readonly<Record<string, Takes>>

export const AUDIO = options({
  ...{ remoteSdp: SDP_SESSION, sdpIndex: INDEX, enableSilenceDetection: FLAG, codecs: list(TEXT) },
  ...{ codecSettings: OBJECT, digitsBy: list(oneOf('event', 'tone')), rtcpMux: oneOf('offer', 'accept', 'off') },
  previous: SDP_MEDIA,
})

export const AUDIO_METHODS = {
  getLocalMedia: [
    ['isOffer', FLAG],
    ['direction', maybe(DIRECTION)],
    ['remoteSdp', maybe(SDP_SESSION)],
    ['sdpIndex', INDEX],
  ],
  start: BOTH,
  update: BOTH,
  updateDirection: [['direction', DIRECTION]],
  sendDtmf: [
    ['digit', TEXT],
    ['durationMs', maybe(NUMBER)],
  ],
  sendDigits: [
    ['digits', TEXT],
    ['durationMs', maybe(NUMBER)],
    ['gapMs', maybe(NUMBER)],
  ],
} satisfies Readonly<Record<string, Takes>>
