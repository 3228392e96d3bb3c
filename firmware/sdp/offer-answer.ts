// Offer and answer for one audio stream (RFC 3264), both roles. Everything else that is offered is refused in its place.
import type { SocketAddress } from '../base/address.ts'
import { err, ok, type Result } from '../base/result.ts'
import { sendTime, settled, towards, withParameters } from './codec-terms.ts'
import type { CryptoLine } from './crypto.ts'
import type { MediaDescription, SessionDescription } from './description.ts'
import { agreedReports, EXTENDED_REPORTS, type ExtendedReports, reportsAsked } from './extended-reports.ts'
import {
  audioMedia,
  comfortNoise,
  describe,
  type LocalAudio,
  type LocalOrigin,
  ptimeOf,
  refusedMedia,
  telephoneEvents,
} from './local.ts'
import { type EventRedundancy, findRedundancy, redundancyOver, withRedundancy } from './redundancy.ts'
import { agreedMuxed, answeredRtcp, answersMuxed, offeredRtcp } from './rtcp.ts'
import {
  addresses,
  COMFORT_NOISE,
  type Codec,
  codecs,
  type Direction,
  direction,
  findCodec,
  isNowhere,
  packetTime,
  REDUNDANCY,
  TELEPHONE_EVENT,
  wholeFrames,
} from './rtp.ts'
import { evaluateSecurity, hasCrypto, offeredLines, profileOf, type Srtp, secureAnswer } from './secure.ts'

/** What was agreed, from our side. */
export interface AudioOutcome extends ExtendedReports {
  readonly direction: Direction
  /** The peer holds us: it does not want to hear us now, in whatever form it said so. */
  readonly held: boolean
  /** Where to send. Port 0 in both: nowhere (stream disabled, or c=0.0.0.0). */
  readonly rtp: SocketAddress
  readonly rtcp: SocketAddress
  /** RTCP goes with RTP, both ways; `rtcp` is where it would go else. */
  readonly rtcpMux?: boolean
  /** What we send, under the peer's payload type. */
  readonly send: Codec
  /** What may come, under the payload types it may come with. */
  readonly receive: readonly Codec[]
  /** RFC 4733 payload types; absent: not used that way. */
  readonly eventSend?: number
  readonly eventReceive?: number
  /** RFC 2198 over events; absent: not used that way. */
  readonly redundancySend?: EventRedundancy
  readonly redundancyReceive?: number
  /** RFC 3389 payload type of what we say of pauses; absent: they are sent as they sound. */
  readonly noiseSend?: number
  /** Packet time we send with, 10–60, a multiple of 10 and of the codec's frame. */
  readonly ptimeMs: number
  /** Absent: plain RTP. */
  readonly srtp?: Srtp
}

export interface NegotiationError {
  readonly kind: 'no-audio' | 'no-codec' | 'no-address' | 'no-security' | 'refused' | 'not-an-answer'
  readonly what: string
}

/** Profiles we can speak; AVPF only asks for feedback that may be left out (RFC 4585 §3.2). */
const PROTOCOLS = ['RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF']

/** What stands beside audio in a description. */
const NO_AUDIO = [TELEPHONE_EVENT, COMFORT_NOISE, REDUNDANCY]

/** RFC 3551 §4.2 */
const USUAL_MS = 20

const fail = (kind: NegotiationError['kind'], what: string): Result<never, NegotiationError> => err({ kind, what })

/** An offer. `previous`: our last description in this session; its further streams stay as refused (§8). */
export function makeOffer(local: LocalAudio, origin: LocalOrigin, previous?: SessionDescription): SessionDescription {
  const before = previous?.media ?? []
  const open = before.findIndex((m) => isAudio(m) && m.port !== 0)
  const at = open >= 0 ? open : before.findIndex(isAudio)
  const known = at < 0 ? [] : codecs(before[at]!)
  const single = keepPayloadTypes([...local.codecs, ...companions(local)], known)
  const list = local.redundancy ? keepPayloadTypes(withRedundancy(single), known) : single
  // A session stays with the profile it has.
  const protocol = at < 0 ? profileOf(local.srtp) : before[at]!.protocol
  const rtcp = offeredRtcp(local, list, before[at])
  const ours = audioMedia(local, list, local.direction, protocol, offeredLines(local.srtp), rtcp)
  const media = before.map((m, i) => (i === at ? ours : refusedMedia(m)))
  return describe(local, origin, at < 0 ? [...media, ours] : media, previous)
}

/** What runs on the clock of the audio it stands in (RFC 4733 §2.1, RFC 3389 §4), so there is one of each for each clock. */
function companions({ codecs: list, events, comfortNoise: noise }: LocalAudio): readonly Codec[] {
  const clocks = [...new Set(list.map((codec) => codec.clockRate))].sort((a, b) => a - b)
  return [
    ...(noise ? clocks.map(comfortNoise) : []),
    ...(events === undefined ? [] : clocks.map((clock, i) => telephoneEvents(events + i, clock))),
  ]
}

/** §8.3.2: a payload type never changes its meaning, and a codec keeps the number it had. */
function keepPayloadTypes(wanted: readonly Codec[], before: readonly Codec[]): readonly Codec[] {
  const taken = new Set(before.map((codec) => codec.payloadType))
  return wanted.map((codec) => {
    const known = findCodec(before, codec)
    let { payloadType } = known ?? codec
    if (known === undefined && taken.has(payloadType)) {
      for (payloadType = 96; taken.has(payloadType) || wanted.some((w) => w.payloadType === payloadType); )
        payloadType++
    }
    taken.add(payloadType)
    return { ...codec, payloadType }
  })
}

const isAudio = (m: MediaDescription): boolean => m.media === 'audio' && PROTOCOLS.includes(m.protocol)

export interface Answer {
  readonly description: SessionDescription
  readonly outcome: AudioOutcome
}

/**
 * Answers an offer with its first audio stream that can be; all others are refused. An offer that only disables the
 * stream (port 0) is answered in kind when there is a `previous` description of ours, and is an error in a new session.
 */
export function answerOffer(
  offer: SessionDescription,
  local: LocalAudio,
  origin: LocalOrigin,
  previous?: SessionDescription,
): Result<Answer, NegotiationError> {
  let failure = fail('no-audio', 'the offer has no RTP audio stream')
  const order = [...offer.media.keys()].filter((i) => isAudio(offer.media[i]!))
  const open = order.filter((i) => offer.media[i]!.port !== 0)
  // The same sound offered secured and plain is taken secured.
  if (local.srtp) open.sort((a, b) => Number(hasCrypto(offer.media[b]!)) - Number(hasCrypto(offer.media[a]!)))
  for (const at of open.length > 0 || previous === undefined ? open : order) {
    const theirs = offer.media[at]!
    const agreed = agree(offer, theirs, local)
    if (!agreed.ok) {
      failure = agreed
      continue
    }
    const { outcome, list, crypto } = agreed.value
    const rtcp = answeredRtcp(local, outcome.rtcpMux ?? false, outcome)
    const ours = audioMedia(local, list, outcome.direction, theirs.protocol, crypto, rtcp)
    const media = offer.media.map((m, i) => (i === at && theirs.port !== 0 ? ours : refusedMedia(m)))
    return ok({ description: describe(local, origin, media, previous), outcome })
  }
  return failure
}

interface Agreed {
  readonly outcome: AudioOutcome
  readonly list: readonly Codec[]
  readonly crypto: readonly CryptoLine[]
}

function agree(
  offer: SessionDescription,
  theirs: MediaDescription,
  local: LocalAudio,
): Result<Agreed, NegotiationError> {
  const secured = theirs.port === 0 ? ok(undefined) : secureAnswer(theirs, local.srtp)
  if (!secured.ok) return fail('no-security', secured.error)
  const offered = codecs(theirs)
  // Under the offer's payload types (§6.1), with our own parameters for what we receive.
  const common = offered.filter((codec) => findCodec(local.codecs, codec) !== undefined)
  if (local.order === 'ours') common.sort((a, b) => rank(local.codecs, a) - rank(local.codecs, b))
  const first = common[0]
  if (first === undefined) return fail('no-codec', 'no codec of the offer is ours')
  const ours = (codec: Codec) => withParameters(codec, findCodec(local.codecs, codec)!)
  const send = towards(first, ours(first))
  const event = local.events === undefined ? undefined : findCompanion(offered, TELEPHONE_EVENT, send)
  const redundancy = event && local.redundancy ? findRedundancy(offered, event) : undefined
  const noise = local.comfortNoise ? findCompanion(offered, COMFORT_NOISE, send) : undefined
  const remote = remoteSide(offer, theirs)
  if (remote === undefined) return fail('no-address', 'the offer names no address for its audio')
  const noises = noise === undefined ? [] : [noise]
  const events = event === undefined ? [] : [telephoneEvents(event.payloadType, send.clockRate)]
  if (event !== undefined && redundancy !== undefined) events.push(redundancyOver(event, redundancy))
  const list = [...common.map((codec) => settled(ours(codec), codec)), ...noises, ...events]
  const outcome = {
    ...remote.where,
    ...(answersMuxed(theirs, local, list) && { rtcpMux: true }),
    ...(local.rtcpXr && agreedReports(EXTENDED_REPORTS, reportsAsked(offer, theirs))),
    direction: meet(local.direction, remote.direction),
    held: remote.held,
    send,
    receive: [...common.map((codec) => towards(ours(codec), codec)), ...noises],
    ...(noise !== undefined && { noiseSend: noise.payloadType }),
    ...(event !== undefined && { eventSend: event.payloadType, eventReceive: event.payloadType }),
    ...(redundancy && { redundancySend: redundancy, redundancyReceive: redundancy.payloadType }),
    ptimeMs: sendTime(offer, theirs, send, ptimeOf(local, send)),
    ...(secured.value && { srtp: secured.value.srtp }),
  }
  return ok({ outcome, list, crypto: secured.value ? [secured.value.line] : [] })
}

/**
 * What an answer to our offer means. Streams it left out count as refused. Our stream refused is an error, unless we
 * offered to hold: then it is held. `secured`: nothing less than SRTP will do.
 */
export function evaluateAnswer(
  answer: SessionDescription,
  offer: SessionDescription,
  secured = false,
): Result<AudioOutcome, NegotiationError> {
  if (answer.media.length > offer.media.length)
    return fail('not-an-answer', 'the answer has more streams than our offer')
  const at = offer.media.findIndex((m) => isAudio(m) && m.port !== 0)
  const ours = offer.media[at]
  const theirs = answer.media[at]
  if (ours === undefined) return fail('not-an-answer', 'our offer has no audio stream')
  if (theirs !== undefined && theirs.media !== ours.media) {
    return fail('not-an-answer', 'the answer has another kind of stream in the place of our audio')
  }
  const way = direction(offer, ours)
  if (theirs === undefined || (theirs.port === 0 && way === 'sendrecv')) {
    return fail('refused', 'the answer refuses our audio stream')
  }
  if (theirs.port !== 0 && !isAudio(theirs))
    return fail('not-an-answer', 'the answer changes the transport of our audio')
  const security = theirs.port === 0 ? ok(undefined) : evaluateSecurity(theirs, ours, secured)
  if (!security.ok) return fail('no-security', security.error)
  const offered = codecs(ours)
  const answered = codecs(theirs).filter(({ name }) => !NO_AUDIO.includes(name))
  const first = answered.find((codec) => findCodec(offered, codec) !== undefined)
  const send = first && towards(first, findCodec(offered, first)!)
  if (send === undefined) return fail('no-codec', 'no codec of the answer is in our offer')
  const remote = remoteSide(answer, theirs)
  if (remote === undefined) return fail('no-address', 'the answer names no address for its audio')
  const eventSend = findCompanion(codecs(theirs), TELEPHONE_EVENT, send)
  const eventReceive = findCompanion(offered, TELEPHONE_EVENT, send)
  const events = eventSend &&
    eventReceive && { eventSend: eventSend.payloadType, eventReceive: eventReceive.payloadType }
  const redundancyReceive = events && findRedundancy(offered, eventReceive)?.payloadType
  const redundancySend = redundancyReceive === undefined ? undefined : findRedundancy(codecs(theirs), eventSend!)
  const noiseSend = findCompanion(codecs(theirs), COMFORT_NOISE, send)?.payloadType
  const noise = noiseSend === undefined ? undefined : findCompanion(offered, COMFORT_NOISE, send)
  const receive = receivable(offered, answered, eventReceive?.payloadType)
  return ok({
    ...remote.where,
    ...(agreedMuxed(ours, theirs) && { rtcpMux: true }),
    ...agreedReports(reportsAsked(offer, ours), reportsAsked(answer, theirs)),
    direction: meet(way, remote.direction),
    held: remote.held,
    send,
    receive: noise === undefined ? receive : [...receive, noise],
    ...(noise !== undefined && { noiseSend: noiseSend! }),
    ...events,
    ...(redundancySend && { redundancySend, redundancyReceive: redundancyReceive! }),
    ptimeMs: sendTime(answer, theirs, send, packetTime(offer, ours, 'ptime') ?? wholeFrames(send, USUAL_MS)),
    ...(security.value && { srtp: security.value }),
  })
}

/** Our payload types for what was agreed; the answer's too where free, for peers that send with those. */
function receivable(
  offered: readonly Codec[],
  answered: readonly Codec[],
  event: number | undefined,
): readonly Codec[] {
  const agreed = offered.flatMap((codec) => {
    const theirs = findCodec(answered, codec)
    return theirs === undefined ? [] : [towards(codec, theirs)]
  })
  const taken = new Set([...offered.map((c) => c.payloadType), event])
  for (const codec of answered) {
    const ours = findCodec(offered, codec)
    if (ours !== undefined && !taken.has(codec.payloadType)) agreed.push(towards(withParameters(codec, ours), codec))
  }
  return agreed
}

/** What a media block of the peer says about itself. */
function remoteSide(session: SessionDescription, media: MediaDescription) {
  const said = direction(session, media)
  const where = addresses(session, media)
  if (media.port !== 0 && where === undefined) return undefined
  if (media.port === 0 || where === undefined) {
    const nowhere = { address: where?.rtp.address ?? '0.0.0.0', port: 0 }
    return { where: { rtp: nowhere, rtcp: nowhere }, direction: 'inactive' as const, held: true }
  }
  const { address } = where.rtp
  const deaf = isNowhere(address)
  const theirs = deaf ? withoutReceiving(said) : said
  const held = theirs === 'sendonly' || theirs === 'inactive'
  return { where: deaf ? { rtp: { address, port: 0 }, rtcp: { address, port: 0 } } : where, direction: theirs, held }
}

const withoutReceiving = (way: Direction): Direction =>
  way === 'sendrecv' || way === 'sendonly' ? 'sendonly' : 'inactive'

/** Our direction: what we want as far as the peer's lets it (§6.1). */
function meet(ours: Direction, theirs: Direction): Direction {
  const send = (ours === 'sendrecv' || ours === 'sendonly') && (theirs === 'sendrecv' || theirs === 'recvonly')
  const receive = (ours === 'sendrecv' || ours === 'recvonly') && (theirs === 'sendrecv' || theirs === 'sendonly')
  return send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'
}

const rank = (list: readonly Codec[], codec: Codec): number => list.indexOf(findCodec(list, codec)!)

/** Events or noise on the clock of `audio`. */
const findCompanion = (list: readonly Codec[], name: string, audio: Codec): Codec | undefined =>
  list.find((c) => c.name === name && c.clockRate === audio.clockRate)
