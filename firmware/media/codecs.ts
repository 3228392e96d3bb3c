// What the engine speaks, by the names accounts use.
import { PCMA, PCMU } from '../sdp/local.ts'
import { findCodec } from '../sdp/rtp.ts'
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
  /** The longest packets we take of it, ms; said where it is the first of a description. */
  readonly maxPtimeMs?: number | undefined
  /** Of Opus: what encoding may cost, 0–10 (default by the processor), and what is sent at most, bit/s. */
  readonly complexity?: number | undefined
  readonly bitRate?: number | undefined
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
  const { parameters, ...others } = settings
  const known = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  return { ...codec, ...known, ...(parameters !== undefined && { parameters: { ...codec.parameters, ...parameters } }) }
}

/** What we send, as that one of our `codecs` says it is made. */
export function asMade(send: Codec, codecs: readonly Codec[]): Codec {
  const { complexity, bitRate }: Partial<Codec> = findCodec(codecs, send) ?? {}
  return { ...send, ...(complexity !== undefined && { complexity }), ...(bitRate !== undefined && { bitRate }) }
}

/** Settings with Opus no wider than a sound device of `rate` samples a second hears and speaks, unless they say more of it. */
export function forDevice(rate: number, settings: AllCodecSettings | undefined): AllCodecSettings | undefined {
  // Above, only the full band is left (RFC 6716 §2).
  if (rate > 24_000) return settings
  const parameters = { maxplaybackrate: `${rate}`, 'sprop-maxcapturerate': `${rate}`, ...settings?.OPUS?.parameters }
  return { ...settings, OPUS: { ...settings?.OPUS, parameters } }
}

/** Payload types of events and of comfort noise in our offers. */
const TAKEN = [101, 102, 103, 104, 106, 107, 108]

/** What is wrong with these settings, in words; undefined when nothing is. */
export function settingsFault(names: readonly string[], settings: AllCodecSettings): string | undefined {
  const used = new Map<number, string>()
  for (const name of Object.keys(settings)) if (!(name in CODECS)) return `settings of no codec: ${name}`
  for (const name of names.map((each) => each.toUpperCase())) {
    const [codec] = knownCodecs([name], settings)
    if (codec === undefined) continue
    const own = settings[name]?.payloadType
    if (own !== undefined && (own < 96 || own > 127 || TAKEN.includes(own)))
      return `payload type of ${name}: expected 96–127, not one of events or noise (${TAKEN.join(', ')}), got ${own}`
    const other = used.get(codec.payloadType)
    if (other !== undefined) return `payload type ${codec.payloadType} is that of ${other} and of ${name}`
    used.set(codec.payloadType, name)
    const fault = rangeFault(codec, name)
    if (fault !== undefined) return fault
  }
  return undefined
}

function rangeFault({ ptimeMs, maxPtimeMs, complexity, bitRate }: Codec, of: string): string | undefined {
  const isTime = (time = 10) => time >= 10 && time <= 60 && time % 10 === 0
  const isWhole = (value: number | undefined, low: number, high: number) =>
    value === undefined || (Number.isInteger(value) && value >= low && value <= high)
  if (!isTime(ptimeMs)) return `packet time of ${of}: expected 10–60 ms, a multiple of 10, got ${ptimeMs}`
  if (!isTime(maxPtimeMs)) return `longest packet time of ${of}: expected 10–60 ms, a multiple of 10, got ${maxPtimeMs}`
  if (of !== 'OPUS' && (complexity ?? bitRate) !== undefined) return `${of} has no complexity and no bit rate to be set`
  if (!isWhole(complexity, 0, 10)) return `complexity of ${of}: expected 0–10, got ${complexity}`
  if (!isWhole(bitRate, 6000, 510_000)) return `bit rate of ${of}: expected 6000–510000, got ${bitRate}`
  return undefined
}
