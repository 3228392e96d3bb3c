// The settings of endpoints, accounts and buddies as objects that can be changed, saved and loaded.
import type { Schema } from '../../../provisioning/schema/json-schema.ts'
import { ACCOUNT_CONFIG, type AccountSettings } from './account-schema.ts'
import { BUDDY_CONFIG, type BuddySettings } from './buddy-schema.ts'
import { checked, type Part } from './checked.ts'
import { EP_CONFIG, type EpSettings } from './endpoint-schema.ts'
import { OperationError } from './errors.ts'
import type { ContainerNode, Data, PersistentObject } from './persistent.ts'
import { fromPjsua2 } from './pjsua2-documents.ts'

type Writable<T> = T extends readonly (infer E)[]
  ? Writable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Writable<T[K]> }
    : T

/** Of what is written; documents of earlier versions are brought to it when they are read. */
export const CONFIG_VERSION = 2

type Values = { readonly [name: string]: Data }
/** From version n to n + 1, at index n - 1. Version 1 is what PJSUA2 itself writes, without a number. */
const MIGRATIONS: readonly ((values: Values) => Values)[] = [fromPjsua2]

abstract class Config<T extends object> implements PersistentObject {
  readonly #schema: Schema

  constructor(schema: Schema, given: Part<T>) {
    this.#schema = schema
    Object.assign(this, structuredClone(checked<T>(this.constructor.name, schema, given)))
  }

  /** Its values as they are now; throws where one of them is wrong. */
  get settings(): T {
    return checked<T>(this.constructor.name, this.#schema, { ...this })
  }

  /** Its values and their version, for `PersistentDocument.writeObject`. Throws where a value is wrong. */
  writeObject(node: ContainerNode): void {
    node.writeNumber('version', CONFIG_VERSION)
    node.writeAll(this.settings as unknown as Data)
  }

  /** Values of this version or an earlier one; throws an OperationError naming what is wrong by its path. */
  readObject(node: ContainerNode): void {
    const { version = 1, ...rest } = node.readAll() as Values
    if (!Number.isInteger(version) || Number(version) < 1 || Number(version) > CONFIG_VERSION)
      throw new OperationError(
        'readObject',
        'argument',
        `${node.path}/version: expected 1 to ${CONFIG_VERSION}, got ${version}`,
      )
    const values = MIGRATIONS.slice(Number(version) - 1).reduce((before, migrate) => migrate(before), rest as Values)
    Object.assign(this, structuredClone(checked<T>('readObject', this.#schema, values, node.path)))
  }
}

/** Settings of an endpoint, for `libInit(config.settings)`. */
export class EpConfig extends Config<EpSettings> {
  declare uaConfig: Writable<EpSettings['uaConfig']>
  declare logConfig: Writable<EpSettings['logConfig']>
  declare medConfig: Writable<EpSettings['medConfig']>

  constructor(given: Part<EpSettings> = {}) {
    super(EP_CONFIG, given)
  }
}

/** Settings of an account, for `create` and `modify`; `idUri` is the one that has no default. */
export class AccountConfig extends Config<AccountSettings> {
  declare idUri: string
  declare priority: number
  declare regConfig: Writable<AccountSettings['regConfig']>
  declare sipConfig: Writable<AccountSettings['sipConfig']>
  declare callConfig: Writable<AccountSettings['callConfig']>
  declare presConfig: Writable<AccountSettings['presConfig']>
  declare mwiConfig: Writable<AccountSettings['mwiConfig']>
  declare natConfig: Writable<AccountSettings['natConfig']>
  declare mediaConfig: Writable<AccountSettings['mediaConfig']>
  declare ipChangeConfig: Writable<AccountSettings['ipChangeConfig']>

  constructor(given: Part<AccountSettings> = {}) {
    super(ACCOUNT_CONFIG, given)
  }
}

/** Settings of a buddy, for `Buddy.create`; `uri` is the one that has no default. */
export class BuddyConfig extends Config<BuddySettings> {
  declare uri: string
  declare name: string
  declare subscribe: boolean

  constructor(given: Part<BuddySettings> = {}) {
    super(BUDDY_CONFIG, given)
  }
}
