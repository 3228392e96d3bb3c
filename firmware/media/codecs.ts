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

/** What an account wants of a codec beyond its name. */
export interface CodecSettings {
  /** Of our offers, 96–127. */
  readonly payloadType?: number | undefined
  /** What we like to receive and to send of it, ms; default the account's. */
  readonly ptimeMs?: number | undefined
  /** fmtp: what we like to receive, beside and instead of what is usual. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}
export type AllCodecSettings = Readonly<Record<string, CodecSettings>>

/** The codecs of these names that there are, in the same order. */
export const knownCodecs = (names: readonly string[], settings: AllCodecSettings = {}): readonly Codec[] =>
  names.flatMap((name) => {
    const codec = CODECS[name.toUpperCase()]
    return codec === undefined ? [] : [withSettings(codec, settings[name.toUpperCase()])]
  })

function withSettings(codec: Codec, settings: CodecSettings | undefined): Codec {
  if (settings === undefined) return codec
  const { payloadType = codec.payloadType, ptimeMs, parameters } = settings
  return {
    ...codec,
    payloadType,
    ...(ptimeMs !== undefined && { ptimeMs }),
    ...(parameters !== undefined && { parameters: { ...codec.parameters, ...parameters } }),
  }
}

/** Payload types of events and of comfort noise in our offers. */
const TAKEN = [101, 102, 103, 104, 106, 107, 108]

/** What is wrong with these settings, in words; undefined when nothing is. */
export function settingsFault(names: readonly string[], settings: AllCodecSettings): string | undefined {
  const used = new Map<number, string>()
  for (const name of Object.keys(settings)) if (!(name in CODECS)) return `settings of no codec: ${name}`
  for (const [i, { payloadType, ptimeMs }] of knownCodecs(names, settings).entries()) {
    const own = settings[names[i]!.toUpperCase()]?.payloadType
    if (own !== undefined && (own < 96 || own > 127 || TAKEN.includes(own)))
      return `payload type of ${names[i]}: expected 96–127, not one of events or noise (${TAKEN.join(', ')}), got ${own}`
    const other = used.get(payloadType)
    if (other !== undefined) return `payload type ${payloadType} is that of ${other} and of ${names[i]}`
    used.set(payloadType, names[i]!)
    if (ptimeMs !== undefined && (ptimeMs < 10 || ptimeMs > 60 || ptimeMs % 10 !== 0))
      return `packet time of ${names[i]}: expected 10–60 ms, a multiple of 10, got ${ptimeMs}`
  }
  return undefined
}
