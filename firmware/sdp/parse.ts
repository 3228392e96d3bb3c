// Reading session descriptions (RFC 4566 §5, §9): any order the wild produces, any line end, unknown lines kept.
import { err, ok, type Result } from '../base/result.ts'
import type {
  Attribute,
  Connection,
  Line,
  MediaDescription,
  Origin,
  SdpError,
  SessionDescription,
} from './description.ts'

const MAX_LENGTH = 65_535
const MAX_LINES = 2_048
const MAX_MEDIA = 64
/** Payload types are seven bits. */
const MAX_FORMATS = 128

interface Block {
  connection: Connection | undefined
  readonly attributes: Attribute[]
  readonly lines: Line[]
}
type Media = Block & Pick<MediaDescription, 'media' | 'port' | 'portCount' | 'protocol' | 'formats'>

/** Never throws. Required are v=0 first and one o=; s= and t= are missed by nobody. */
export function parseSdp(text: string): Result<SessionDescription, SdpError> {
  if (text.length > MAX_LENGTH) return bad(MAX_LENGTH, 'too long', '5')
  // Formats and attributes may be copied into our answer, so nothing that cannot be printed gets in.
  const unprintable = text.search(/\0|\r(?!\n)/)
  if (unprintable >= 0) return bad(unprintable, 'NUL or lone CR', '9')
  const session: Block = { connection: undefined, attributes: [], lines: [] }
  const media: Media[] = []
  const times: string[] = []
  let block = session
  let origin: Origin | undefined
  let name = ''
  let count = 0
  let at = 0
  while (at < text.length) {
    const start = at
    let end = text.indexOf('\n', at)
    if (end < 0) end = text.length
    at = end + 1
    if (text.charCodeAt(end - 1) === 13) end--
    if (end <= start) continue
    if (text.charCodeAt(start + 1) !== 61) return bad(start, 'line is not type=value', '5')
    if (++count > MAX_LINES) return bad(start, 'too many lines', '5')
    const type = text.charAt(start)
    if (count === 1 && (type !== 'v' || text.substring(start + 2, end) !== '0'))
      return bad(start, 'does not begin with v=0', '5.1')
    switch (type) {
      case 'v':
        if (count > 1) return bad(start, 'v= stands twice', '5.1')
        break
      case 'o':
        origin ??= parseOrigin(text.substring(start + 2, end))
        if (origin === undefined) return bad(start, 'malformed origin', '5.2')
        break
      case 's':
        name = text.substring(start + 2, end)
        break
      case 't':
        times.push(text.substring(start + 2, end))
        break
      case 'c': {
        const connection = parseConnection(text.substring(start + 2, end))
        if (connection === undefined) return bad(start, 'malformed connection', '5.7')
        // A media block may list several multicast addresses; a phone takes the first.
        block.connection ??= connection
        break
      }
      case 'a': {
        const colon = text.indexOf(':', start + 2)
        const named = colon >= 0 && colon < end
        block.attributes.push({
          name: text.substring(start + 2, named ? colon : end),
          value: named ? text.substring(colon + 1, end) : undefined,
        })
        break
      }
      case 'm': {
        const opened = parseMedia(text.substring(start + 2, end))
        if (opened === undefined) return bad(start, 'malformed media line', '5.14')
        if (media.push(opened) > MAX_MEDIA) return bad(start, 'too many media', '5.14')
        block = opened
        break
      }
      default:
        block.lines.push({ type, value: text.substring(start + 2, end) })
    }
  }
  if (origin === undefined) return bad(text.length, 'no origin', '5.2')
  return ok({ origin, name, ...session, times, media })
}

const bad = (at: number, what: string, section: string): Result<never, SdpError> =>
  err({ at, what, rfc: `4566 §${section}` })

function parseOrigin(value: string): Origin | undefined {
  const [username, sessionId, sessionVersion, network, addressType, address, ...rest] = words(value)
  if (address === undefined || rest.length > 0 || network !== 'IN') return undefined
  if (!/^[0-9]{1,20}$/.test(sessionId!) || !/^[0-9]{1,20}$/.test(sessionVersion!)) return undefined
  return {
    username: username!,
    sessionId: sessionId!,
    sessionVersion: sessionVersion!,
    addressType: addressType!,
    address,
  }
}

function parseConnection(value: string): Connection | undefined {
  const [network, addressType, address, ...rest] = words(value)
  if (address === undefined || rest.length > 0 || network !== 'IN') return undefined
  const slash = address.indexOf('/')
  if (slash < 0) return { addressType: addressType!, address, suffix: '' }
  return { addressType: addressType!, address: address.substring(0, slash), suffix: address.substring(slash) }
}

function parseMedia(value: string): Media | undefined {
  const [media, ports, protocol, ...formats] = words(value)
  const match = /^([0-9]{1,5})(?:\/([0-9]{1,5}))?$/.exec(ports ?? '')
  const port = Number(match?.[1])
  const portCount = Number(match?.[2] ?? 1)
  if (match === null || port > 65_535 || protocol === undefined) return undefined
  if (formats.length === 0 || formats.length > MAX_FORMATS) return undefined
  return { media: media!, port, portCount, protocol, formats, connection: undefined, attributes: [], lines: [] }
}

/** Words between any number of spaces. */
const words = (value: string): string[] => value.split(' ').filter((word) => word !== '')
