// What a line's calls sound like and how their sound is carried: keys of its configuration.
import { CODEC_SETTINGS } from './codec-settings.ts'
import type { Schema } from './json-schema.ts'

export const ACCOUNT_MEDIA = {
  codecs: {
    type: 'array',
    items: {
      type: 'string',
      enum: [
        ...['OPUS', 'PCMU', 'PCMA', 'G722', 'L16/8000', 'L16/16000', 'L16/48000'],
        ...['GSM', 'ILBC', 'SPEEX/8000', 'SPEEX/16000', 'SPEEX/32000', 'G726-16', 'G726-24', 'G726-32', 'G726-40'],
        ...['AAL2-G726-16', 'AAL2-G726-24', 'AAL2-G726-32', 'AAL2-G726-40'],
      ],
    },
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    default: ['PCMA', 'PCMU'],
    'x-effect': 'live',
    description: 'In order of preference',
  },
  ptimeMs: {
    type: 'integer',
    minimum: 10,
    maximum: 60,
    multipleOf: 10,
    default: 20,
    'x-effect': 'live',
    description: 'Packet time, ms',
  },
  silenceEndsS: {
    type: 'integer',
    minimum: 0,
    maximum: 3600,
    default: 0,
    'x-effect': 'live',
    description:
      'A call without sound from the other side, where it should come, ends after so many seconds; 0: it stays',
  },
  codecSettings: { ...CODEC_SETTINGS, 'x-effect': 'live' },
  silenceDetection: {
    type: 'boolean',
    default: false,
    'x-effect': 'live',
    description: 'Pauses are not sent but described (comfort noise, RFC 3389), where the peer agrees',
  },
  dtmfRedundancy: {
    type: 'boolean',
    default: false,
    'x-effect': 'live',
    description:
      'Digits are sent with those before them (RFC 2198), where the peer agrees, so that one lost is heard from the next',
  },
  rtcpMux: {
    type: 'string',
    enum: ['offer', 'accept', 'off'],
    default: 'accept',
    'x-effect': 'live',
    description: 'RTCP on the port of RTP (RFC 5761): offered and taken, taken of those who offer it, or neither',
  },
  rtcpXr: {
    type: 'boolean',
    default: false,
    'x-effect': 'live',
    description:
      'RTCP tells the peer how it is heard (VoIP metrics, RFC 3611) and the round trip to who only listens, and asks it for the same',
  },
  asymmetricRtp: {
    type: 'boolean',
    default: false,
    'x-effect': 'live',
    description: 'Sound is sent from other ports than it is received on',
  },
  srtp: {
    type: 'string',
    enum: ['off', 'optional', 'mandatory'],
    default: 'off',
    'x-effect': 'live',
    description:
      'Encrypted sound, its keys in the signalling: optional uses it with whoever can, mandatory takes no call without',
  },
  srtpSuites: {
    type: 'array',
    items: {
      type: 'string',
      enum: [
        ...['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AES_256_CM_HMAC_SHA1_80'],
        ...['AES_256_CM_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM'],
      ],
    },
    minItems: 1,
    maxItems: 6,
    uniqueItems: true,
    default: ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_256_CM_HMAC_SHA1_80'],
    'x-effect': 'live',
    description: 'Of SRTP, in order of preference',
  },
  srtpOverClear: {
    type: 'string',
    enum: ['warn', 'refuse'],
    default: 'warn',
    'x-effect': 'live',
    description:
      'Where the keys would pass over signalling that is not TLS: warn says so in the log; refuse does without SRTP, which for mandatory means no call',
  },
} as const satisfies Readonly<Record<string, Schema>>
