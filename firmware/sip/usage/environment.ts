// What the usages share: the layers below, chance, and where their outputs go.
import type { LogRecord } from '../../base/log.ts'
import type { Rng } from '../../base/rng.ts'
import type { Secret } from '../../base/secret.ts'
import type { HeaderField } from '../message/message.ts'
import type { ClientTransactions } from '../transaction/client.ts'
import type { TransactionEnvironment } from '../transaction/environment.ts'
import type { ServerTransactions } from '../transaction/server.ts'
import type { Transports } from '../transport/transports.ts'
import type { UsageEvent } from './events.ts'

export interface UsageEnvironment extends TransactionEnvironment {
  readonly rng: Rng
  readonly transports: Transports
  readonly clients: ClientTransactions
  readonly servers: ServerTransactions
  /** Allow, Supported, Accept and the like, as every capable message of ours states them. */
  readonly capabilities: Capabilities
  emit(output: UsageEvent | LogRecord | ResolveOutput): void
}

export interface ResolveOutput {
  readonly kind: 'resolve'
  readonly query: number
  readonly host: string
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

/** In whose name a request goes out. */
export interface Identity {
  readonly aor: string
  readonly displayName: string
  readonly contactUser: string
  readonly credentials: readonly Credential[]
  readonly routes: readonly string[]
  readonly transport: string | undefined
}

export interface Credential {
  readonly realm: string
  readonly username: string
  readonly password: Secret
}
