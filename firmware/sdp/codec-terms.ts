// Terms two sides come to for a codec beyond its name: length of frames, packet times, what each direction is to be.
import type { MediaDescription, SessionDescription } from './description.ts'
import { type Codec, ilbcMode, packetTime, wholeFrames } from './rtp.ts'

/** RFC 7587 §6.1: what a side says of that which it sends; all else of Opus is said of that which it receives. */
const OF_SENDER = ['sprop-maxcapturerate', 'sprop-stereo']

/** `codec` after both sides have said their `parameters`: iLBC's frames are of one length both ways, the longer (RFC 3952 §5). */
export function settled(codec: Codec, { parameters }: Codec): Codec {
  if (codec.name !== 'ILBC') return codec
  const mode = Math.max(ilbcMode(codec.parameters), ilbcMode(parameters))
  return { ...codec, parameters: { ...codec.parameters, mode: `${mode}` } }
}

/** One direction: under the receiver's number, as the receiver wants it and the sender says it is. */
export function towards(receiver: Codec, sender: Codec): Codec {
  if (receiver.name !== 'OPUS') return settled(receiver, sender)
  const wanted = Object.entries(receiver.parameters ?? {}).filter(([name]) => !OF_SENDER.includes(name))
  const said = Object.entries(sender.parameters ?? {}).filter(([name]) => OF_SENDER.includes(name))
  return withParameters(receiver, { ...receiver, parameters: Object.fromEntries([...wanted, ...said]) })
}

/** The first under its number, with the parameters of the other. */
export function withParameters({ name, payloadType, clockRate, channels }: Codec, { parameters }: Codec): Codec {
  const codec = { name, payloadType, clockRate, channels }
  return parameters === undefined ? codec : { ...codec, parameters }
}

/** What the peer asks for in a=ptime, else ours; within a=maxptime and what the codec can. */
export function sendTime(session: SessionDescription, media: MediaDescription, codec: Codec, ours: number): number {
  const wanted = packetTime(session, media, 'ptime') ?? ours
  return wholeFrames(codec, Math.min(wanted, packetTime(session, media, 'maxptime') ?? wanted))
}
