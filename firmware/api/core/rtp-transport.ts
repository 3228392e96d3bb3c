// A pair of sockets for RTP and RTCP, from its making until it is closed; streams use it one after the other.
import type { SocketAddress } from '../../base/address.ts'
import { isIpv4, isIpv6 } from '../../base/ip.ts'
import type { MediaEvent, PortId, StreamConfig } from '../../media/contract.ts'
import type { Pair } from '../../media/pair-stock.ts'
import { systemRng } from '../../runtime/system-rng.ts'
import { type CryptoLine, newKey, SRTP_SUITES, type SrtpSuite } from '../../sdp/crypto.ts'
import type { MediaDescription } from '../../sdp/description.ts'
import { PCMA } from '../../sdp/local.ts'
import { addresses, isNowhere } from '../../sdp/rtp.ts'
import {
  cryptoAttributes,
  evaluateSecurity,
  hasCrypto,
  type LocalSrtp,
  offeredLines,
  profileOf,
  secureAnswer,
} from '../../sdp/secure.ts'
import { expects, guarded } from './arguments.ts'
import { type EngineCore, sharedEngine } from './engine-core.ts'
import { CoreError } from './errors.ts'
import { instance } from './guard.ts'
import { RTP, RTP_METHODS } from './media-arguments.ts'
import type { PairSource } from './pair-shelf.ts'
import { SdpAttribute, type SdpMedia, type SdpSession } from './sdp.ts'

/** NULL before `init`; INVALID once the engine is stopped. */
export type RtpTransportState = 'NULL' | 'WAIT_STUN' | 'STUN_FAILED' | 'INIT' | 'LOCAL' | 'ESTABLISHED' | 'INVALID'

/** What a transport may be made with. */
export interface RtpTransportOptions {
  /** Address to listen on, IPv4 or IPv6; that of the engine when it is left out. */
  readonly localRtpAddress?: string | undefined
  /** Sockets of your own, by descriptor or by the address to bind, instead of ports of the engine's range. */
  readonly sockets?: PairSource | undefined
  /** What is sent leaves by these, or by other ports of the engine: asymmetric RTP. */
  readonly sendSockets?: PairSource | 'other-ports' | undefined
  /** SRTP is offered. */
  readonly useSrtp?: boolean
  /** With `useSrtp`: who does not take it is not spoken to. */
  readonly srtpForced?: boolean
  /** With `useSrtp`: in order of preference; all there are when it is left out. */
  readonly srtpSuites?: readonly SrtpSuite[]
  /** ICE is asked for. Taken note of: no candidates are gathered yet. */
  readonly useIce?: boolean
  /** With `useIce`: the STUN server asked for our address as others see it. */
  readonly iceStunAddress?: string | undefined
  readonly iceStunPort?: number
  /** `init` is called at once. */
  readonly init?: boolean
  readonly engine?: EngineCore
}

declare module './notifications.ts' {
  interface NotificationMap {
    /** It is in INIT: its port is known. */
    'rtp-transport-did-initialize': { readonly sender: RtpTransport; readonly data: Readonly<Record<string, never>> }
    /** There is no port for it (then it is NULL again), or no answer of the STUN server (then it is of use all the same). */
    'rtp-transport-did-fail': { readonly sender: RtpTransport; readonly data: { readonly reason: string } }
  }
}

const NOWHERE: SocketAddress = { address: '0.0.0.0', port: 0 }

/** A transport that listens, and sends nothing. */
const IDLE: StreamConfig = {
  ...{ rtp: NOWHERE, rtcp: NOWHERE, direction: 'inactive', send: PCMA, receive: [PCMA], ptimeMs: 20 },
  ...{
    symmetric: true,
    cname: '',
    jitter: { minMs: 20, maxMs: 200 },
    keepAliveMs: 0,
    silenceMs: 0,
    detectInBand: false,
  },
}

/** One RTP and one RTCP socket. Descriptions pass through it, so that what concerns the transport gets into them. */
export class RtpTransport {
  /** SRTP was asked for. */
  readonly useSrtp: boolean
  /** It was asked for as a must. */
  readonly srtpForced: boolean
  /** ICE was asked for. */
  readonly useIce: boolean
  /** STUN server asked for; undefined: none. */
  readonly iceStunAddress: string | undefined
  /** Its UDP port. */
  readonly iceStunPort: number
  /** The engine it was made with. */
  readonly engine: EngineCore
  readonly #address: string | undefined
  readonly #suites: readonly SrtpSuite[]
  readonly #sockets: PairSource | undefined
  readonly #sendSockets: PairSource | 'other-ports' | undefined
  #state: Exclude<RtpTransportState, 'INVALID'> = 'NULL'
  #pair: Pair | undefined
  #port: PortId | undefined
  #asking = false
  #remote: SocketAddress | undefined
  #received: SocketAddress | undefined
  #srtp: LocalSrtp | undefined
  #srtpActive = false
  /** The stream that uses it. */
  #user: object | undefined
  #hear: (event: MediaEvent) => void = () => {}

  constructor(options: RtpTransportOptions = {}) {
    expects('RtpTransport', RTP, options)
    const { localRtpAddress } = options
    if (localRtpAddress !== undefined && !isIpv4(localRtpAddress) && !isIpv6(localRtpAddress))
      throw new CoreError('argument', 'RtpTransport', `localRtpAddress: expected an address, got ${localRtpAddress}`)
    if (localRtpAddress !== undefined && options.sockets !== undefined)
      throw new CoreError('argument', 'RtpTransport', 'sockets: expected no localRtpAddress beside them')
    this.engine = options.engine ?? sharedEngine()
    this.#sockets = options.sockets
    this.#sendSockets = options.sendSockets
    this.#address = localRtpAddress
    this.#suites = options.srtpSuites ?? SRTP_SUITES
    this.useSrtp = options.useSrtp ?? false
    this.srtpForced = options.srtpForced ?? false
    this.useIce = options.useIce ?? false
    this.iceStunAddress = options.iceStunAddress
    this.iceStunPort = options.iceStunPort ?? 3478
    if (options.init) this.init()
  }

  /** Where it is. */
  get state(): RtpTransportState {
    const { state } = this.engine
    return state === 'stopped' || state === 'stopping' ? 'INVALID' : this.#state
  }

  /** Address it listens on; undefined in NULL. */
  get localRtpAddress(): string | undefined {
    return this.#pair?.address
  }

  /** UDP port of RTP; undefined in NULL. */
  get localRtpPort(): number | undefined {
    return this.#pair?.rtpPort
  }

  /** UDP port of RTCP, the next one but with `sockets`; undefined in NULL. */
  get localRtcpPort(): number | undefined {
    return this.#pair?.rtcpPort
  }

  /** Where their description wants RTP; undefined unless ESTABLISHED. */
  get remoteRtpAddressSdp(): string | undefined {
    return this.#remote?.address
  }

  /** Likewise. */
  get remoteRtpPortSdp(): number | undefined {
    return this.#remote?.port
  }

  /** Where RTP came from; undefined until some has come. */
  get remoteRtpAddressReceived(): string | undefined {
    return this.#received?.address
  }

  /** Likewise. */
  get remoteRtpPortReceived(): number | undefined {
    return this.#received?.port
  }

  /** RTP is encrypted and decrypted. */
  get srtpActive(): boolean {
    return this.#srtpActive
  }

  /** For the streams: what we bring to SRTP, new with each `init`; undefined: nothing. */
  get srtp(): LocalSrtp | undefined {
    return this.#srtp
  }

  /**
   * NULL → INIT as soon as there are sockets; LOCAL or ESTABLISHED → INIT, on the same ports, when no stream uses it. With ICE and
   * a STUN server by way of WAIT_STUN. Told by `rtp-transport-did-initialize` or `rtp-transport-did-fail`.
   */
  init(): void {
    const operation = 'RtpTransport.init'
    this.#expect(operation, ['NULL', 'LOCAL', 'ESTABLISHED', 'STUN_FAILED'])
    if (this.#user !== undefined)
      throw new CoreError('state', operation, 'expected no stream that uses it; stop that first')
    this.#remote = undefined
    this.#received = undefined
    this.#srtpActive = false
    if (this.useSrtp) this.#srtp = newKeys(this.srtpForced, this.#suites)
    if (this.#pair !== undefined) {
      this.#initialized()
      return
    }
    if (this.#asking) return
    this.#asking = true
    const { local } = this.engine.running(operation)
    this.#take(operation, this.#sockets, (pair) =>
      // A socket that listens everywhere is named by the address of the engine.
      this.#takeSending(operation, isNowhere(pair.address) ? { ...pair, address: local.address } : pair),
    )
  }

  #takeSending(operation: string, pair: Pair): void {
    const sending = this.#sendSockets
    if (sending === undefined) {
      this.#opened(pair)
      return
    }
    const source = sending === 'other-ports' ? undefined : sending
    const giveBack = () => this.engine.running(operation).media({ kind: 'release-pair', pair: pair.pair })
    this.#take(operation, source, (other) => this.#opened({ ...pair, sendPair: other.pair }), giveBack)
  }

  #take(operation: string, source: PairSource | undefined, taken: (pair: Pair) => void, failed = () => {}): void {
    const { pairs, local } = this.engine.running(operation)
    const fail = (reason: string) => {
      this.#asking = false
      failed()
      this.engine.notifications.post('rtp-transport-did-fail', this, { reason })
    }
    if (source !== undefined) pairs.bring(source, taken, fail)
    else pairs.take(this.#address ?? local.address, taken, fail)
  }

  #opened(pair: Pair): void {
    const stack = this.engine.running('RtpTransport')
    const port = stack.newName('rtp')
    this.#asking = false
    this.#pair = pair
    this.#port = port
    stack.claimPort(port, (event) => this.#onEvent(event))
    const sendPair = pair.sendPair === undefined ? {} : { sendPair: pair.sendPair }
    stack.media({ kind: 'open-stream', port, pair: pair.pair, ...sendPair, stream: { ...IDLE, cname: port } })
    this.#initialized()
  }

  #initialized(): void {
    const { notifications } = this.engine
    if (this.useIce && this.iceStunAddress !== undefined) {
      // WAIT_STUN has its place here, for whoever gathers candidates: it goes on without one of the server's.
      this.#state = 'STUN_FAILED'
      notifications.post('rtp-transport-did-fail', this, { reason: 'ICE is not there yet: no candidates are gathered' })
      return
    }
    this.#state = 'INIT'
    notifications.post('rtp-transport-did-initialize', this, {})
  }

  /** INIT → LOCAL: `localSdp` is what we offer, and `sdpIndex` this transport's media in it. It may be changed here. */
  setLocal(localSdp: SdpSession, sdpIndex = 0): void {
    const operation = 'RtpTransport.setLocal'
    this.#expect(operation, ['INIT', 'STUN_FAILED', 'LOCAL'])
    const media = mediaAt(operation, localSdp, sdpIndex)
    if (this.#srtp !== undefined && !hasCrypto(media.toDescription())) {
      media.transport = profileOf(this.#srtp)
      addCrypto(media, offeredLines(this.#srtp))
    }
    this.#state = 'LOCAL'
  }

  /**
   * INIT, LOCAL or ESTABLISHED → ESTABLISHED: both descriptions are known. From INIT `localSdp`, the answer, may be changed here.
   * Throws a CoreError when they do not agree on SRTP: one of them has to have it, and the other does not.
   */
  setEstablished(localSdp: SdpSession, remoteSdp: SdpSession, sdpIndex = 0): void {
    const operation = 'RtpTransport.setEstablished'
    this.#expect(operation, ['INIT', 'STUN_FAILED', 'LOCAL', 'ESTABLISHED'])
    const media = mediaAt(operation, localSdp, sdpIndex)
    const theirs = mediaAt(operation, remoteSdp, sdpIndex).toDescription()
    if (this.#state === 'LOCAL') this.#offered(operation, media, theirs)
    else if (this.#state !== 'ESTABLISHED' && !hasCrypto(media.toDescription()))
      this.#answering(operation, media, theirs)
    else this.#srtpActive = hasCrypto(media.toDescription()) && hasCrypto(theirs)
    const remote = remoteSdp.toDescription()
    this.#remote = addresses(remote, remote.media[sdpIndex]!)?.rtp
    this.#state = 'ESTABLISHED'
  }

  /** They have answered. */
  #offered(operation: string, media: SdpMedia, theirs: MediaDescription): void {
    const agreed = evaluateSecurity(theirs, media.toDescription(), this.#srtp?.mandatory ?? false)
    if (!agreed.ok) throw new CoreError('refused', operation, agreed.error, { sipStatus: 488 })
    this.#srtpActive = agreed.value !== undefined
  }

  /** We answer, and that has nothing of SRTP in it yet. */
  #answering(operation: string, media: SdpMedia, theirs: MediaDescription): void {
    const agreed = secureAnswer(theirs, this.#srtp)
    if (!agreed.ok) throw new CoreError('refused', operation, agreed.error, { sipStatus: 488 })
    this.#srtpActive = agreed.value !== undefined
    media.transport = theirs.protocol
    if (agreed.value !== undefined) addCrypto(media, [agreed.value.line])
  }

  /** Closes the sockets. No stream may use it; it is NULL then, and may be used again on other ports. */
  close(): void {
    const operation = 'RtpTransport.close'
    const stack = this.engine.running(operation)
    if (this.#user !== undefined)
      throw new CoreError('state', operation, 'expected no stream that uses it; stop that first')
    if (this.#port !== undefined) stack.closePort(this.#port)
    this.#port = undefined
    this.#pair = undefined
    this.#remote = undefined
    this.#received = undefined
    this.#state = 'NULL'
  }

  /** For the streams: `user` is the one that uses it from now on, and hears of its port. Throws when another one does. */
  occupy(
    operation: string,
    user: object,
    hear: (event: MediaEvent) => void,
  ): { readonly port: PortId; readonly pair: Pair } {
    this.#expect(operation, ['INIT', 'STUN_FAILED', 'LOCAL', 'ESTABLISHED'])
    if (this.#user !== undefined && this.#user !== user)
      throw new CoreError('state', operation, 'expected a transport no other stream uses')
    this.#user = user
    this.#hear = hear
    return { port: this.#port!, pair: this.#pair! }
  }

  /** For the streams: it uses the transport no longer. */
  vacate(user: object): void {
    if (this.#user !== user) return
    this.#user = undefined
    this.#hear = () => {}
    if (this.#port !== undefined)
      this.engine
        .running('RtpTransport')
        .media({ kind: 'update-stream', port: this.#port, stream: { ...IDLE, cname: this.#port } })
  }

  #onEvent(event: MediaEvent): void {
    if (event.kind === 'stream-receiving') this.#received = event.from
    this.#hear(event)
  }

  #expect(operation: string, states: readonly RtpTransportState[]): void {
    this.engine.running(operation)
    if (states.includes(this.#state)) return
    throw new CoreError('state', operation, `expected ${states.join(' or ')}, the state is ${this.#state}`)
  }
}

/** The media section of that index. Throws when there is none. */
export function mediaAt(operation: string, sdp: SdpSession, index: number) {
  const media = sdp.media[index]
  if (media !== undefined) return media
  throw new CoreError('argument', operation, `sdpIndex: expected below ${sdp.media.length}, got ${index}`)
}

/** A key for each suite. */
function newKeys(mandatory: boolean, suites: readonly SrtpSuite[]): LocalSrtp {
  const rng = systemRng()
  return { mandatory, keys: suites.map((suite) => ({ suite, key: newKey(suite, rng) })) }
}

function addCrypto(media: SdpMedia, lines: readonly CryptoLine[]): void {
  for (const { name, value } of cryptoAttributes(lines)) media.attributes.push(new SdpAttribute(name, value))
}

export const RTP_TRANSPORT = instance('an RtpTransport', () => RtpTransport)

guarded('RtpTransport', RtpTransport, RTP_METHODS)
