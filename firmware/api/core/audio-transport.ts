// An audio stream over the network: what it says of itself in descriptions, and the stream once both are known.
import { ok } from '../../base/result.ts'
import { hex } from '../../base/rng.ts'
import { type AllCodecSettings, asMade, knownCodecs, settingsFault } from '../../media/codecs.ts'
import type { Codec, Direction, MediaEvent, PortId, StreamStats } from '../../media/contract.ts'
import { KEEP_ALIVE_MS } from '../../media/negotiator.ts'
import { systemRng } from '../../runtime/system-rng.ts'
import type { SessionDescription } from '../../sdp/description.ts'
import type { LocalAudio } from '../../sdp/local.ts'
import { type AudioOutcome, answerOffer, evaluateAnswer, makeOffer } from '../../sdp/offer-answer.ts'
import type { RtcpMux } from '../../sdp/rtcp.ts'
import { expects, guarded } from './arguments.ts'
import type { BridgePort } from './bridge.ts'
import type { EngineCore } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { AUDIO, AUDIO_METHODS } from './media-arguments.ts'
import { mediaAt, RTP_TRANSPORT, type RtpTransport } from './rtp-transport.ts'
import { SdpConnection, SdpMedia, SdpSession } from './sdp.ts'
import { codecsNamed } from './start-options.ts'

/** How a digit of theirs came: as an RFC 4733 event, or as the tone itself in their sound. */
export type DigitWay = 'event' | 'tone'

/** What an audio transport may be made with. */
export interface AudioTransportOptions {
  /** Their offer: the stream begins at once, and `getLocalMedia` is the answer. */
  readonly remoteSdp?: SdpSession | undefined
  /** Which media of the offer it is. */
  readonly sdpIndex?: number
  /** Nothing is sent while there is nothing to hear, −50 dB for 200 ms; by default so. */
  readonly enableSilenceDetection?: boolean
  /** Instead of `Engine.codecs`. */
  readonly codecs?: readonly string[]
  /** By the name of a codec, what is wanted of it beyond the usual: payload type, packet time, `fmtp`. */
  readonly codecSettings?: AllCodecSettings | undefined
  /** See the attribute of that name. */
  readonly digitsBy?: readonly DigitWay[] | undefined
  /** RTCP on the port of RTP (RFC 5761): offered, taken of those who offer it (`accept`, the default), or neither. */
  readonly rtcpMux?: RtcpMux
  /** Our last section for the same stream over another transport: payload types keep their meaning (RFC 3264 §8.3.2). */
  readonly previous?: SdpMedia
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** A digit of theirs has ended. */
    'audio-transport-got-dtmf': {
      readonly sender: AudioTransport
      readonly data: { readonly digit: string; readonly durationMs: number; readonly by: DigitWay }
    }
    /** What `sendDigits` was given is sent. */
    'audio-transport-sent-digits': { readonly sender: AudioTransport; readonly data: { readonly digits: string } }
    /** No RTP came for so long, ms; 0: it comes (again). */
    'audio-transport-silence': { readonly sender: AudioTransport; readonly data: { readonly forMs: number } }
    /** The stream broke, or could not begin. */
    'audio-transport-did-fail': { readonly sender: AudioTransport; readonly data: { readonly reason: string } }
  }
}

/** First payload type of telephone events. */
const EVENTS = 101
const SILENCE_MS = 5000
const DIGIT_MS = 100
const GAP_MS = 60
const DIGITS = /^[0-9A-D*#]{1,64}$/

/** One audio stream. It begins once and ends once; its `RtpTransport` may carry another one afterwards. */
export class AudioTransport implements BridgePort {
  /** What it was made with. */
  readonly transport: RtpTransport
  /** Nothing is sent while there is nothing to hear. */
  readonly enableSilenceDetection: boolean
  readonly #engine: EngineCore
  readonly #codecs: readonly Codec[]
  readonly #rtcpMux: RtcpMux
  readonly #sessionId = `${systemRng().uint32()}`
  readonly #cname = hex(systemRng(), 16)
  #port: PortId | undefined
  /** Our last description of it alone. */
  #ours: SessionDescription | undefined
  #outcome: AudioOutcome | undefined
  /** What our answer to a new offer of theirs means, once that is in force. */
  #answered: AudioOutcome | undefined
  #digitsBy: readonly DigitWay[] | undefined
  #direction: Direction = 'sendrecv'
  #started = false
  #stopped = false

  /** Throws a CoreError when the transport is not in INIT or beyond, or carries another stream, or their offer has nothing for us. */
  constructor(transport: RtpTransport, options: AudioTransportOptions = {}) {
    const operation = 'AudioTransport'
    expects(
      operation,
      [
        ['transport', RTP_TRANSPORT],
        ['options', AUDIO],
      ],
      transport,
      options,
    )
    this.transport = transport
    this.#engine = transport.engine
    this.enableSilenceDetection = options.enableSilenceDetection ?? true
    const names = [...new Set((options.codecs ?? this.#engine.codecs).flatMap(codecsNamed))]
    const fault = settingsFault(names, options.codecSettings ?? {})
    if (fault !== undefined) throw new CoreError('argument', operation, fault)
    this.#codecs = knownCodecs(names, options.codecSettings)
    this.#rtcpMux = options.rtcpMux ?? 'accept'
    this.#digitsBy = options.digitsBy
    if (options.previous !== undefined) this.#ours = aloneIn(options.previous, this.#sessionId)
    this.#port = transport.occupy(operation, this, (event) => this.#onEvent(event)).port
    if (options.remoteSdp === undefined) return
    try {
      this.#answer(operation, options.remoteSdp, options.sdpIndex ?? 0)
    } catch (error) {
      transport.vacate(this)
      throw error
    }
  }

  /** Sound is sent and received. */
  get isActive(): boolean {
    return this.#started && !this.#stopped && this.transport.state !== 'INVALID'
  }

  /** It has begun; stays true, as it does not begin again. */
  get isStarted(): boolean {
    return this.#started
  }

  /** Name of the codec agreed on, as SDP has it: `PCMA`; undefined before. */
  get codec(): string | undefined {
    return this.#outcome?.send.name
  }

  /** Its RTP clock, Hz; undefined before. */
  get sampleRate(): number | undefined {
    return this.#outcome?.send.clockRate
  }

  /** They do not want to hear us now, in whatever form they said so. */
  get isHeld(): boolean {
    return this.#outcome?.held === true
  }

  /** Digits go as RFC 4733 events. */
  get hasTelephoneEvents(): boolean {
    return this.#outcome?.eventSend !== undefined
  }

  /**
   * The ways digits of theirs are listened for, a digit that comes by both told once; undefined: by events where those are agreed on,
   * else by tones. It can be changed at any time.
   */
  get digitsBy(): readonly DigitWay[] | undefined {
    return this.#digitsBy
  }

  set digitsBy(ways: readonly DigitWay[] | undefined) {
    this.#digitsBy = ways
    if (this.isActive) this.#apply()
  }

  /** Suite of SRTP agreed on; undefined: packets are plain. */
  get srtpSuite(): string | undefined {
    return this.#outcome?.srtp?.suite
  }

  /** Our direction: `sendrecv`, `sendonly`, `recvonly` or `inactive`. */
  get direction(): Direction {
    return this.#direction
  }

  /** Its name on the bridge; undefined unless it is active. */
  get port(): PortId | undefined {
    return this.isActive ? this.#port : undefined
  }

  /**
   * The media section for our description. An offer: with every codec of ours, under the payload types it had before. An answer:
   * to `remoteSdp` when that is given, else as agreed, with another direction.
   */
  getLocalMedia(isOffer: boolean, direction: Direction = 'sendrecv', remoteSdp?: SdpSession, sdpIndex = 0): SdpMedia {
    const operation = 'AudioTransport.getLocalMedia'
    this.#expectUse(operation)
    const origin = { username: '-', sessionId: this.#sessionId }
    if (isOffer) {
      this.#ours = makeOffer(this.#local(operation, direction), origin, this.#ours)
      this.#answered = undefined
    } else if (remoteSdp !== undefined) {
      const answer = answerOffer(
        alone(operation, remoteSdp, sdpIndex),
        this.#local(operation, direction),
        origin,
        this.#ours,
      )
      if (!answer.ok) throw new CoreError('refused', operation, answer.error.what, { sipStatus: 488 })
      this.#ours = answer.value.description
      this.#answered = answer.value.outcome
    } else if (this.#ours === undefined)
      throw new CoreError('state', operation, 'expected their offer: it was not given at construction')
    const media = this.#media(this.#ours)
    if (!isOffer && remoteSdp === undefined && direction !== 'sendrecv') setDirection(media, direction)
    if (isOffer && ['INIT', 'STUN_FAILED'].includes(this.transport.state)) {
      const session = new SdpSession(media.connection!.address, { media: [media] })
      this.transport.setLocal(session)
    }
    return media
  }

  /** Begins the stream: what we offered and they answered is known. Once only. */
  start(localSdp: SdpSession, remoteSdp: SdpSession, sdpIndex = 0): void {
    const operation = 'AudioTransport.start'
    this.#expectUse(operation)
    if (this.#started) throw new CoreError('state', operation, 'expected a stream that has not begun')
    this.#establish(operation, localSdp, remoteSdp, sdpIndex)
  }

  /** After a re-INVITE or UPDATE: codecs, addresses and directions are as both descriptions now have it. */
  update(localSdp: SdpSession, remoteSdp: SdpSession, sdpIndex = 0): void {
    const operation = 'AudioTransport.update'
    this.#expectActive(operation)
    this.#establish(operation, localSdp, remoteSdp, sdpIndex)
  }

  /** After a negotiation that changed nothing but the direction. */
  updateDirection(direction: Direction): void {
    this.#expectActive('AudioTransport.updateDirection')
    this.#direction = direction
    this.#apply()
  }

  /** Ends the stream for good; the transport is free for another one. */
  stop(): void {
    const operation = 'AudioTransport.stop'
    const stack = this.#engine.running(operation)
    if (this.#stopped) return
    this.#stopped = true
    if (this.#port !== undefined) stack.bridge.leave(this.#port)
    this.transport.vacate(this)
  }

  /** Sends one digit, 0-9 A-D * #, as RFC 4733 event, or as tones where those were not agreed on. */
  sendDtmf(digit: string, durationMs = DIGIT_MS): void {
    const operation = 'AudioTransport.sendDtmf'
    if (digit.length !== 1 || !DIGITS.test(digit))
      throw new CoreError('argument', operation, `digit: expected one of 0-9 A-D * #, got ${digit}`)
    this.#sendDigits(operation, digit, durationMs, GAP_MS)
    this.#engine.playDigit(digit, durationMs)
  }

  /** Up to 64 digits one after the other, behind those under way; `audio-transport-sent-digits` tells when they are out. */
  sendDigits(digits: string, durationMs = DIGIT_MS, gapMs = GAP_MS): void {
    const operation = 'AudioTransport.sendDigits'
    if (!DIGITS.test(digits))
      throw new CoreError('argument', operation, `digits: expected up to 64 of 0-9 A-D * #, got ${digits}`)
    this.#sendDigits(operation, digits, durationMs, gapMs)
  }

  #sendDigits(operation: string, digits: string, durationMs: number, gapMs: number): void {
    const port = this.#expectActive(operation)
    this.#engine.running(operation).media({ kind: 'send-dtmf', port, digits, durationMs, gapMs })
  }

  /** Counters of what was sent and received since its transport got its sockets. */
  getStatistics(): Promise<StreamStats> {
    const operation = 'AudioTransport.getStatistics'
    const port = this.#expectActive(operation)
    return this.#engine.running(operation).stats(operation, port)
  }

  #answer(operation: string, remoteSdp: SdpSession, sdpIndex: number): void {
    const origin = { username: '-', sessionId: this.#sessionId }
    const answer = answerOffer(alone(operation, remoteSdp, sdpIndex), this.#local(operation, 'sendrecv'), origin)
    if (!answer.ok) throw new CoreError('refused', operation, answer.error.what, { sipStatus: 488 })
    this.#ours = answer.value.description
    const media = this.#media(this.#ours)
    const local = remoteSdp.copy()
    local.media[sdpIndex] = media
    this.transport.setEstablished(local, remoteSdp, sdpIndex)
    this.#begin(answer.value.outcome)
  }

  #establish(operation: string, localSdp: SdpSession, remoteSdp: SdpSession, sdpIndex: number): void {
    const remote = alone(operation, remoteSdp, sdpIndex)
    const { srtp } = this.transport
    const local = alone(operation, localSdp, sdpIndex)
    const outcome = this.#answered === undefined ? evaluateAnswer(remote, local, srtp?.mandatory) : ok(this.#answered)
    if (!outcome.ok) throw new CoreError('refused', operation, outcome.error.what, { sipStatus: 488 })
    this.transport.setEstablished(localSdp, remoteSdp, sdpIndex)
    this.#begin(outcome.value)
  }

  #begin(outcome: AudioOutcome): void {
    this.#started = true
    this.#outcome = outcome
    this.#direction = outcome.direction
    this.#apply()
  }

  #apply(): void {
    const { held: _, eventReceive, redundancyReceive, ...agreed } = this.#outcome!
    const ways = this.#digitsBy
    const named = ways === undefined || ways.includes('event')
    const direction = this.#direction
    this.#engine.running('AudioTransport').media({
      kind: 'update-stream',
      port: this.#port!,
      stream: {
        ...agreed,
        ...(named && eventReceive !== undefined && { eventReceive }),
        ...(named && redundancyReceive !== undefined && { redundancyReceive }),
        ...(ways && { detectInBand: ways.includes('tone') }),
        send: asMade(agreed.send, this.#codecs),
        ...{ direction, symmetric: true, cname: this.#cname, jitter: this.#engine.jitter },
        suppressSilence: this.enableSilenceDetection,
        keepAliveMs: KEEP_ALIVE_MS,
        silenceMs: direction === 'sendrecv' ? SILENCE_MS : 0,
      },
    })
  }

  #local(operation: string, direction: Direction): LocalAudio {
    const { pair } = this.transport.occupy(operation, this, (event) => this.#onEvent(event))
    return {
      ...{ address: pair.address, rtpPort: pair.rtpPort, rtcpPort: pair.rtcpPort },
      ...{ codecs: this.#codecs, rtcpMux: this.#rtcpMux },
      ...{ events: EVENTS, ptimeMs: this.#engine.ptime, direction, order: 'offerer', srtp: this.transport.srtp },
    }
  }

  #media({ media, connection }: SessionDescription): SdpMedia {
    const found = SdpMedia.fromDescription(media[0]!)
    if (connection !== undefined)
      found.connection = new SdpConnection(connection.address, { addressType: connection.addressType })
    return found
  }

  #onDigit(digit: string, durationMs: number, tone: boolean): void {
    const by = tone ? 'tone' : 'event'
    this.#engine.notifications.post('audio-transport-got-dtmf', this, { digit, durationMs, by })
    this.#engine.playDigit(digit, durationMs)
  }

  #onEvent(event: MediaEvent): void {
    const { notifications } = this.#engine
    switch (event.kind) {
      case 'dtmf':
        if (event.ended) this.#onDigit(event.digit, event.durationMs, event.tone)
        return
      case 'dtmf-sent':
        notifications.post('audio-transport-sent-digits', this, { digits: event.digits })
        return
      case 'stream-receiving':
        notifications.post('audio-transport-silence', this, { forMs: 0 })
        return
      case 'stream-silent':
        notifications.post('audio-transport-silence', this, { forMs: event.forMs })
        return
      case 'port-failed':
      case 'port-lost':
      case 'rejected':
        notifications.post('audio-transport-did-fail', this, { reason: event.reason })
        return
    }
  }

  #expectUse(operation: string): void {
    this.#engine.running(operation)
    if (this.#stopped) throw new CoreError('state', operation, 'expected a stream that was not stopped')
  }

  #expectActive(operation: string): PortId {
    this.#expectUse(operation)
    if (!this.#started) throw new CoreError('state', operation, 'expected a stream that has begun')
    return this.#port!
  }
}

/** A description with that section alone. */
const aloneIn = (media: SdpMedia, id: string): SessionDescription =>
  new SdpSession(media.connection?.address ?? '0.0.0.0', { id: BigInt(id), media: [media] }).toDescription()

/** The description with the one media section of that index. */
function alone(operation: string, sdp: SdpSession, index: number): SessionDescription {
  mediaAt(operation, sdp, index)
  const description = sdp.toDescription()
  return { ...description, media: [description.media[index]!] }
}

function setDirection(media: SdpMedia, direction: Direction): void {
  for (const attribute of media.attributes)
    if (['sendrecv', 'sendonly', 'recvonly', 'inactive'].includes(attribute.name)) attribute.name = direction
}

guarded('AudioTransport', AudioTransport, AUDIO_METHODS)
