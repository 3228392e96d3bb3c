// CONTRACT of the SIP engine: how it is set up.
import type { ServerTimes } from './servers.ts'
import type { SessionTerms } from './terms.ts'

/** How a SIP engine behaves for all accounts alike. */
export interface SipConfig {
  /** User-Agent and Server header; '' sends none. */
  readonly userAgent: string
  /** RFC 3261 §17.1.1.1: T1 500, T2 4000, T4 5000 ms; D at least 32 s. */
  readonly timers: { readonly t1: number; readonly t2: number; readonly t4: number; readonly d: number }
  /** Methods beyond those the engine answers itself (INVITE, ACK, CANCEL, BYE, OPTIONS …) that are handed to the application; others get 405. OPTIONS may be among them. */
  readonly applicationMethods: readonly string[]
  /** Option tags supported, for Supported and Require; those of `terms` go by themselves. */
  readonly supported: readonly string[]
  /** Of sessions that are given none of their own; default: neither reliable responses nor timers. */
  readonly terms?: SessionTerms
  /** REFER is taken (`refer-incoming`), and its NOTIFYs sent, by the engine. */
  readonly refer?: boolean
  /** Event packages that can be subscribed to, with the Accept of each, more by `add-package`; a NOTIFY of another one gets 489. */
  readonly packages?: Readonly<Record<string, string>>
  /**
   * New requests from addresses that are neither trusted nor those of a server that has answered our REGISTER: taken, refused
   * with 403, or not answered. What belongs to a dialog or transaction of ours is never a stranger's. Default: taken.
   */
  readonly strangers?: {
    readonly policy: 'accept' | 'refuse' | 'ignore'
    /** Addresses and prefixes (`192.0.2.0/24`). */
    readonly trusted: readonly string[]
    /** Of each strange address, requests; beyond: 503 with Retry-After, or nothing when refused anyway. Default: as many as they like. */
    readonly rate?: { readonly burst: number; readonly perSecond: number }
  }
  /** Finding servers (RFC 3263) and leaving those that fail. */
  readonly servers?: Partial<ServerTimes>
  /** The family whose addresses are tried first when a name has both; default IPv4. */
  readonly preferFamily?: 4 | 6
  /** Event packages others can subscribe to here (`subscriber-incoming`), with what each is told in; SUBSCRIBE to another gets 489. */
  readonly notifies?: Readonly<Record<string, string>>
  /** Events whose NOTIFY is taken without a subscription (`notify-incoming`): from a server of ours or a trusted address, others get 403. */
  readonly unsolicited?: readonly string[]
  readonly limits: {
    /** Sessions at once, both directions; beyond: outgoing `rejected`, incoming 486. */
    readonly sessions: number
    /** Server transactions at once; beyond, the one answered first makes room; where none is answered: 503 with Retry-After. */
    readonly transactions: number
  }
}
