// The provisioning machine: a desired document becomes a candidate on disk, is tried when the phone is idle, and is
// confirmed when everything that worked before works again; else the phone goes back by itself and says why.
import { type LogLevel, type LogRecord, log } from '../../firmware/base/log.ts'
import { Secret } from '../../firmware/base/secret.ts'
import { after, FOREVER, type Millis } from '../../firmware/base/time.ts'
import { admit, type Refused, read } from './admit.ts'
import { carriedOver } from './carried.ts'
import {
  type LineSecrets,
  MAX_ATTEMPTS,
  type Provisioner,
  type ProvisionerOptions,
  type ProvisionerState,
  type ProvisioningInput,
  type ProvisioningOutput,
  QUIET,
  type ReadySettings,
  SETTLE,
  SOAK,
} from './contract.ts'
import { type Health, needs, settled, shortcomings, UNKNOWN_HEALTH, unproven } from './health.ts'
import { type Plan, plan, restarted, type Settings } from './plan.ts'
import { type Reported, standing } from './reported.ts'
import { remember, type StoredDocument, type StoreRecord } from './stored.ts'

export function createProvisioner(options: ProvisionerOptions): Provisioner {
  let stored = carriedOver(options.stored, options.formats)
  let state: ProvisionerState = stored.candidate
    ? { name: 'Waiting', document: stored.candidate.document }
    : { name: 'Steady' }
  let reported: Reported = stored.candidate
    ? { ...standing(stored), attempted: stored.candidate.document.version, result: 'pending', reason: 'waiting' }
    : standing(stored)
  /** The newest document that came while another was in hand. */
  let next: StoredDocument | undefined
  let health: Health = UNKNOWN_HEALTH
  let idleSince = FOREVER
  let inUseSince = options.startedAt
  /** The version whose attempt was written in this process. */
  let armed: number | undefined
  let refs = 0

  return {
    initial: stored.good && ready(stored.good),
    handle(input, now, out) {
      take(input, now, out)
      advance(now, out)
    },
    wake: (now, out) => advance(now, out),
    deadline() {
      switch (state.name) {
        case 'Waiting':
          return dueAt(state.document)
        case 'Trial':
          if (state.failed !== undefined) return idleSince
          return shortcomings(state.needs, health).what.length === 0 ? state.confirmAt : state.giveUpAt
        case 'Steady':
        case 'Saving':
        case 'Arming':
        case 'Promoting':
        case 'Closing':
          return FOREVER
      }
    },
  }

  function take(input: ProvisioningInput, now: Millis, out: ProvisioningOutput[]): void {
    switch (input.kind) {
      case 'desired':
        desired(input.text, out)
        return
      case 'idle':
        idleSince = !input.idle ? FOREVER : idleSince === FOREVER ? now : idleSince
        return
      case 'line': {
        const { account, state, reason } = input
        health = { ...health, lines: new Map(health.lines).set(account, { state, reason }) }
        return
      }
      case 'audio':
        health = { ...health, audio: { state: input.state, reason: input.reason } }
        return
      case 'broker':
        if (input.connected && !health.broker) out.push({ to: 'broker', reported })
        health = { ...health, broker: input.connected }
        return
      case 'stored':
        completed(input.ref, input.error, now, out)
        return
    }
  }

  function desired(text: string, out: ProvisioningOutput[]): void {
    const document = read(text, options.formats, options.fingerprint)
    if (document === undefined) return
    if (document.ok) next = document.value
    else refuse(document.error, out)
  }

  /** Does what the present state allows, until it has to wait for something. */
  function advance(now: Millis, out: ProvisioningOutput[]): void {
    switch (state.name) {
      case 'Steady':
        begin(out)
        return
      case 'Waiting':
        begin(out)
        if (state.name === 'Waiting' && now >= dueAt(state.document)) attempt(state.document, now, out)
        return
      case 'Trial':
        judge(state, now, out)
        return
      case 'Saving':
      case 'Arming':
      case 'Promoting':
      case 'Closing':
        return
    }
  }

  function begin(out: ProvisioningOutput[]): void {
    if (next === undefined) return
    const document = next
    next = undefined
    const admission = admit(document, stored)
    switch (admission.kind) {
      case 'refused':
        refuse(admission.refused, out)
        return
      case 'same':
        // After a refused document, the one that runs was published again: the report is about that one again.
        if (state.name !== 'Waiting') report(standing(stored), out)
        else {
          // `apply` is not part of the content: `now` may hasten what waits.
          state = { name: 'Waiting', document: { ...state.document, apply: document.apply } }
          pending(document, 'waiting', out)
        }
        return
      case 'new': {
        const old = stored.candidate?.document.version
        if (old !== undefined)
          report(
            { ...standing(stored), attempted: old, result: 'superseded', reason: `version ${document.version} came` },
            out,
          )
        state = { name: 'Saving', document, ref: write({ kind: 'candidate', document }, out) }
        return
      }
    }
  }

  function attempt(document: StoredDocument, now: Millis, out: ProvisioningOutput[]): void {
    if (armed === document.version) use(document, now, out)
    else if ((stored.candidate?.attempts ?? 0) >= MAX_ATTEMPTS)
      close(document, undefined, 'the phone restarted each time it was tried', out)
    else state = { name: 'Arming', document, ref: write({ kind: 'attempt', version: document.version }, out) }
  }

  function use(document: StoredDocument, now: Millis, out: ProvisioningOutput[]): void {
    const change = plan(stored.good, document)
    // Without an older configuration there is nothing to go back to, so nothing is asked of the first.
    const list = stored.good === undefined ? [] : needs(health, document.config)
    apply(document, change, now, out)
    const giveUpAt = after(now, document.apply.confirmSeconds * 1000)
    const confirmAt = change.audio && list.length > 0 ? after(now, SOAK) : now
    state = { name: 'Trial', document, plan: change, needs: list, confirmAt, giveUpAt, failed: undefined }
    pending(document, 'on trial', out)
    judge(state, now, out)
  }

  function judge(trial: Extract<ProvisionerState, { name: 'Trial' }>, now: Millis, out: ProvisioningOutput[]): void {
    const { document, plan: change } = trial
    const { what, final } = shortcomings(trial.needs, health)
    if (trial.failed === undefined && what.length === 0) {
      if (now < trial.confirmAt) return
      const ref = write({ kind: 'promote', version: document.version }, out)
      state = { name: 'Promoting', document, plan: change, ref }
      return
    }
    const failed = trial.failed ?? (final || now >= trial.giveUpAt ? what.join('; ') : undefined)
    if (failed !== undefined && now >= idleSince) {
      if (stored.good) apply(stored.good, plan(document, stored.good), now, out)
      close(document, change, failed, out)
    } else state = { ...trial, failed }
  }

  function close(document: StoredDocument, change: Plan | undefined, reason: string, out: ProvisioningOutput[]): void {
    out.push(say('warn', 'configuration taken back', { version: document.version, reason }))
    const record: StoreRecord = { kind: 'revert', version: document.version, reason }
    state = { name: 'Closing', document, plan: change, ref: write(record, out) }
    stored = remember(stored, record)
  }

  function completed(ref: number, error: string | undefined, now: Millis, out: ProvisioningOutput[]): void {
    if (!('ref' in state) || state.ref !== ref) return
    const { document } = state
    switch (state.name) {
      case 'Saving':
        if (error !== undefined) {
          unsaved(document, error, out)
          return
        }
        stored = remember(stored, { kind: 'candidate', document })
        state = { name: 'Waiting', document }
        pending(document, 'waiting', out)
        return
      case 'Arming':
        if (error !== undefined) {
          close(document, undefined, unstorable(error), out)
          return
        }
        stored = remember(stored, { kind: 'attempt', version: document.version })
        armed = document.version
        state = { name: 'Waiting', document }
        return
      case 'Promoting':
        if (error !== undefined) {
          state = {
            name: 'Trial',
            document,
            plan: state.plan,
            needs: [],
            confirmAt: now,
            giveUpAt: now,
            failed: unstorable(error),
          }
          return
        }
        stored = remember(stored, { kind: 'promote', version: document.version })
        out.push(say('info', 'configuration applied', { version: document.version }))
        report(standing(stored, restarted(state.plan)), out)
        state = { name: 'Steady' }
        return
      case 'Closing':
        if (error !== undefined) out.push(say('error', 'not stored', { error }))
        report(standing(stored, state.plan ? restarted(state.plan) : []), out)
        state = { name: 'Steady' }
        return
    }
  }

  function unsaved(document: StoredDocument, error: string, out: ProvisioningOutput[]): void {
    state = stored.candidate ? { name: 'Waiting', document: stored.candidate.document } : { name: 'Steady' }
    refuse({ version: document.version, reason: unstorable(error), errors: [] }, out)
  }

  /** When the candidate may be tried, as far as can be told now. */
  function dueAt(document: StoredDocument): Millis {
    if (stored.good === undefined) return inUseSince
    const quiet = document.apply.when === 'now' ? idleSince : after(idleSince, QUIET)
    return settled(health, stored.good.config) ? quiet : (Math.max(quiet, after(inUseSince, SETTLE)) as Millis)
  }

  function apply(document: StoredDocument, change: Plan, now: Millis, out: ProvisioningOutput[]): void {
    out.push({ to: 'phone', settings: ready(document), plan: change })
    health = unproven(health, change)
    inUseSince = now
  }

  function write(record: StoreRecord, out: ProvisioningOutput[]): number {
    out.push({ to: 'store', ref: ++refs, record })
    return refs
  }

  function refuse({ version, reason, errors }: Refused, out: ProvisioningOutput[]): void {
    out.push(say('warn', 'configuration refused', { version, reason, path: errors[0]?.path }))
    report(
      { ...standing(stored), version: running(), attempted: version ?? null, result: 'rejected', reason, errors },
      out,
    )
  }

  function pending(document: StoredDocument, reason: string, out: ProvisioningOutput[]): void {
    const { version } = document
    report({ ...standing(stored), version: running(), attempted: version, result: 'pending', reason }, out)
  }

  function running(): number | null {
    if (state.name === 'Trial' || state.name === 'Promoting') return state.document.version
    return stored.good?.version ?? null
  }

  function report(what: Reported, out: ProvisioningOutput[]): void {
    reported = what
    if (health.broker) out.push({ to: 'broker', reported })
  }
}

const unstorable = (error: string) => `it could not be stored: ${error}`

const ready = ({ version, config, secrets }: Settings & { readonly version: number }): ReadySettings => ({
  version,
  config,
  secrets: Object.fromEntries(Object.entries(secrets).map(([id, given]) => [id, hidden(given)])),
})

function hidden({ password, ha1, aka }: Settings['secrets'][string]): LineSecrets {
  const secret = (value: string) => new Secret(value)
  return {
    ...(password === undefined ? {} : { password: secret(password) }),
    ...(ha1 === undefined ? {} : { ha1: { hash: ha1.hash, value: secret(ha1.value) } }),
    ...(aka === undefined
      ? {}
      : {
          aka: {
            k: secret(aka.k),
            ...(aka.op === undefined ? {} : { op: secret(aka.op) }),
            ...(aka.opc === undefined ? {} : { opc: secret(aka.opc) }),
          },
        }),
  }
}

const say = (level: LogLevel, what: string, fields: LogRecord['fields']): ProvisioningOutput => ({
  to: 'log',
  record: log(level, 'provisioning', what, fields),
})
