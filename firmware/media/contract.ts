// CONTRACT: media. Plain-data commands to the native engine and the events it answers with. Samples never pass here.
//
// The engine is a graph of ports on one bridge. A port is opened under a name chosen by the caller, connected to
// others, and closed. Commands take effect in the order given, each within one engine tick (≤ 10 ms), and never block.
// A command that cannot be done is answered with `rejected` (misuse) or `port-failed` (the world); nothing throws.
import type { SocketAddress } from '../base/address.ts'
import type { ReceiverRoundTrip } from '../sdp/extended-reports.ts'
import type { EventRedundancy } from '../sdp/redundancy.ts'
import type { Srtp } from '../sdp/secure.ts'

/** Name of a bridge port, chosen by whoever opens it: `handset`, `call:3`, `tone:dial`, `player:7`. */
export type PortId = string
/** A bound RTP/RTCP socket pair in stock, numbered by the engine. */
export type PairId = number

/** A UDP socket bound elsewhere, by its descriptor, which is copied: whoever bound it may close it then; or an address to bind one to. */
export type SocketSource = { readonly fd: number } | SocketAddress

/** Which way media flows (RFC 3264 §5.1), seen from whoever says it. */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** A codec as SDP names it (rtpmap encoding name in upper case: `PCMU`, `PCMA`, `OPUS`). */
export interface Codec {
  readonly name: string
  /** RTP payload type, 0–127. */
  readonly payloadType: number
  /** RTP clock, Hz. */
  readonly clockRate: number
  readonly channels: number
  /** fmtp parameters of this direction as its receiver wants them, e.g. { useinbandfec: '1' }; `sprop-…` its sender says. */
  readonly parameters?: Readonly<Record<string, string>>
  /** What we like of it, ms, where that is not what we like of all; no part of descriptions. */
  readonly ptimeMs?: number
  readonly maxPtimeMs?: number
  /** What encoding may cost (Opus), 0–10; absent: as the processor is. */
  readonly complexity?: number
  /** Of what we send (Opus), bit/s, 6000–510,000, where the peer takes as much; absent: by its bandwidth, 16,000–32,000. */
  readonly bitRate?: number
}

/** An RTP stream (RFC 3550) as it is to be; `update-stream` gives it anew as a whole. */
export interface StreamConfig {
  /** Where RTP and RTCP go. Port 0 in `rtp`: send nothing. */
  readonly rtp: SocketAddress
  readonly rtcp: SocketAddress
  readonly direction: Direction
  /** What is sent, in packets of `ptimeMs`: 10–60, a multiple of 10 and of the codec's own frame. */
  readonly send: Codec
  readonly ptimeMs: number
  /** Every codec accepted from the peer, by payload type; rates and clocks may differ. The port runs at the highest rate of all. */
  readonly receive: readonly Codec[]
  /** RFC 4733 payload types, on the RTP clock of `send`; absent: named events are not used in that direction. */
  readonly eventSend?: number
  readonly eventReceive?: number
  /** RFC 2198 over events: events go with those before them, and one lost is heard from the next. Absent: not in that direction. */
  readonly redundancySend?: EventRedundancy
  readonly redundancyReceive?: number
  /** RFC 3389 payload type on the RTP clock of `send`: pauses are described under it; absent: sent as they sound. `CN` in `receive` is heard. */
  readonly noiseSend?: number
  /** Whether digits are also listened for as tones in the sound received; absent: when there is no `eventReceive`. */
  readonly detectInBand?: boolean
  /** Pauses of more than 200 ms are left out (RFC 3551 §4.1) where no `noiseSend` says more of them. Default false. */
  readonly suppressSilence?: boolean
  /** Follow the peer's real source address after the first valid packets (symmetric RTP, RFC 4961). */
  readonly symmetric: boolean
  /** RTCP comes and goes on the ports of RTP (RFC 5761): `rtcp` counts for nothing, and no payload type is of use from 64 to 95. Default false. */
  readonly rtcpMux?: boolean
  /** How the peer is heard goes along with RTCP (VoIP metrics, RFC 3611 §4.7). Default false; what the peer says is read anyhow. */
  readonly rtcpXr?: boolean
  /** Reports without sound say what time it is here, those of the peer are answered (RFC 3611 §4.4, §4.5): round trips of listeners. Default: neither. */
  readonly receiverRoundTrip?: ReceiverRoundTrip
  readonly cname: string
  /** Jitter buffer bounds, ms of playout delay. */
  readonly jitter: { readonly minMs: number; readonly maxMs: number }
  /** An empty packet of a payload type nobody knows after this long without another (RFC 6263 §4.6), ms; 0 never. Held streams too. */
  readonly keepAliveMs: number
  /** `stream-silent` after this long without RTP, ms; 0 never. */
  readonly silenceMs: number
  /**
   * SRTP and SRTCP (RFC 3711, 6188, 7714); absent: plain RTP. Under a key that stays the counters go on; under another one
   * what is still sent with the one before is taken until the first packet of the new. Packets of the other kind are dropped.
   */
  readonly srtp?: Srtp
}

/**
 * An audio device. `kind: 'alsa'`: by ALSA PCM name, each direction opened once; '' leaves a direction closed.
 * `wav`: capture reads a WAV file (`loop` repeats, else silence follows), playback writes one, paced by the clock.
 * `null`: paced silence in, discarded out.
 * `external`: another process of the same user carries the sound. The engine listens on the Unix-domain socket `socket`
 * (a path of at most 107 bytes, in a folder of the user's own; what is left there of an earlier run is replaced) for one
 * process at a time, says `port-opened` when that process has its devices open, `port-failed` when it reports why it has
 * not, or when none has come within 5 s, and `port-lost` when it goes; the next one to come is welcome. What is spoken
 * on the socket: native/src/audio/external_wire.h.
 */
export type DeviceConfig =
  | {
      readonly kind: 'alsa'
      readonly capture: string
      readonly playback: string
      readonly rate: 8000 | 16000 | 32000 | 48000
      readonly periodMs: number
    }
  | {
      readonly kind: 'wav'
      readonly capture: string
      readonly playback: string
      readonly rate: 8000 | 16000 | 32000 | 48000
      readonly loop: boolean
    }
  | {
      readonly kind: 'external'
      readonly socket: string
      readonly capture: boolean
      readonly playback: boolean
      readonly rate: 8000 | 16000 | 32000 | 48000
    }
  | { readonly kind: 'null'; readonly rate: 8000 | 16000 | 32000 | 48000 }

/** One cadence step: up to four frequencies (Hz; none is silence) for `ms` (0 = for ever), each at `levelDb` (dBm0, ≤ 0). */
export interface ToneStep {
  readonly frequencies: readonly number[]
  readonly ms: number
  readonly levelDb: number
}
/** Steps played in order, the whole `repeat` times (0 = for ever). */
export interface Tone {
  readonly steps: readonly ToneStep[]
  readonly repeat: number
}

/** What the media engine is told, in the order given. */
export type MediaCommand =
  /** Keep `want` socket pairs (even port, RTCP next) bound ahead on `address`, ports within [min, max]. Replaces an earlier order for that address, whose pairs stay, as they may be in an offer: who wants none of those ports releases them. '' ends all orders and pairs. */
  | {
      readonly kind: 'stock-pairs'
      readonly address: string
      readonly min: number
      readonly max: number
      readonly want: number
      readonly dscp: number
    }
  | { readonly kind: 'release-pair'; readonly pair: PairId }
  /**
   * Sockets of the application's own for RTP and RTCP (absent: the port after that of RTP is bound), outside the stock and its orders.
   * Answered by `pair-ready` or `pairs-failed` with this `ref`; of use as any pair then. 64 at most that are not opened.
   */
  | {
      readonly kind: 'bring-pair'
      readonly ref: number
      readonly rtp: SocketSource
      readonly rtcp?: SocketSource
      readonly dscp: number
    }
  /**
   * Takes the pair out of the stock; it is released when the port closes. `sendPair`, taken too: what is sent leaves by its sockets
   * (asymmetric RTP). They are read as well, as who answers to where packets come from sends there.
   */
  | {
      readonly kind: 'open-stream'
      readonly port: PortId
      readonly pair: PairId
      readonly sendPair?: PairId
      readonly stream: StreamConfig
    }
  | { readonly kind: 'update-stream'; readonly port: PortId; readonly stream: StreamConfig }
  | { readonly kind: 'open-device'; readonly port: PortId; readonly device: DeviceConfig }
  | { readonly kind: 'open-tone'; readonly port: PortId; readonly tone: Tone }
  /** PCM16, A-law or µ-law WAV of any rate. `loops` 0 = for ever, pauses of `pauseMs` between. Ends with `port-ended`. */
  | {
      readonly kind: 'open-player'
      readonly port: PortId
      readonly file: string
      readonly loops: number
      readonly pauseMs: number
    }
  /** PCM16 WAV at `rate`; the file is valid at every instant after the first second. Ends with `port-ended` at `maxBytes` (0 = no limit). */
  | {
      readonly kind: 'open-recorder'
      readonly port: PortId
      readonly file: string
      readonly rate: number
      readonly maxBytes: number
    }
  | { readonly kind: 'close-port'; readonly port: PortId }
  /** A player stands still where it is and gives silence, a recorder lets pass what it is given; both go on from there. */
  | { readonly kind: 'set-paused'; readonly port: PortId; readonly paused: boolean }
  /** A player goes on at `atMs` of its file, or at its end when that is earlier; one that has ended plays again. Its loops are not counted anew. */
  | { readonly kind: 'seek'; readonly port: PortId; readonly atMs: number }
  /** Sends what `from` produces to `to`. A port may be connected to itself: it then hears itself (echo). */
  | { readonly kind: 'connect'; readonly from: PortId; readonly to: PortId }
  | { readonly kind: 'disconnect'; readonly from: PortId; readonly to: PortId }
  /** Gain of what the port gives to and takes from the bridge, dB in −60…+20; `undefined` mutes. Ramped over 10 ms. */
  | {
      readonly kind: 'set-gain'
      readonly port: PortId
      readonly giveDb: number | undefined
      readonly takeDb: number | undefined
    }
  /** Queues digits 0-9 A-D * # as RFC 4733 events (in-band tones when the stream has no `eventSend`). `,` pauses 2 s. */
  | {
      readonly kind: 'send-dtmf'
      readonly port: PortId
      readonly digits: string
      readonly durationMs: number
      readonly gapMs: number
    }
  | { readonly kind: 'query-stats'; readonly port: PortId; readonly ref: number }
  /** Any port's, answered by `port-state`. */
  | { readonly kind: 'query-port'; readonly port: PortId; readonly ref: number }

/** What a port is at now. */
export interface PortState {
  /** Level of what it gave to and took from the bridge in the last 100 ms, gains included, dB below a full-scale sine; −96 for silence and for nothing. */
  readonly giveDb: number
  readonly takeDb: number
  /** Of a player or recorder, ms: where in the file it plays, how much it has recorded; NaN for other ports and before it is opened. */
  readonly positionMs: number
  /** Of a player's file, ms; NaN for other ports. */
  readonly lengthMs: number
  readonly paused: boolean
}

/** How a peer says it hears us (RFC 3611 §4.7). Shares are 0–1 in steps of 1/256, times in ms; what it does not know is absent. */
export interface VoipMetrics {
  readonly lossRate: number
  /** Came too late. */
  readonly discardRate: number
  /** Share lost within bursts and between them, and how long these last. */
  readonly burstDensity: number
  readonly gapDensity: number
  readonly burstMs: number
  readonly gapMs: number
  readonly roundTripMs: number
  readonly endSystemMs: number
  /** As our own of these names. */
  readonly rating?: number
  readonly mosListening?: number
  readonly mosConversational?: number
  /** Of its jitter buffer: now, and at most. */
  readonly bufferMs: number
  readonly bufferMaxMs: number
}

/** Counters since the stream opened; times in ms. NaN where nothing was measured yet. */
export interface StreamStats {
  readonly sentPackets: number
  readonly sentBytes: number
  readonly receivedPackets: number
  readonly receivedBytes: number
  /** By sequence numbers, as RFC 3550 A.3 counts. */
  readonly lostPackets: number
  readonly latePackets: number
  readonly duplicatePackets: number
  readonly malformedPackets: number
  readonly concealedMs: number
  readonly playoutDelayMs: number
  readonly jitterMs: number
  /** From RTCP reports; NaN before the first. */
  readonly roundTripMs: number
  readonly peerLostPackets: number
  readonly peerJitterMs: number
  readonly codec: string
  /** Where its packets go. */
  readonly remote: SocketAddress
  /** Where the description wants them to go; where the peer's come from, port 0 before the first. Behind a NAT they differ. */
  readonly signalled: SocketAddress
  readonly source: SocketAddress
  /** What it sounds like here, guessed by the E-model (ITU-T G.107): R of 0–100, and MOS of listening and of conversation. NaN before the first packet. */
  readonly rating: number
  readonly mosListening: number
  readonly mosConversational: number
  /** Suite of SRTP in force; '' for plain RTP. */
  readonly srtp: string
  /** Not authentic (plain ones too), or come before: of no effect. RTP and RTCP together. */
  readonly forgedPackets: number
  readonly replayedPackets: number
  /** Absent: it has said nothing. */
  readonly peerVoice?: VoipMetrics
}

/** What the media engine tells. */
export type MediaEvent =
  | {
      readonly kind: 'pair-ready'
      readonly pair: PairId
      readonly address: string
      readonly rtpPort: number
      readonly rtcpPort: number
      /** What the system refused of the mark of its packets, e.g. `IP_TOS EPERM`: they go unmarked. */
      readonly unmarked?: string
      /** Of `bring-pair`; absent: one of the stock. */
      readonly ref?: number
    }
  | { readonly kind: 'pairs-failed'; readonly reason: string; readonly ref?: number }
  /** The port works; for a device with what was really opened. */
  | { readonly kind: 'port-opened'; readonly port: PortId; readonly rate: number; readonly detail: string }
  /** It could not be opened (`port-failed`), or broke later (`port-lost`: unplugged; the engine keeps trying to reopen a device and says `port-opened` again). */
  | { readonly kind: 'port-failed' | 'port-lost'; readonly port: PortId; readonly reason: string }
  /** A player, tone or recorder came to its end by itself. The port stays until closed. */
  | { readonly kind: 'port-ended'; readonly port: PortId }
  /** First valid RTP from here (again after `stream-silent`). */
  | { readonly kind: 'stream-receiving'; readonly port: PortId; readonly from: SocketAddress }
  | { readonly kind: 'stream-silent'; readonly port: PortId; readonly forMs: number }
  /** A received digit, a named event or a tone (said once when it is both): once when it starts (`ended: false`) and once when it ends, with its duration. */
  | {
      readonly kind: 'dtmf'
      readonly port: PortId
      readonly digit: string
      readonly ended: boolean
      readonly durationMs: number
      /** Heard in the sound, not named by an event. */
      readonly tone: boolean
    }
  | { readonly kind: 'dtmf-sent'; readonly port: PortId; readonly digits: string }
  | { readonly kind: 'stats'; readonly port: PortId; readonly ref: number; readonly stats: StreamStats }
  | { readonly kind: 'port-state'; readonly port: PortId; readonly ref: number; readonly state: PortState }
  /** A command that made no sense: unknown port or pair, port already open, number out of range. */
  | {
      readonly kind: 'rejected'
      readonly command: MediaCommand['kind']
      readonly port: PortId
      readonly reason: string
    }
