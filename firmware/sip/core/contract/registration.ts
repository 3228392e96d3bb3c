// CONTRACT of the SIP engine: what a registration asks for beyond a binding, and what it learns.
import type { KeepAlive } from './servers.ts'

/** What a registration asks for beyond a binding (RFC 3261 §10); nothing of it has to be said. */
export interface RegisterOptions {
  /** `urn:uuid:…` of this device, kept by it for good (RFC 5626 §4.1). Without it there are no GRUUs and no flows. */
  readonly instance?: string | undefined
  /** Asks for GRUUs (RFC 5627); calls then name them as our Contact, anonymous ones the temporary one. */
  readonly gruu?: boolean
  /**
   * Outbound (RFC 5626): a flow through each of these proxies, sip: URIs, four at most, first tried first; they stand before
   * `Identity.routes`. All bring calls; requests of ours go by the first that stands, and on by the next
   * when that leads nowhere. A registrar that does not know Outbound is registered with over one of them.
   */
  readonly outbound?: readonly string[]
  /** Proxies of REGISTER alone, instead of `Identity.routes`; with `outbound` behind each of those. */
  readonly routes?: readonly string[]
  /**
   * `reg-id` of the first flow, 1 when it is left out, and counted from there (RFC 5626 §4.2); given without `outbound`, that of one
   * flow by the usual way.
   */
  readonly regId?: number
  /** The Service-Route of an answer is the route of later requests of the account (RFC 3608). Default true. */
  readonly serviceRoute?: boolean
  readonly retry?: RegisterRetry
  /** Of our Contact among those of the account, 0–1 (RFC 3261 §20.10): the higher, the sooner it is called. */
  readonly q?: number
  /** Other parameters of our Contact, by name; undefined is one without a value. */
  readonly contactParams?: Readonly<Record<string, string | undefined>>
  /** Likewise of the URI in it. */
  readonly contactUriParams?: Readonly<Record<string, string | undefined>>
  /** How its server is watched; default: not at all. */
  readonly keepAlive?: KeepAlive
}

/** Milliseconds all. Retry-After may ask for more, an hour at most. */
export interface RegisterRetry {
  /** After the first failure; the window doubles with each. Default 2 s. Flows of RFC 5626 have its §4.5 instead. */
  readonly firstMs?: number | undefined
  /** Default 5 min. */
  readonly longestMs?: number | undefined
  /**
   * After what trying again will hardly change (401, 403, 404 and the like). 0, the default: twice more, after minutes, then not
   * by itself; for good credentials, accepted before, ever less often.
   */
  readonly refusedMs?: number | undefined
  /**
   * When power comes back, all phones ask at once. A phone alone has to be there at once, and cannot know that it is alone;
   * but a registrar that is not up to the crowd says so by silence or 5xx. So the first try of a start is never held back,
   * and when that happens to it the second comes at random within this window. Default 0: as after any failure.
   */
  readonly spreadMs?: number | undefined
}

/** One way to the registrar. */
export interface FlowState {
  /** 1 … in the order of `outbound`. */
  readonly regId: number
  readonly proxy: string
  readonly registered: boolean
  /** Of its last final response; 408 and 503 as in `registration-state`; 0: none yet. */
  readonly status: number
}

/** What the last 2xx gave, with what is left out when it gave none. */
export interface Learnt {
  /** Where it is registered: `UDP 192.0.2.1:5060`. */
  readonly server?: string
  /** RFC 3327: proxies between us and the registrar. */
  readonly path?: readonly string[]
  /** RFC 3608. */
  readonly serviceRoute?: readonly string[]
  readonly publicGruu?: string
  readonly temporaryGruu?: string
  /** Only of `RegisterOptions.outbound`. */
  readonly flows?: readonly FlowState[]
}
