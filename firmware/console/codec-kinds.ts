// Codecs as commands name them, and what may be wanted of each beyond its name.
import { type AllCodecSettings, CODEC_NAMES, knownCodecs } from '../media/codecs.ts'
import { isObject, type Kind, list, name, nested, optional, text, whole } from './schema.ts'

export const codecs: Kind<readonly string[]> = {
  expected: `a list of codec names, at least one of ${CODEC_NAMES.join(', ')}`,
  read(value) {
    const names = list(name, 16).read(value)
    return names && knownCodecs(names.value).length > 0 ? names : undefined
  },
}

const MOST = 20
/** An object of values of one kind. */
const objectOf = <T>(expected: string, of: Kind<T>): Kind<Readonly<Record<string, T>>> => ({
  expected,
  read(value) {
    if (!isObject(value)) return undefined
    const read = Object.entries(value).map(([key, each]) => [key, of.read(each ?? null)] as const)
    if (read.length > MOST) return undefined
    const known = read.flatMap(([key, found]) => (found === undefined ? [] : [[key, found.value] as const]))
    return known.length === read.length ? { value: Object.fromEntries(known) } : undefined
  },
})

const settings = nested({
  payloadType: optional(whole(96, 127)),
  ptimeMs: optional(whole(10, 60)),
  maxPtimeMs: optional(whole(10, 60)),
  complexity: optional(whole(0, 10)),
  bitRate: optional(whole(6000, 510_000)),
  parameters: optional(objectOf('an object of texts', text('a text', 64))),
})

export const codecSettings: Kind<AllCodecSettings> = objectOf(
  `an object, by the name of a codec ${settings.expected}`,
  settings,
)
