// Provisioning as the phone sees it: the machine, its disk and its broker joined, with a handful of calls.
import { readFileSync } from 'node:fs'
import { type LogRecord, log } from '../../firmware/base/log.ts'
import type { Machine } from '../../firmware/base/machine.ts'
import type { Millis } from '../../firmware/base/time.ts'
import { watchAddresses } from '../../firmware/net/network-watch.ts'
import type { ProvisioningInput, ProvisioningOutput, ReadySettings } from '../core/contract.ts'
import type { AudioHealth, LineHealth } from '../core/health.ts'
import type { Plan } from '../core/plan.ts'
import { createProvisioner } from '../core/provisioner.ts'
import type { Stored } from '../core/stored.ts'
import { type Command, createLink, type Link } from '../mqtt/link.ts'
import { plainFormats } from '../schema/formats.ts'
import type { Formats } from '../schema/json-schema.ts'
import { publishedSchema, SCHEMA_ID } from '../schema/published.ts'
import type { Bootstrap } from '../store/bootstrap.ts'
import type { Store } from '../store/store.ts'
import { type CommandHandler, createCommands } from './commands.ts'

/** What provisioning needs of the hub. */
export interface ProvisioningHub {
  attach<Input, Output>(
    name: string,
    machine: Machine<Input, Output>,
    perform: (output: Output, now: Millis) => void,
  ): (input: Input) => void
  inlet<Input>(
    options: { readonly name: string; readonly rank: 'mqtt'; readonly capacity: number },
    deliver: (input: Input) => void,
  ): (input: Input) => void
}

export interface ProvisioningOptions {
  readonly hub: ProvisioningHub
  readonly now: () => Millis
  readonly store: Store
  /** What the phone starts with; what its store holds, unless the disk did not take something newer. */
  readonly stored: Stored
  readonly bootstrap: Bootstrap
  readonly deviceId: string
  /** What `info` says of this phone: model, versions. */
  readonly info: Readonly<Record<string, unknown>>
  /** Use this configuration from now on; called within a hub turn, never for the initial one. */
  readonly apply: (settings: ReadySettings, plan: Plan) => void
  /** What `cmd/{name}` does; called within a hub turn. */
  readonly commands: Readonly<Record<string, CommandHandler>>
  readonly report: (record: LogRecord) => void
  /** Told when the broker is reached, and why it is not: at each attempt. */
  readonly broker?: (connected: boolean, reason: string) => void
  /** The checkers of URIs, hosts and digit maps; plain ones when not given. */
  readonly formats?: Formats
}

export interface Provisioning {
  /** The last good configuration, there before any broker; undefined on a new phone. */
  readonly initial: ReadySettings | undefined
  /** Whether a configuration may be applied now. Nothing is applied before the first call. */
  idle(idle: boolean): void
  line(account: string, state: LineHealth, reason: string): void
  audio(state: AudioHealth, reason: string): void
  /** A value for the retained topic `state/{name}`. */
  state(name: string, value: unknown): void
  event(name: string, body: Readonly<Record<string, unknown>>): void
  /** Takes a desired document from elsewhere than the broker: a file, a page. */
  desired(text: string): void
  /** Connects to the broker, if there is one; again, it does nothing. Meant for the moment the phone stands. */
  connect(): void
  /** Has the broker send the configuration once more: what it keeps is what counts. */
  reread(): void
  /** Says goodbye to the broker and closes the store. */
  stop(): Promise<void>
}

/** By node:crypto, loaded on first use: a hash in JavaScript of a text this long wakes the optimising compiler, 6 MB of code. */
const sha256Of = (text: string) => process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest()

/** Equal for equal content: what tells one configuration from another. */
export const fingerprintOf = (text: string): string => sha256Of(text).toString('base64url')

/** Inputs from broker and disk that may wait for a hub turn. */
const CAPACITY = 64

export function createProvisioning(options: ProvisioningOptions): Provisioning {
  const { hub, store, bootstrap, report } = options
  const provisioner = createProvisioner({
    stored: options.stored,
    formats: options.formats ?? plainFormats,
    fingerprint: fingerprintOf,
    startedAt: options.now(),
  })
  if (store.damaged > 0) report(log('error', 'provisioning', 'records lost by the medium', { records: store.damaged }))
  const feed = hub.attach('provisioning', provisioner, perform)
  const fromDisk = hub.inlet<ProvisioningInput>({ name: 'provisioning store', rank: 'mqtt', capacity: CAPACITY }, feed)
  const fromBroker = hub.inlet<ProvisioningInput>(
    { name: 'provisioning broker', rank: 'mqtt', capacity: CAPACITY },
    feed,
  )
  const commands = hub.inlet<Command>(
    { name: 'commands', rank: 'mqtt', capacity: CAPACITY },
    createCommands(options.commands),
  )
  let asked = false
  const link = openLink()
  function openLink(): Link | undefined {
    const { broker } = bootstrap
    if (broker === undefined) return undefined
    const { prefix, credentials, ca, cert, key } = bootstrap
    return createLink(
      {
        ...{ broker, prefix, credentials, ca, cert, key },
        deviceId: options.deviceId,
        bootId: readFileSync('/proc/sys/kernel/random/uuid', 'latin1').trim(),
        nextSession: () => store.nextSession(),
        now: options.now,
        chance: Math.random,
        watchAddresses,
      },
      {
        connected(connected) {
          fromBroker({ kind: 'broker', connected })
          if (connected) options.broker?.(true, '')
        },
        failed: (reason) => options.broker?.(false, reason),
        desired: (text) => fromBroker({ kind: 'desired', text }),
        command: commands,
        log: report,
      },
    )
  }

  function perform(output: ProvisioningOutput): void {
    switch (output.to) {
      case 'store': {
        const { ref } = output
        const done = (error: string | undefined) => fromDisk({ kind: 'stored', ref, error })
        store.append(output.record).then(
          () => done(undefined),
          (error: NodeJS.ErrnoException) => done(error.code ?? String(error)),
        )
        return
      }
      case 'phone':
        options.apply(output.settings, output.plan)
        return
      case 'broker':
        link?.set('config/reported', output.reported)
        return
      case 'log':
        report(output.record)
        return
    }
  }

  return {
    initial: provisioner.initial,
    idle: (idle) => feed({ kind: 'idle', idle }),
    line: (account, state, reason) => feed({ kind: 'line', account, state, reason }),
    audio: (state, reason) => feed({ kind: 'audio', state, reason }),
    state: (name, value) => link?.set(`state/${name}`, value),
    event: (name, body) => link?.event(name, body),
    desired: (text) => feed({ kind: 'desired', text }),
    connect() {
      if (asked) return
      asked = true
      link?.set('info', {
        ...options.info,
        deviceId: options.deviceId,
        contract: 1,
        schema: { id: SCHEMA_ID, sha256: sha256Of(publishedSchema()).toString('hex') },
        commands: Object.keys(options.commands),
      })
      link?.start()
    },
    reread: () => link?.reread(),
    async stop() {
      await link?.stop()
      await store.close()
    },
  }
}
