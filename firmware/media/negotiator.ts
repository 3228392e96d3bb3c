// Offer and answer of one call's audio (RFC 3264): descriptions as text on one side, stream settings on the other.
import { err, ok, type Result } from '../base/result.ts'
import type { Rng } from '../base/rng.ts'
import { newKey, type SrtpSuite } from '../sdp/crypto.ts'
import type { SessionDescription } from '../sdp/description.ts'
import type { LocalAudio } from '../sdp/local.ts'
import { type AudioOutcome, answerOffer, evaluateAnswer, makeOffer } from '../sdp/offer-answer.ts'
import { parseSdp } from '../sdp/parse.ts'
import { printSdp } from '../sdp/print.ts'
import type { RtcpMux } from '../sdp/rtcp.ts'
import type { LocalSrtp } from '../sdp/secure.ts'
import { asMade } from './codecs.ts'
import type { Codec, Direction, StreamConfig } from './contract.ts'
import type { Pair } from './pair-stock.ts'

/** First dynamic payload type of our telephone events, the one everybody uses. */
const EVENTS = 101
/** RTP that stays away this long in a two-way call is reported, ms. A held stream may be silent for ever. */
const SILENCE_MS = 5000
/** NATs may forget a mapping after 30 s (RFC 6263 §7 asks for 15). */
export const KEEP_ALIVE_MS = 15_000

export interface CallAudio {
  readonly codecs: readonly Codec[]
  readonly ptimeMs: number
  /** Pauses are described instead of sent, where the peer agrees. */
  readonly silenceDetection?: boolean | undefined
  /** Digits go with those before them, where the peer agrees. */
  readonly dtmfRedundancy?: boolean | undefined
  readonly rtcpMux?: RtcpMux | undefined
  readonly rtcpXr?: boolean | undefined
  readonly pair: Pair
  /** Of o=, new for each call. */
  readonly sessionId: number
  readonly cname: string
  readonly jitter: StreamConfig['jitter']
  /** Undefined: SRTP is off. */
  readonly srtp?: SrtpPolicy | undefined
}

export interface SrtpPolicy {
  readonly mandatory: boolean
  /** In order of preference. */
  readonly suites: readonly SrtpSuite[]
  /** Where keys come from. */
  readonly rng: Rng
}

export interface Agreement {
  readonly stream: StreamConfig
  /** The peer holds us. */
  readonly held: boolean
}

/** Each failure is said in words and leaves everything as it was. */
export interface Negotiator {
  offer(direction: Direction): string
  /** `hold`: we hold the peer, so nothing of what it sends is wanted. */
  answer(offer: string, hold: boolean): Result<Agreement & { readonly sdp: string }, string>
  /** What an answer to our last offer means. */
  accept(answer: string): Result<Agreement, string>
  /** From the next description on, media is to come to `pair`. */
  move(pair: Pair): void
}

export function createNegotiator(audio: CallAudio): Negotiator {
  let { pair } = audio
  // One key for each suite and socket: a session that is only held or resumed keeps them, each with its counters.
  let srtp = srtpKeys(audio.srtp)
  const origin = { username: '-', sessionId: `${audio.sessionId}` }
  /** Our description last sent, and the last one that was an offer. */
  let ours: SessionDescription | undefined
  let offered: SessionDescription | undefined

  const local = (direction: Direction): LocalAudio => ({
    address: pair.address,
    rtpPort: pair.rtpPort,
    rtcpPort: pair.rtcpPort,
    codecs: audio.codecs,
    events: EVENTS,
    redundancy: audio.dtmfRedundancy,
    comfortNoise: audio.silenceDetection,
    rtcpMux: audio.rtcpMux,
    rtcpXr: audio.rtcpXr,
    ptimeMs: audio.ptimeMs,
    direction,
    order: 'offerer',
    srtp,
  })

  const agreement = (outcome: AudioOutcome): Agreement => {
    const { held, ...media } = outcome
    return {
      held,
      stream: {
        ...media,
        send: asMade(media.send, audio.codecs),
        symmetric: true,
        cname: audio.cname,
        jitter: audio.jitter,
        keepAliveMs: KEEP_ALIVE_MS,
        silenceMs: media.direction === 'sendrecv' ? SILENCE_MS : 0,
      },
    }
  }

  return {
    offer(direction) {
      ours = makeOffer(local(direction), origin, ours)
      offered = ours
      return printSdp(ours)
    },
    answer(text, hold) {
      const offer = parseSdp(text)
      if (!offer.ok) return err(offer.error.what)
      const answer = answerOffer(offer.value, local(hold ? 'sendonly' : 'sendrecv'), origin, ours)
      if (!answer.ok) return err(answer.error.what)
      ours = answer.value.description
      return ok({ sdp: printSdp(ours), ...agreement(answer.value.outcome) })
    },
    accept(text) {
      if (offered === undefined) return err('there was no offer of ours')
      const answer = parseSdp(text)
      if (!answer.ok) return err(answer.error.what)
      const outcome = evaluateAnswer(answer.value, offered, srtp?.mandatory)
      return outcome.ok ? ok(agreement(outcome.value)) : err(outcome.error.what)
    },
    move(to) {
      pair = to
      srtp = srtpKeys(audio.srtp)
    },
  }
}

/** Fresh keys, one for each suite. */
export const srtpKeys = (policy: SrtpPolicy | undefined): LocalSrtp | undefined =>
  policy && {
    mandatory: policy.mandatory,
    keys: policy.suites.map((suite) => ({ suite, key: newKey(suite, policy.rng) })),
  }
