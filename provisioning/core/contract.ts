// CONTRACT: the provisioning machine. What it is told (documents, the phone's state, what is on disk), what it makes others do.
import type { LogRecord } from '../../firmware/base/log.ts'
import type { Machine } from '../../firmware/base/machine.ts'
import type { Secret } from '../../firmware/base/secret.ts'
import type { Millis } from '../../firmware/base/time.ts'
import type { Formats } from '../schema/json-schema.ts'
import type { PhoneConfig } from '../schema/phone-config.ts'
import type { AudioHealth, LineHealth, Need } from './health.ts'
import type { Plan } from './plan.ts'
import type { Reported } from './reported.ts'
import type { Stored, StoredDocument, StoreRecord } from './stored.ts'

export type ProvisioningInput =
  /** A document came on `config/desired`; '' when the topic was emptied. */
  | { readonly kind: 'desired'; readonly text: string }
  /** No call, no ringing, handset down; or not. Before the first: not idle. */
  | { readonly kind: 'idle'; readonly idle: boolean }
  | { readonly kind: 'line'; readonly account: string; readonly state: LineHealth; readonly reason: string }
  | { readonly kind: 'audio'; readonly state: AudioHealth; readonly reason: string }
  | { readonly kind: 'broker'; readonly connected: boolean }
  /** The record of this `ref` is on disk, or could not be written. */
  | { readonly kind: 'stored'; readonly ref: number; readonly error: string | undefined }

/** What a line proves itself with; prints as ***. */
export interface LineSecrets {
  readonly password?: Secret
  readonly ha1?: { readonly hash: 'MD5' | 'SHA-256' | 'SHA-512-256'; readonly value: Secret }
  readonly aka?: { readonly k: Secret; readonly op?: Secret; readonly opc?: Secret }
}

/** A configuration ready for use. */
export interface ReadySettings {
  readonly version: number
  readonly config: PhoneConfig
  readonly secrets: Readonly<Record<string, LineSecrets>>
}

export type ProvisioningOutput =
  /** To be appended and made safe against power loss; answered with `stored`. */
  | { readonly to: 'store'; readonly ref: number; readonly record: StoreRecord }
  /** Use this configuration from now on. `plan.stack`: the SIP and media stack has to be built anew, in this process. */
  | { readonly to: 'phone'; readonly settings: ReadySettings; readonly plan: Plan }
  | { readonly to: 'broker'; readonly reported: Reported }
  | { readonly to: 'log'; readonly record: LogRecord }

export interface ProvisionerOptions {
  readonly stored: Stored
  readonly formats: Formats
  /** A digest of a text; equal digests mean equal content. */
  readonly fingerprint: (text: string) => string
  /** When the phone began to use the stored good configuration. */
  readonly startedAt: Millis
}

export interface Provisioner extends Machine<ProvisioningInput, ProvisioningOutput> {
  /** The configuration to start with: the last good one. */
  readonly initial: ReadySettings | undefined
}

/** A candidate waits until nobody has used the phone for this long (`when: idle`), ms. */
export const QUIET = 2000
/** After a start or a change, lines and audio get this long to come to some end before the next change, ms. */
export const SETTLE = 30_000
/** How long a newly opened audio device has to stay well, ms. */
export const SOAK = 2000
/** Processes that may die over one candidate before it is given up. */
export const MAX_ATTEMPTS = 2

export type ProvisionerState =
  | { readonly name: 'Steady' }
  /** The candidate is on its way to the disk. */
  | { readonly name: 'Saving'; readonly document: StoredDocument; readonly ref: number }
  /** The candidate waits for a good moment. */
  | { readonly name: 'Waiting'; readonly document: StoredDocument }
  /** That it will be tried is on its way to the disk. */
  | { readonly name: 'Arming'; readonly document: StoredDocument; readonly ref: number }
  /** In use. `failed`: it shall be taken back as soon as the phone is idle. */
  | {
      readonly name: 'Trial'
      readonly document: StoredDocument
      readonly plan: Plan
      readonly needs: readonly Need[]
      /** Not confirmed before: a new audio device has to stay well for a moment. */
      readonly confirmAt: Millis
      readonly giveUpAt: Millis
      readonly failed: string | undefined
    }
  | { readonly name: 'Promoting'; readonly document: StoredDocument; readonly plan: Plan; readonly ref: number }
  /** Given up; that is on its way to the disk. */
  | {
      readonly name: 'Closing'
      readonly document: StoredDocument
      readonly ref: number
      readonly plan: Plan | undefined
    }
