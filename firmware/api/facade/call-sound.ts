// The sound of a call: its sockets and its stream, what our descriptions say of them, and its place at the bridge. Whoever was to
// hear it hears it again when its stream comes back on other sockets.
import {
  AudioTransport,
  type AudioTransportOptions,
  CoreError,
  type DigitWay,
  type Direction,
  type PortId,
  RtpTransport,
  type RtpTransportOptions,
  type SdpAttribute,
  type SdpSession,
} from '../core/index.ts'
import { AudioMedia } from './audio-media.ts'
import type { CallMedia, CallSetting, DtmfMethod } from './call-types.ts'
import { inTime } from './errors.ts'
import type { ToldBy } from './inbox.ts'
import type { Inner } from './inner.ts'
import { Local } from './local-sdp.ts'

/** How it is set up. */
export interface SoundSettings {
  readonly transport: Omit<RtpTransportOptions, 'engine' | 'init'>
  readonly audio: Omit<AudioTransportOptions, 'remoteSdp' | 'sdpIndex'>
  /** Signalling goes over TLS: keys in descriptions do. */
  readonly overTls: boolean
  /** Of the session, in each description of ours. */
  readonly attributes: readonly SdpAttribute[]
}

/** Who hears of it, in the turn in which it happens. */
export interface SoundUser {
  /** Its `media` is another. */
  changed(): void
  created(): void
  /** Its port is about to go. */
  destroyed(): void
  told(event: ToldBy<AudioTransport>): void
}

interface Stream {
  readonly transport: RtpTransport
  readonly audio: AudioTransport
}

export class CallSound extends AudioMedia {
  readonly name: string
  readonly #inner: Inner
  readonly #user: SoundUser
  readonly #local: Local
  readonly #settings: SoundSettings
  /** For the next transport alone. */
  #sockets: Pick<RtpTransportOptions, 'sockets' | 'sendSockets'> = {}
  /** What it sounds through, and what it is to from the next description on. */
  #now: Stream | undefined
  #next: Stream | undefined
  #digitsBy: readonly DigitWay[] | undefined
  #isOpen = false
  #isClosed = false
  #status: CallMedia['status'] = 'none'

  constructor(inner: Inner, id: number, settings: SoundSettings, user: SoundUser) {
    super(inner.endpoint)
    this.#inner = inner
    this.#settings = settings
    this.#local = new Local(settings.attributes)
    this.#user = user
    this.name = `call:${id}`
  }

  /** The core's stream; undefined before there are sockets. */
  get audio(): AudioTransport | undefined {
    return this.#now?.audio
  }

  get port(): PortId | undefined {
    return this.#isOpen ? this.#now?.audio.port : undefined
  }

  /** They hold us. */
  get isHeld(): boolean {
    return this.#now?.audio.isStarted === true && this.#now.audio.isHeld
  }

  /** Something was agreed on. */
  get isAgreed(): boolean {
    return this.#status !== 'none'
  }

  get media(): CallMedia {
    const audio = this.#now?.audio
    if (this.#status === 'none' || audio === undefined)
      return { status: 'none', direction: 'inactive', codec: '', telephoneEvents: false, srtp: undefined }
    const { direction, codec, sampleRate, hasTelephoneEvents: telephoneEvents, srtpSuite: srtp } = audio
    return { status: this.#status, direction, codec: `${codec}/${sampleRate}`, telephoneEvents, srtp }
  }

  /** Digits of theirs are listened for by these ways alone, now and in streams to come; undefined: as negotiated. */
  listen(methods: readonly DtmfMethod[] | undefined): void {
    const ways = [
      ['event', 'rfc2833'],
      ['tone', 'audio'],
    ] as const
    this.#digitsBy = methods && ways.filter(([, method]) => methods.includes(method)).map(([way]) => way)
    for (const stream of [this.#now, this.#next]) if (stream) stream.audio.digitsBy = this.#digitsBy
  }

  /** What `open` is to take. False: nothing of one's own. */
  bring({ mediaLsocks, mediaSsocks, asymmetricRtp = false }: CallSetting): boolean {
    const sendSockets = mediaSsocks ?? (asymmetricRtp ? 'other-ports' : undefined)
    this.#sockets = { ...(mediaLsocks && { sockets: mediaLsocks }), ...(sendSockets && { sendSockets }) }
    return Object.keys(this.#sockets).length > 0
  }

  /** Other sockets, now or from the next description on; `ready` is called as soon as there are some, at once where they are at hand. */
  open(ready: () => void, failed: (reason: string) => void): void {
    const { engine, inbox } = this.#inner
    // Sockets of the application's own are where they are.
    const place = this.#sockets.sockets && { localRtpAddress: undefined }
    const transport = new RtpTransport({ ...this.#settings.transport, ...place, ...this.#sockets, engine })
    this.#sockets = {}
    let isReady = false
    inbox.hear(transport, (told) => {
      if (told.name === 'rtp-transport-did-fail') return this.#isClosed ? undefined : failed(told.data.reason)
      if (!isReady) this.#opened(transport, ready)
    })
    transport.init()
    isReady = transport.state !== 'NULL'
    if (isReady) this.#opened(transport, ready)
  }

  #opened(transport: RtpTransport, ready: () => void): void {
    if (this.#isClosed) return void inTime(() => transport.close())
    const previous = this.#local.media
    const audio = new AudioTransport(transport, {
      ...{ ...this.#settings.audio, digitsBy: this.#digitsBy },
      ...(previous && { previous }),
    })
    this.#inner.inbox.hear(audio, (told) => this.#told(audio, told))
    const stream = { transport, audio }
    if (this.#next) this.#release(this.#next)
    if (this.#isOpen) this.#next = stream
    else {
      if (this.#now) this.#release(this.#now)
      this.#now = stream
    }
    ready()
  }

  /** Our description of what is now. */
  offer(direction: Direction): SdpSession {
    return this.#local.offer(this.#coming.audio.getLocalMedia(true, direction))
  }

  /** To theirs, of the first stream in it that will do. Throws a CoreError where none does. */
  answer(remote: SdpSession, direction: Direction): SdpSession {
    let failure: unknown = new CoreError('refused', 'answer', 'the offer has no RTP audio stream', { sipStatus: 488 })
    const { audio, transport } = this.#coming
    for (const at of this.#local.candidates(remote, transport.useSrtp)) {
      try {
        return this.#local.answer(remote, at, audio.getLocalMedia(false, direction, remote, at))
      } catch (error) {
        failure = error
      }
    }
    throw failure
  }

  /** This is what was sent in the place of our last description. */
  sent(local: SdpSession): void {
    this.#local.sent(local)
  }

  /** Both descriptions are in force. Throws a CoreError where they mean nothing together. */
  agree(local: SdpSession, remote: SdpSession, hold: boolean): void {
    const stream = this.#coming
    const { audio } = stream
    if (audio.isStarted) audio.update(local, remote, this.#local.index)
    else audio.start(local, remote, this.#local.index)
    if (this.#next !== undefined) {
      const before = this.#now
      if (before) this.#leave(before)
      this.#now = stream
      this.#next = undefined
    }
    this.#status = hold ? 'local-hold' : audio.isHeld ? 'remote-hold' : 'active'
    if (!this.#isOpen) {
      this.#isOpen = true
      this.opened('callMediaState')
      this.#user.created()
    }
    this.#user.changed()
  }

  /** The end; doing it again does nothing. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#next) this.#release(this.#next)
    const { isAgreed } = this
    if (this.#now) this.#leave(this.#now)
    this.#inner.bridge.forget(this)
    this.#status = 'none'
    if (isAgreed) this.#user.changed()
  }

  get #coming(): Stream {
    const stream = this.#next ?? this.#now
    if (stream !== undefined) return stream
    throw new CoreError('state', 'call', 'expected sockets for its sound')
  }

  #leave(stream: Stream): void {
    if (this.#isOpen) this.#user.destroyed()
    this.#isOpen = false
    this.#release(stream)
  }

  #release({ audio, transport }: Stream): void {
    for (const each of [audio, transport]) this.#inner.inbox.forget(each)
    inTime(() => {
      audio.stop()
      transport.close()
    })
  }

  #told(audio: AudioTransport, event: ToldBy<AudioTransport>) {
    if (this.#now?.audio !== audio) return
    if (event.name !== 'audio-transport-did-fail') return this.#user.told(event)
    if (this.#isOpen) this.#user.destroyed()
    this.#isOpen = false
    this.#status = 'error'
    this.#user.changed()
  }
}
