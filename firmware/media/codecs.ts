// What the engine speaks, by the names accounts use.
import { PCMA, PCMU } from '../sdp/local.ts'
import type { Codec } from './contract.ts'

const audio = (name: string, payloadType: number, clockRate = 8000): Codec => ({
  name,
  payloadType,
  clockRate,
  channels: 1,
})

/** Payload types below 96 are RFC 3551's; the others are what our offers propose, clear of those of telephone events. */
const CODECS: Readonly<Record<string, Codec>> = {
  // RFC 7587: two channels in name; what we like to receive is one, with redundancy.
  OPUS: {
    name: 'OPUS',
    payloadType: 111,
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: '1', stereo: '0' },
  },
  PCMU,
  PCMA,
  G722: audio('G722', 9),
  'L16/8000': audio('L16', 112, 8000),
  'L16/16000': audio('L16', 113, 16_000),
  'L16/48000': audio('L16', 114, 48_000),
  GSM: audio('GSM', 3),
  ILBC: { ...audio('ILBC', 97), parameters: { mode: '30' } },
  // RFC 5574: without a word of ours narrow band would come at 8 kbit/s; this is 15.
  'SPEEX/8000': { ...audio('SPEEX', 98), parameters: { mode: '"5,any"' } },
  'SPEEX/16000': audio('SPEEX', 99, 16_000),
  'SPEEX/32000': audio('SPEEX', 100, 32_000),
  'G726-16': audio('G726-16', 115),
  'G726-24': audio('G726-24', 116),
  'G726-32': audio('G726-32', 117),
  'G726-40': audio('G726-40', 118),
  'AAL2-G726-16': audio('AAL2-G726-16', 119),
  'AAL2-G726-24': audio('AAL2-G726-24', 120),
  'AAL2-G726-32': audio('AAL2-G726-32', 121),
  'AAL2-G726-40': audio('AAL2-G726-40', 122),
}

/** The names, as accounts may have them in any case. */
export const CODEC_NAMES: readonly string[] = Object.keys(CODECS)

/** The codecs of these names that there are, in the same order. */
export const knownCodecs = (names: readonly string[]): readonly Codec[] =>
  names.flatMap((name) => CODECS[name.toUpperCase()] ?? [])
