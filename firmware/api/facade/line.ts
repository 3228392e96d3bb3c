// What the façade keeps of one call: from its first event, or from makeCall, until its number is given to another one.

import { withoutKeys } from '../../sdp/crypto.ts'
import type { Party } from '../../sip/message/party.ts'
import { reasonPhrase } from '../../sip/message/status.ts'
import type { ExtraHeaders, Invitation, InvitationChange, MessageHeaders, Referral, SdpSession } from '../core/index.ts'
import type { Account } from './account.ts'
import type { Call } from './call.ts'
import { endCall } from './call-end.ts'
import type { OnCallRxReinviteParam } from './call-events.ts'
import { soundOf } from './call-hears-sound.ts'
import type { Redirected } from './call-redirect.ts'
import { CallSession, changedBy } from './call-session.ts'
import { CallSound, type SoundSettings } from './call-sound.ts'
import type { CallSetting } from './call-types.ts'
import { inTime } from './errors.ts'
import type { Inner } from './inner.ts'
import { type CallState, MAX_CALLS, type Role } from './names.ts'
import { attempt } from './observed.ts'
import { headersOf } from './wording.ts'

/** How a call ended, or what brought a change. */
export interface Outcome {
  readonly status: number
  readonly reason: string
  readonly cause: string | undefined
}

export interface LineStart {
  readonly role: Role
  readonly account: Account
  readonly invitation: Invitation
  readonly peer: Party
  readonly setting: CallSetting
  readonly sound: SoundSettings
  /** The application's own, of its INVITE. */
  readonly headers?: ExtraHeaders
  readonly call?: Call | undefined
  readonly userData?: unknown
  readonly params?: Readonly<Record<string, unknown>>
}

export class Line {
  /** PJSUA's number of a call, 0 up to the most calls at once. */
  readonly id: number
  readonly role: Role
  readonly began = performance.now()
  readonly account: Account
  /** The core's session under it. */
  readonly invitation: Invitation
  readonly sound: CallSound
  readonly session: CallSession
  /** What we are called in it. */
  readonly localUri: string
  peer: Party
  call: Call | undefined
  userData: unknown
  params: Readonly<Record<string, unknown>>
  state: CallState = 'null'
  status = 0
  reason = ''
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
  /** A transfer of ours that is under way. */
  referral: Referral | undefined
  /** The call whose place it takes as soon as it stands. */
  replaces: Line | undefined
  /** Hung up here, with what was given then. */
  hungUp: { readonly params: unknown } | undefined
  /** Ended here, and by what where the engine cannot know. */
  outcome: Outcome | undefined
  /** Of every INVITE within it. */
  headers: ExtraHeaders
  /** Of the digits under way: they are all sent, or will never be. */
  sentDigits: (() => void) | undefined
  /** Who asked for it hears how it goes. */
  progress: ((state: CallState, status: number, reason: string) => void) | undefined
  readonly inner: Inner
  /** The application has heard of it. */
  isTold = false
  #isLeft = false
  /** Its signalling goes over TLS, or it was warned of that. */
  #setting: CallSetting = {}
  #isSafe: boolean

  constructor(inner: Inner, id: number, start: LineStart) {
    this.inner = inner
    this.id = id
    this.role = start.role
    this.account = start.account
    this.localUri = start.account.aor
    this.invitation = start.invitation
    this.peer = start.peer
    this.#isSafe = start.sound.overTls
    this.call = start.call
    this.userData = start.userData
    this.params = start.params ?? {}
    this.headers = { ...start.account.parts.headers, ...repeatable(start.headers) }
    this.sound = new CallSound(inner, id, start.sound, soundOf(this))
    this.setting = start.setting
    this.session = new CallSession(this)
  }

  get isActive(): boolean {
    return this.endedAt === undefined
  }

  /** Hung up here: only the engine's last word is awaited. */
  get isLeft(): boolean {
    return this.#isLeft
  }

  get setting(): CallSetting {
    return this.#setting
  }

  set setting(setting: CallSetting) {
    this.#setting = setting
    this.sound.listen(setting.dtmfMethods)
  }

  /** What is said with a change holds for those after it. */
  keep({ clearSdp, dtmfMethods }: CallSetting, headers: ExtraHeaders): void {
    const said = { ...(clearSdp !== undefined && { clearSdp }), ...(dtmfMethods !== undefined && { dtmfMethods }) }
    this.setting = { ...this.setting, ...said }
    this.headers = { ...this.headers, ...repeatable(headers) }
  }

  /** A response that came, or went out. */
  responded(status: number, reason: string | undefined): void {
    this.status = status
    this.reason = reason || reasonPhrase(status)
  }

  // ---- what its session asks -----------------------------------------------------------------------------------------

  /** A description of ours is about to be sent, to theirs where there is one: the application may change it. */
  created(ours: SdpSession, remote: SdpSession | undefined): SdpSession {
    const shown = withoutKeys(ours.toString())
    const theirs = remote && withoutKeys(remote.toString())
    this.sdp.local = shown
    this.#warnOfKeys(shown)
    if (theirs !== undefined) this.sdp.remote = theirs
    const prm = { local: shown, remote: theirs }
    this.call?.tell('callSdpCreated', prm)
    let sent = ours
    if (prm.local !== shown)
      attempt('callSdpCreated', () => {
        sent = changedBy(ours, prm.local)
        this.sdp.local = withoutKeys(sent.toString())
      })
    if (remote === undefined) this.call?.tell('callTxOffer', { local: this.sdp.local, remote: undefined })
    return sent
  }

  /** Their offer is known, and not answered. */
  remoteOffered(remote: SdpSession): void {
    this.sdp.remote = withoutKeys(remote.toString())
  }

  /** What a message of theirs says they can. */
  learn(headers: MessageHeaders | undefined): void {
    for (const name of ['allow', 'supported', 'accept']) {
      const said = headers?.getAll(name) ?? []
      if (said.length > 0)
        this.capabilities.set(
          name,
          said.flatMap((value) => value.split(',').map((one) => one.trim())),
        )
    }
  }

  /** A response to their INVITE; throws a CoreError where that is not wanted. `sdp`: the application's own description. */
  answer(status: number, headers: ExtraHeaders, reason: string | undefined, setting: CallSetting = {}) {
    const { invitation } = this
    if (status >= 300) {
      invitation.disconnect(status, headers, reason)
      return this.leave()
    }
    if (!this.sound.bring(setting)) return this.#answered(status, headers, reason, setting.sdp)
    this.sound.open(
      () => {
        const remote = invitation.offeredRemoteSdp
        if (this.isLeft || !inTime(() => remote && this.session.consider(remote))) return
        inTime(() => this.#answered(status, headers, reason, setting.sdp))
      },
      (why) => {
        this.inner.endpoint.utilLogWrite(2, `sockets of call ${this.id} cannot be used: ${why}`)
        if (!this.isLeft) inTime(() => this.hangUp(503))
      },
    )
  }

  #answered(status: number, headers: ExtraHeaders, reason: string | undefined, sdp: string | undefined): void {
    const { invitation } = this
    this.responded(status, reason)
    const local = this.session.describe(status, sdp, invitation.reliability(this.account.terms))
    if (local !== undefined) invitation.setOfferedLocalSdp(local)
    if (status >= 200) invitation.acceptInvite(headers, { code: status, reason })
    else invitation.respondToInviteProvisionally(status, headers, reason)
  }

  /** Once: keys of SRTP in it can be read by others on its way. */
  #warnOfKeys(shown: string): void {
    if (this.#isSafe || !shown.includes('a=crypto:')) return
    this.#isSafe = true
    this.inner.endpoint.utilLogWrite(2, `keys of SRTP of call ${this.id} pass over signalling that others can read`)
  }

  /** Whether their re-INVITE or UPDATE is taken, and with which description. */
  askReinvite(
    { method = 'INVITE', headers: told }: InvitationChange,
    remote: SdpSession | undefined,
  ): OnCallRxReinviteParam {
    const offer = remote && withoutKeys(remote.toString())
    const prm: OnCallRxReinviteParam = {
      ...{ method, headers: headersOf(told?.fields ?? []), offer },
      ...{ statusCode: 200, reason: undefined, sdp: undefined },
    }
    this.call?.tell('callRxReinvite', prm)
    if (offer !== undefined) this.offered(offer, prm)
    return prm
  }

  /** Their offer is told; the application may refuse it. */
  offered(remote: string, answer: { statusCode: number } = { statusCode: 200 }): void {
    const prm = { local: undefined, remote, statusCode: answer.statusCode }
    this.call?.tell('callRxOffer', prm)
    answer.statusCode = prm.statusCode
  }

  /** A re-INVITE or UPDATE of ours is through. */
  modified(statusCode: number, reason: string): void {
    this.inner.later(() => this.call?.tell('callModified', { statusCode, reason }))
    if (!this.session.isChanging) this.inner.relocation.call(this, statusCode, reason)
  }

  /** The host has another address: media comes there from the next description on, and a call that stands says so at once. */
  move(): void {
    this.sound.open(
      () => this.session.moved(),
      (reason) => this.inner.relocation.call(this, 503, reason),
    )
  }

  /** Media cannot be agreed: there is no call without. */
  giveUp(reason: string): void {
    if (this.isLeft || !this.isActive) return
    this.outcome = { status: 488, reason, cause: 'protocol' }
    inTime(() => this.hangUp(488))
  }

  // ---- its end -------------------------------------------------------------------------------------------------------

  /** Ends it in whatever way its state asks for; throws a CoreError where it is ending already. */
  hangUp(code = 603, headers: ExtraHeaders = {}, reason?: string): void {
    if (this.invitation.state !== 'NULL') this.invitation.disconnect(code, headers, reason)
    else this.inner.later(() => endCall(this.inner, this, { status: 487, reason: reasonPhrase(487), cause: 'local' }))
    this.leave()
  }

  /** §15.1.1: once the BYE is on its way nothing is sent or listened to any more. */
  leave(): void {
    this.#isLeft = true
    this.sound.close()
  }

  end(): void {
    this.endedAt ??= performance.now()
    clearTimeout(this.ringing)
    this.sound.close()
    this.inner.inbox.forget(this.invitation)
  }
}

/** Header fields about the beginning of a dialog are not said again within it. */
const OF_THE_FIRST = /^(replaces|join|require|referred-by|b|alert-info|answer-mode|priv-answer-mode)$/i
const repeatable = (headers: ExtraHeaders = {}): ExtraHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_FIRST.test(name)))

/** The calls of an endpoint, by number and by session. */
export class Lines {
  readonly #slots: (Line | undefined)[]

  constructor(max: number = MAX_CALLS) {
    this.#slots = Array.from({ length: max }, () => undefined)
  }

  get max(): number {
    return this.#slots.length
  }

  /** Those that are not over, by number. */
  get active(): readonly Line[] {
    return this.#slots.filter((line) => line?.isActive) as Line[]
  }

  /** `make` is given its number. Undefined: there is no room for another one. */
  add(make: (id: number) => Line): Line | undefined {
    const id = this.#slots.indexOf(undefined)
    if (id < 0) return undefined
    const line = make(id)
    this.#slots[id] = line
    return line
  }

  byId(id: number): Line | undefined {
    return this.#slots[id]
  }

  of(invitation: object | undefined): Line | undefined {
    return invitation && this.#slots.find((line) => line?.invitation === invitation)
  }

  /** Its number is free again. */
  remove(line: Line): void {
    if (this.#slots[line.id] === line) this.#slots[line.id] = undefined
  }
}
