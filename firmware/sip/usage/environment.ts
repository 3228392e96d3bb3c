// What the usages share: the layers below, chance, and where their outputs go.
import type { Rng } from '../../base/rng.ts'
import type { Millis } from '../../base/time.ts'
import type { ServerTimes, SipOutput } from '../core/contract.ts'
import type { Locator } from '../locate/locator.ts'
import type { Standing } from '../locate/standing.ts'
import type { HeaderField } from '../message/message.ts'
import type { ClientTransactions } from '../transaction/client.ts'
import type { Hop, TransactionEnvironment } from '../transaction/environment.ts'
import type { ServerTransactions } from '../transaction/server.ts'
import type { Transports } from '../transport/transports.ts'
import type { Bindings } from './contact.ts'
import type { ContactWishes } from './contact-wishes.ts'
import type { Questions } from './questions.ts'

export interface UsageEnvironment extends TransactionEnvironment {
  readonly rng: Rng
  readonly transports: Transports
  readonly clients: ClientTransactions
  readonly servers: ServerTransactions
  readonly locator: Locator
  readonly standing: Standing
  readonly serverTimes: ServerTimes
  /** Allow, Supported, Accept and the like, as every capable message of ours states them. */
  readonly capabilities: Capabilities
  readonly bindings: Bindings
  readonly wishes: ContactWishes
  readonly questions: Questions
  emit(output: SipOutput): void
  /** Of an event that tells of the message in hand: whether its sender is one of our servers or a trusted address. */
  trust(): { readonly trusted?: true }
  /** A request over this stream was not answered. */
  suspect(hop: Hop, now: Millis): void
  /** This stream is pinged at least so often; `answers`: the server is known to answer (RFC 5626 §4.4.1). */
  pace(hop: Hop, everyMs: number, answers: boolean, now: Millis): void
}

export interface Capabilities {
  readonly allow: HeaderField
  /** Empty when no option is supported. */
  readonly supported: readonly HeaderField[]
  /** User-Agent of requests; empty when we do not name ourselves. */
  readonly userAgent: readonly HeaderField[]
  /** Server of responses; likewise. */
  readonly server: readonly HeaderField[]
}
