// PJSUA2's Call: everything that can be done with a call, and by its callbacks everything that is told of it.

import { utf8Decode } from '../../base/bytes.ts'
import { forwardingTo } from '../../sip/message/forwarding.ts'
import { instance } from '../core/guard.ts'
import type { ExtraHeaders, Invitation } from '../core/index.ts'
import type { Account } from './account.ts'
import { CALL, guarded } from './arguments.ts'
import type { AudioMedia } from './audio-media.ts'
import { changed } from './call-change.ts'
import { sendDigits } from './call-digits.ts'
import { dumpOf } from './call-dump.ts'
import { CallCallbacks, type OnCallModifiedParam, type RedirectOp } from './call-events.ts'
import { infoOf, streamStatOf } from './call-info.ts'
import { makeLine } from './call-making.ts'
import { redirect } from './call-redirect.ts'
import type { Change } from './call-session.ts'
import { settingOf } from './call-setting.ts'
import { refer } from './call-transfer.ts'
import type {
  CallInfo,
  CallOpParam,
  CallSendDtmfParam,
  CallSetting,
  MakeCallParam,
  SipTxOption,
  StreamStat,
} from './call-types.ts'
import { OperationError, operated } from './errors.ts'
import type { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { INVALID_ID, XFER_NO_REQUIRE_REPLACES } from './names.ts'
import { follow } from './requests.ts'
import { checkHeaders, targetOf } from './target.ts'
import { composing } from './typing.ts'
import { headersOf, requestOf } from './wording.ts'

/** Requests that change the session have methods of their own here, or are the stack's business. */
const SESSION_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'PRACK']

/** One call: one to be made by `makeCall`, or one that came. After its end it can be asked for what it was. */
export class Call extends CallCallbacks {
  readonly #account: Account
  #line: Line | undefined

  /** With the number of a call that came (`onIncomingCall`) it is that one; without, one to be made. */
  constructor(account: Account, callId: number = INVALID_ID) {
    super()
    this.#account = account
    if (callId === INVALID_ID) return
    const line = account.inner('Call').lines.byId(callId)
    if (line === undefined) throw new OperationError('Call', 'unknown', `there is no call ${callId}`)
    this.attach(line)
  }

  /** The call of that number, where an application has made an object of it. */
  static lookup(account: Account, callId: number): Call | undefined {
    return account.inner('Call.lookup').lines.byId(callId)?.call
  }

  /** @internal For the façade: this object stands for that call from now on. */
  attach(line: Line): void {
    this.#line = line
    line.call = this
  }

  /** Its number among those of the endpoint; INVALID_ID before there is a call. */
  getId(): number {
    return this.#line?.id ?? INVALID_ID
  }

  /** The account it belongs to. */
  get account(): Account {
    return this.#line?.account ?? this.#account
  }

  /** The core's session under it; undefined before there is one. */
  get invitation(): Invitation | undefined {
    return this.#line?.invitation
  }

  // ---- to make, answer and end it ------------------------------------------------------------------------------------

  /** INVITEs `dstUri`: a URI, or a number or name at the account's domain. It is under way when this returns, not more. */
  makeCall(dstUri: string, prm: MakeCallParam = {}): void {
    if (this.#line?.isActive) throw new OperationError('makeCall', 'state', 'this object has a call already')
    this.#make('makeCall', dstUri, prm, prm.txOption?.headers ?? {})
  }

  /** @internal For the façade: the call to `dstUri` that somebody's transfer asks for; `notify` tells them how it goes. */
  makeTransferred(
    dstUri: string,
    headers: ExtraHeaders,
    opt: CallSetting,
    notify: (code: number, reason?: string) => void,
  ): void {
    const line = this.#make('callTransferRequest', dstUri, { opt }, headers)
    line.progress = (state, status, reason) => {
      if (state === 'early') notify(status, reason)
      else if (state === 'confirmed') notify(200)
      else if (state === 'disconnected') notify(status >= 300 ? status : 487, status >= 300 ? reason : undefined)
    }
  }

  #make(operation: string, dstUri: string, prm: MakeCallParam, headers: ExtraHeaders): Line {
    const before = this.#line
    try {
      return makeLine(operation, this, this.#account, dstUri, prm, headers)
    } catch (error) {
      this.#line = before
      throw error
    }
  }

  /** Any response to an incoming INVITE: 180, 183, 200, or a refusal. */
  answer(prm: CallOpParam): void {
    const { line } = this.#here('answer')
    const { statusCode = 200, reason, txOption = {} } = prm
    if (!(Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 699))
      throw new OperationError('answer', 'argument', `statusCode: expected 100–699, got ${statusCode}`)
    if (line.role === 'uac') throw new OperationError('answer', 'refused', 'an outgoing call')
    if (line.isLeft) throw new OperationError('answer', 'refused', 'is ending')
    if (!['INCOMING', 'EARLY'].includes(line.invitation.state))
      throw new OperationError('answer', 'refused', 'answered already')
    const setting = settingOf('answer', prm.opt)
    if (prm.opt !== undefined) line.setting = setting
    const { headers = {} } = txOption
    checkHeaders('answer', headers, 'response')
    // The engine sends its 100 by itself when no better response is at hand in time (§17.2.1).
    if (statusCode > 100) operated('answer', () => line.answer(statusCode, headers, reason, setting))
    if (statusCode >= 300) line.hungUp = { params: prm }
  }

  /** Ends it by its state and role: CANCEL, BYE, or a refusal with `statusCode` (603 unless said otherwise). */
  hangup(prm: CallOpParam & { readonly params?: unknown } = {}): void {
    const { line } = this.#here('hangup')
    const { statusCode, reason, txOption = {} } = prm
    if (statusCode !== undefined && statusCode !== 0 && !(statusCode >= 300 && statusCode <= 699))
      throw new OperationError('hangup', 'argument', `statusCode: expected 300–699, got ${statusCode}`)
    if (line.isLeft) throw new OperationError('hangup', 'refused', 'is ending')
    const { headers = {} } = txOption
    checkHeaders('hangup', headers, 'response')
    operated('hangup', () => line.hangUp(statusCode || undefined, headers, reason))
    line.hungUp = { params: prm.params }
  }

  /** Sends a call that rings here elsewhere: 302, best place first; `reason` as Diversion names them (RFC 5806). */
  forward(targets: readonly string[], reason = 'deflection'): void {
    const { line } = this.#here('forward')
    const fields = forwardingTo(targets, reason, this.account.parts.uri.toWire())
    if (!fields.ok) throw new OperationError('forward', 'refused', fields.error)
    const headers: Record<string, string[]> = {}
    for (const { name, value } of fields.value) headers[name] = [...(headers[name] ?? []), utf8Decode(value)]
    this.answer({ statusCode: 302, txOption: { headers } })
    line.hungUp = { params: undefined }
  }

  // ---- to change it --------------------------------------------------------------------------------------------------

  /**
   * Re-INVITE that holds them; what became of it is told by `callModified` and `callMediaState`, and by the promise, which is always
   * fulfilled. So of the next two.
   */
  setHold(prm: CallOpParam = {}): Promise<OnCallModifiedParam> {
    const line = this.#changing('setHold', 'reinvite')
    if (line.session.isHolding) throw new OperationError('setHold', 'refused', 'on hold already')
    return this.#reinvite('setHold', line, prm, { hold: true, offer: true })
  }

  /** Re-INVITE with what is so now; `opt.unhold` ends our hold, `opt.noSdpOffer` lets them offer. */
  reinvite(prm: CallOpParam = {}): Promise<OnCallModifiedParam> {
    const { unhold = false, noSdpOffer = false, sdp, callOnHold: nowhere = false } = settingOf('reinvite', prm.opt)
    const line = this.#changing('reinvite', 'reinvite')
    const hold = line.session.isHolding && !unhold
    return this.#reinvite('reinvite', line, prm, { hold, offer: !noSdpOffer, sdp, nowhere })
  }

  /** UPDATE (RFC 3311), with an offer unless `opt.noSdpOffer`. */
  update(prm: CallOpParam = {}): Promise<OnCallModifiedParam> {
    const { noSdpOffer = false } = settingOf('update', prm.opt)
    const line = this.#changing('update', 'update')
    const headers = prm.txOption?.headers ?? {}
    checkHeaders('update', headers)
    return changed('update', line, { kind: 'update', hold: line.session.isHolding, offer: !noSdpOffer, headers })
  }

  #changing(operation: string, kind: Change['kind']): Line {
    const { line } = this.#here(operation)
    const possible = line.state === 'confirmed' || (kind === 'update' && line.state === 'early')
    if (line.isLeft || !possible) throw new OperationError(operation, 'refused', 'not in a call')
    if (line.session.isChanging) throw new OperationError(operation, 'refused', 'a change is under way')
    return line
  }

  #reinvite(
    operation: string,
    line: Line,
    { opt = {}, txOption = {} }: CallOpParam,
    change: Omit<Change, 'kind' | 'headers'>,
  ): Promise<OnCallModifiedParam> {
    const { headers = {} } = txOption
    checkHeaders(operation, headers)
    line.keep(opt, headers)
    return changed(operation, line, { kind: 'reinvite', ...change, headers: { ...line.headers, ...headers } })
  }

  // ---- to hand it on -------------------------------------------------------------------------------------------------

  /** REFER: they are to call `dest` (RFC 3515). This call stays until it is ended. */
  xfer(dest: string, prm: CallOpParam = {}): void {
    const { line } = this.#here('xfer')
    refer('xfer', line, targetOf('xfer', 'dest', dest, this.account), prm.txOption?.headers)
  }

  /** REFER: they are to take our place in `destCall` (RFC 3891). Option XFER_NO_REQUIRE_REPLACES: their INVITE need not insist. */
  xferReplaces(destCall: Call, prm: CallOpParam & { readonly options?: number } = {}): void {
    const other = destCall.#here('xferReplaces').line
    const { line } = this.#here('xferReplaces')
    if (other === line) throw new OperationError('xferReplaces', 'argument', 'destCall: a call cannot replace itself')
    if (other.invitation.dialog.remoteTag === '')
      throw new OperationError('xferReplaces', 'state', 'the call to be replaced has no dialog yet')
    const insist = ((prm.options ?? 0) & XFER_NO_REQUIRE_REPLACES) === 0
    refer('xferReplaces', line, other.invitation, prm.txOption?.headers, insist)
  }

  /** The word on `onCallRedirected` that was left `pending`. */
  processRedirect(op: Exclude<RedirectOp, 'pending'>): void {
    redirect(this.#here('processRedirect').line, op)
  }

  // ---- what goes through it ------------------------------------------------------------------------------------------

  /** Digits as telephone events, 160 ms each, or as tones where they cannot be. */
  dialDtmf(digits: string): void {
    this.#sendDigits('dialDtmf', { digits, duration: 160 })
  }

  /** Returns at once; `dtmfSent` says when all are sent. Throws when no method given can be. */
  sendDtmf(prm: CallSendDtmfParam): void {
    this.#sendDigits('sendDtmf', prm)
  }

  #sendDigits(operation: string, prm: CallSendDtmfParam): void {
    const { inner, line } = this.#here(operation)
    sendDigits(operation, inner, line, prm)
  }

  /** MESSAGE inside the call; its status comes by `instantMessageStatus` with `userData`. */
  sendInstantMessage(prm: {
    readonly content: string
    readonly contentType?: string
    readonly txOption?: Pick<SipTxOption, 'headers'>
    readonly userData?: unknown
  }): void {
    const { contentType = 'text/plain', content: msgBody, userData, txOption } = prm
    const { line } = this.#here('sendInstantMessage')
    this.#send('sendInstantMessage', 'MESSAGE', { ...txOption, contentType, msgBody }, userData, (code, reason) =>
      this.tell('instantMessageStatus', { toUri: line.peer.uri, msgBody, code, reason, userData }),
    )
  }

  /** Says that somebody here is writing, or not any more (RFC 3994). */
  sendTypingIndication(prm: { readonly isTyping: boolean; readonly txOption?: Pick<SipTxOption, 'headers'> }): void {
    this.#send('sendTypingIndication', 'MESSAGE', { ...prm.txOption, ...composing(prm.isTyping) }, undefined, () => {})
  }

  /** Any request but those that change the session; its responses come by `callTsxState` with `userData`. */
  sendRequest(prm: { readonly method: string; readonly txOption?: SipTxOption; readonly userData?: unknown }): void {
    const { method, txOption = {}, userData } = prm
    if (SESSION_METHODS.includes(method.toUpperCase()))
      throw new OperationError('sendRequest', 'argument', `method: ${method} would change the session`)
    this.#send('sendRequest', method, txOption, userData, () => {})
  }

  #send(
    operation: string,
    method: string,
    txOption: SipTxOption,
    userData: unknown,
    done: (status: number, reason: string) => void,
  ): void {
    const { inner, line } = this.#here(operation)
    checkHeaders(operation, txOption.headers ?? {})
    if (line.isLeft) throw new OperationError(operation, 'refused', 'the call is ending')
    const request = operated(operation, () => line.invitation.sendRequest(method, requestOf(txOption)))
    follow(inner, request, ({ code: statusCode, reason, isFinal, headers, body = '' }) => {
      const rdata = { headers: headersOf(headers?.fields ?? []), body }
      this.tell('callTsxState', { method, role: 'uac', statusCode, reason, rdata, userData })
      if (isFinal) done(statusCode, reason)
    })
  }

  // ---- what is known of it -------------------------------------------------------------------------------------------

  /** Also after the end. */
  getInfo(): CallInfo {
    const line = this.#known('getInfo')
    return infoOf(line, line.isActive ? line.inner.bridge : undefined)
  }

  /** It was begun, and is not over. */
  isActive(): boolean {
    return this.#line?.isActive === true
  }

  /** Its sound has a port at the bridge now. */
  hasMedia(): boolean {
    return this.#line?.isActive === true && this.#line.sound.port !== undefined
  }

  /** Its sound, at the bridge. Throws while there is none. */
  getAudioMedia(index = 0): AudioMedia {
    const { line } = this.#here('getAudioMedia')
    if (index !== 0) throw new OperationError('getAudioMedia', 'argument', `index: expected 0, got ${index}`)
    line.sound.needed('getAudioMedia')
    return line.sound
  }

  /** The number of its port at the bridge; INVALID_ID while there is no media. */
  getConfPort(): number {
    return this.hasMedia() ? this.getAudioMedia().getPortId() : INVALID_ID
  }

  /** Whether their messages said so: `remoteHasCap('Allow', 'UPDATE')`. */
  remoteHasCap(header: 'Allow' | 'Supported' | 'Accept', option: string): 'yes' | 'no' | 'unknown' {
    const said = this.#known('remoteHasCap').capabilities.get(header.toLowerCase())
    if (said === undefined) return 'unknown'
    return said.some((each) => each.toLowerCase() === option.toLowerCase()) ? 'yes' : 'no'
  }

  /** What NAT they are behind, as their description says (`a=X-nat`, PJSUA's own); throws before one came or when it does not say. */
  getRemNatType(): number {
    const { remote } = this.#known('getRemNatType').sdp
    if (remote === undefined) throw new OperationError('getRemNatType', 'state', 'no description of theirs has come')
    const type = /^a=X-nat:(\d)\b/m.exec(remote)?.[1]
    if (type === undefined) throw new OperationError('getRemNatType', 'state', 'their description does not say')
    return Number(type)
  }

  /** Counters of its stream. */
  async getStreamStat(): Promise<StreamStat> {
    const { sound } = this.#here('getStreamStat').line
    if (sound.port === undefined) throw new OperationError('getStreamStat', 'state', 'there is no media now')
    const stats = await sound.audio!.getStatistics().catch((cause) => {
      throw new OperationError('getStreamStat', 'state', 'there is no media now', cause)
    })
    return streamStatOf(stats)
  }

  /** The call as text, each line behind `indent`, at most `maxLength` characters. After the end without counters of media. */
  async dump(withMedia = true, indent = '  ', maxLength = 4096): Promise<string> {
    return dumpOf(this.#known('dump'), withMedia, indent, maxLength)
  }

  /** What `makeCall` or `setUserData` left with the call. Throws before there is one. */
  getUserData(): unknown {
    return this.#known('getUserData').userData
  }

  /** Leaves any value with the call, also after its end. */
  setUserData(data: unknown): void {
    this.#known('setUserData').userData = data
  }

  /** One of what was given as `params`, or several by name. */
  getParam(name: string): unknown {
    return this.#known('getParam').params[name]
  }

  /** Puts one more of them with the call, or another in its place. Throws before there is a call. */
  setParam(name: string, value: unknown): void {
    const line = this.#known('setParam')
    line.params = { ...line.params, [name]: value }
  }

  /** Descriptions last seen, as on the wire. */
  getSdp(): { readonly local: string | undefined; readonly remote: string | undefined } {
    return { ...this.#known('getSdp').sdp }
  }

  #known(operation: string): Line {
    if (this.#line === undefined) throw new OperationError(operation, 'state', 'this object has no call yet')
    return this.#line
  }

  #here(operation: string): { readonly inner: Inner; readonly line: Line } {
    const line = this.#known(operation)
    if (!line.isActive) throw new OperationError(operation, 'state', 'the call is over')
    return { inner: this.account.endpoint.inner(operation), line }
  }
}

guarded(Call, { ...CALL, xferReplaces: [['destCall', instance('a Call', () => Call)], ...CALL.hangup] })
