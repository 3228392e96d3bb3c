// What the façade keeps of one call: from its first event, or from makeCall, until its number is given to another one.
import type { CallId, CallMedia, CallRecord, MediaStatus, Party, UaEvent } from '../../ua/contract.ts'
import type { Account } from './account.ts'
import type { Call } from './call.ts'
import type { Redirected } from './call-redirect.ts'
import type { CallSetting } from './call-types.ts'
import { type CallState, MAX_CALLS, type Role } from './names.ts'

/** What ended a call. */
export type CallEnd = Extract<UaEvent, { kind: 'call-state' }>

export interface LineStart {
  readonly role: Role
  readonly account: Account
  readonly peer: Party
  readonly setting: CallSetting
  readonly call?: Call | undefined
  readonly userData?: unknown
  readonly params?: Readonly<Record<string, unknown>>
}

export class Line {
  /** PJSUA's number of a call, 0 up to the most calls at once. */
  readonly id: number
  readonly role: Role
  readonly began = performance.now()
  /** Its name at the user agent; another one after a redirection. */
  name: CallId
  account: Account
  peer: Party
  setting: CallSetting
  call: Call | undefined
  userData: unknown
  params: Readonly<Record<string, unknown>>
  state: CallState = 'null'
  status = 0
  reason = ''
  media: CallMedia | undefined
  /** As the user agent knew it last. */
  record: CallRecord | undefined
  connectedAt: number | undefined
  endedAt: number | undefined
  /** Their last description, and ours, in force or offered. */
  readonly sdp = { local: undefined as string | undefined, remote: undefined as string | undefined }
  /** What their messages said they can: by header name in lower case. */
  readonly capabilities = new Map<string, readonly string[]>()
  ringing: NodeJS.Timeout | undefined
  /** Digits are sent one lot after the other. */
  digits: Promise<void> = Promise.resolve()
  /** A 3xx came, and nobody has said yet whether it is followed. */
  redirected: Redirected | undefined
  /** Hung up here, with what was given then. */
  hungUp: { readonly params: unknown } | undefined

  constructor(id: number, name: CallId, start: LineStart) {
    this.id = id
    this.name = name
    this.role = start.role
    this.account = start.account
    this.peer = start.peer
    this.setting = start.setting
    this.call = start.call
    this.userData = start.userData
    this.params = start.params ?? {}
  }

  get isActive(): boolean {
    return this.endedAt === undefined
  }

  get mediaStatus(): MediaStatus {
    return this.media?.status ?? 'none'
  }

  end(): void {
    this.endedAt ??= performance.now()
    clearTimeout(this.ringing)
  }
}

/** The calls of an endpoint, by number and by name. */
export class Lines {
  readonly #slots: (Line | undefined)[]
  readonly #byName = new Map<CallId, Line>()
  #named = 0

  constructor(max: number = MAX_CALLS) {
    this.#slots = Array.from({ length: max }, () => undefined)
  }

  newName(): CallId {
    return `out:${++this.#named}`
  }

  get max(): number {
    return this.#slots.length
  }

  /** Those that are not over, by number. */
  get active(): readonly Line[] {
    return this.#slots.filter((line) => line?.isActive) as Line[]
  }

  /** Undefined: there is no room for another one. */
  add(name: CallId, start: LineStart): Line | undefined {
    const id = this.#slots.indexOf(undefined)
    if (id < 0) return undefined
    const line = new Line(id, name, start)
    this.#slots[id] = line
    this.#byName.set(name, line)
    return line
  }

  byId(id: number): Line | undefined {
    return this.#slots[id]
  }

  byName(name: CallId): Line | undefined {
    return this.#byName.get(name)
  }

  /** The call goes on under another name. */
  rename(line: Line, name: CallId): void {
    this.#byName.delete(line.name)
    line.name = name
    this.#byName.set(name, line)
  }

  /** Its number is free again. */
  remove(line: Line): void {
    this.#byName.delete(line.name)
    if (this.#slots[line.id] === line) this.#slots[line.id] = undefined
  }
}
