// CONTRACT of the user agent: how it and its accounts are set up.
import type { Secret } from '../../base/secret.ts'
import type { AllCodecSettings } from '../../media/codecs.ts'
import type { SrtpSuite } from '../../sdp/crypto.ts'
import type { RtcpMux } from '../../sdp/rtcp.ts'
import type { HashName, RegisterOptions, SessionTerms, TransportId } from '../../sip/core/contract.ts'

/** An account as it is to be; `set-account` gives it anew as a whole. */
export interface AccountConfig {
  /** Address of record: `sip:alice@example.com`. */
  readonly aor: string
  readonly displayName: string
  /** Registrar URI; undefined: a local account that does not register. */
  readonly registrar: string | undefined
  /** Outbound proxies, sip: URIs, first hop first. */
  readonly proxies: readonly string[]
  readonly username: string
  readonly password: Secret | undefined
  /** Realm the password is for; '*' for any. */
  readonly realm: string
  /** Seconds asked for at registration. */
  readonly expires: number
  /** Names of media/codecs.ts in order of preference, e.g. ['G722', 'PCMA']. */
  readonly codecs: readonly string[]
  readonly ptimeMs: number
  /** By the names of `codecs` in upper case. */
  readonly codecSettings?: AllCodecSettings | undefined
  /** Pauses are described (RFC 3389) instead of sent, where the peer agrees; default false. */
  readonly silenceDetection?: boolean | undefined
  /** Telephone events go with those before them (RFC 2198), where the peer agrees; default false. */
  readonly dtmfRedundancy?: boolean | undefined
  readonly transport: TransportId | undefined
  /** How the registrar is watched (see the SIP engine's `KeepAlive`); undefined: not at all. */
  readonly keepAlive?: 'options' | 'crlf' | 'off'
  /** Seconds; default 20. */
  readonly keepAliveS?: number
  /** Instead of a password: H(username:realm:password) of `realm`, which then has to be named, 32 or 64 hexadecimal digits. */
  readonly ha1?: { readonly hash: HashName; readonly value: Secret } | undefined
  /** Instead of a password: a subscriber's keys (RFC 3310), 32 hexadecimal digits each, `op` or `opc`. */
  readonly aka?: SubscriberKeys | undefined
  /** Hashes of challenges the password answers; undefined: all that are known. */
  readonly hashes?: readonly HashName[] | undefined
  /**
   * What becomes of a 401 or 407 that its proof does not answer, or whose server refused it: the request ends with it (`end`, the
   * default), or `challenge` asks.
   */
  readonly challenges?: 'end' | 'ask'
  /**
   * Who subscribes to its presence or its calls: each is a `subscriber-incoming` (`ask`, the default), is told by the user agent
   * itself, or is refused with 403.
   */
  readonly watchers?: 'ask' | 'accept' | 'refuse'
  readonly registration?: RegisterOptions | undefined
  /** Reliable responses and session timers of its calls; undefined: as the engine is set, which must not offer them then. */
  readonly terms?: SessionTerms | undefined
  /** Calls and requests go without our name (RFC 3323), unless a call says otherwise. */
  readonly anonymous?: boolean
  /** P-Preferred-Identity (RFC 3325) of calls and requests by the registrar or a proxy: `"Sales" <tel:+4930123>`. */
  readonly preferredIdentity?: string | undefined
  /** What becomes of a call a 3xx sends on: it goes there, `call-redirect` asks, or it ends; default `follow`. */
  readonly redirects?: 'follow' | 'ask' | 'refuse'
  /**
   * Whose calls may ask to be answered by themselves (RFC 5373, `answer-after`): nobody's, those that come from our servers and trusted
   * addresses, anyone's; default `never`.
   */
  readonly autoAnswer?: 'never' | 'trusted' | 'anyone'
  /** RTCP on the port of RTP (RFC 5761); default `accept`: with whoever offers it. */
  readonly rtcpMux?: RtcpMux
  /** RTCP tells the peer how it is heard (VoIP metrics, RFC 3611), and who only listens the round trip, where both want that; default false. */
  readonly rtcpXr?: boolean
  /** What is sent leaves by other ports than descriptions name and sound comes to; default false (RFC 4961). */
  readonly asymmetricRtp?: boolean
  /**
   * SRTP with keys in the descriptions (RFC 4568). `off`, the default: neither offered nor taken. `optional`: offered beside
   * plain RTP, used with whoever can. `mandatory`: no call without.
   */
  readonly srtp?: SrtpUse
  /** In order of preference; default `SRTP_DEFAULT` of sdp/crypto.ts. */
  readonly srtpSuites?: readonly SrtpSuite[] | undefined
  /** What to do where the keys would pass over signalling that others can read: say so in the log (`warn`, the default), or do without SRTP (`refuse`). */
  readonly srtpOverClear?: 'warn' | 'refuse'
  /** Seconds without RTP, where it should come, after which a call ends (408); default 0: `call-silent` is told, the call stays. */
  readonly silenceEndsS?: number
}

/** `optional` offers keys (RFC 4568) and goes on without where they are not taken; `mandatory` has no call without SRTP. */
export type SrtpUse = 'off' | 'optional' | 'mandatory'

/** Of a subscriber of a mobile network, for AKA (RFC 3310; 3GPP TS 35.206): K and one of OP and OPc. */
export interface SubscriberKeys {
  readonly k: Secret
  readonly op?: Secret | undefined
  readonly opc?: Secret | undefined
  /** The highest sequence number taken before, as an `account-state` told it; default 0, none. */
  readonly sqn?: number | undefined
}

/** How a user agent behaves for all accounts alike. */
export interface UaConfig {
  /** Calls at once, default 32; beyond: outgoing refused, incoming 486. */
  readonly maxCalls: number
  /** Address SDP names for media, and where RTP sockets are bound. */
  readonly mediaAddress: string
  /** One of the other family, for calls to and from there. */
  readonly alsoMediaAddress?: string | undefined
  readonly rtpPorts: { readonly min: number; readonly max: number }
  readonly dscp: number
  readonly jitter: { readonly minMs: number; readonly maxMs: number }
  /** Methods whose requests the application answers itself (`reply`) though there is an answer here: MESSAGE, INFO. */
  readonly decides?: readonly string[]
  /** INFO packages (RFC 6086) the application takes, as `request-incoming`; INFO of another one gets 469. Default: none. */
  readonly infoPackages?: readonly string[]
}
