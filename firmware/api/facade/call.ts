// PJSUA2's Call: everything that can be done with a call, and by its callbacks everything that is told of it.

import { utf8Decode } from '../../base/bytes.ts'
import type { CallId, UaCommand } from '../../ua/contract.ts'
import { headerFields } from '../core/wire.ts'
import type { Account } from './account.ts'
import type { AudioMedia } from './audio-media.ts'
import { CallAudio } from './call-audio.ts'
import { sendDigits, whyNot } from './call-digits.ts'
import { dumpOf } from './call-dump.ts'
import { CallCallbacks, type RedirectOp } from './call-events.ts'
import { infoOf, streamStatOf } from './call-info.ts'
import { redirect } from './call-redirect.ts'
import { replacesOf } from './call-transfer.ts'
import type {
  CallInfo,
  CallOpParam,
  CallSendDtmfParam,
  CallSetting,
  MakeCallParam,
  SipTxOption,
  StreamStat,
} from './call-types.ts'
import { OperationError } from './errors.ts'
import type { Line } from './line.ts'
import { INVALID_ID, XFER_NO_REQUIRE_REPLACES } from './names.ts'
import type { Switchboard } from './switchboard.ts'
import { composing } from './typing.ts'
import { headersOf, messageBody } from './wording.ts'

/** Requests that change the session have methods of their own here, or are the stack's business. */
const SESSION_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'UPDATE', 'PRACK']

export class Call extends CallCallbacks {
  readonly #account: Account
  #line: Line | undefined
  #audio: CallAudio | undefined

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

  /** For the façade: this object stands for that call from now on. */
  attach(line: Line): void {
    this.#line = line
    line.call = this
  }

  getId(): number {
    return this.#line?.id ?? INVALID_ID
  }

  /** The account it belongs to. */
  get account(): Account {
    return this.#line?.account ?? this.#account
  }

  // ---- to make, answer and end it ------------------------------------------------------------------------------------

  /** INVITEs `dstUri`: a URI, or a number or name at the account's domain. It is under way when this returns, not more. */
  makeCall(dstUri: string, prm: MakeCallParam = {}): void {
    if (this.#line?.isActive) throw new OperationError('makeCall', 'state', 'this object has a call already')
    const setting = settingOf('makeCall', prm.opt)
    const { txOption = {} } = prm
    this.#make('makeCall', dstUri, { ...prm, setting }, (call) => ({
      ...{ kind: 'make-call', call, account: this.#account.name, target: dstUri },
      headers: [...headerFields(this.#account.inviteHeaders), ...headerFields(txOption.headers)],
      lateOffer: setting.noSdpOffer === true,
      parts: partsOf(txOption),
    }))
  }

  /** For the façade: the call to `dstUri` that somebody's transfer asks for. */
  makeTransferred(dstUri: string, transfer: string, opt: CallSetting): void {
    const operation = 'callTransferRequest'
    this.#make(operation, dstUri, { setting: settingOf(operation, opt) }, (call) => ({
      ...{ kind: 'answer-transfer', transfer, call, status: 202, reason: undefined },
    }))
  }

  /** `command` names the call by the name it is given. */
  #make(
    operation: string,
    dstUri: string,
    prm: MakeCallParam & { readonly setting: CallSetting },
    command: (call: CallId) => UaCommand,
  ): void {
    const board = this.#account.inner(operation)
    const { setting, userData, params, ringTimeMs = this.#account.ringTimeMs } = prm
    const name = board.lines.newName()
    const peer = { uri: dstUri, display: '', number: dstUri }
    const start = { role: 'uac', account: this.#account, peer, setting, call: this, userData } as const
    const line = board.lines.add(name, { ...start, ...(params && { params }) })
    if (line === undefined) throw new OperationError(operation, 'limit', `${board.lines.max} calls are up`)
    const before = this.#line
    this.attach(line)
    try {
      board.seat.command(operation, command(name))
    } catch (error) {
      board.lines.remove(line)
      this.#line = before
      throw error
    }
    if (ringTimeMs > 0) line.ringing = setTimeout(() => this.#nobodyAnswers(line), ringTimeMs)
  }

  #nobodyAnswers(line: Line): void {
    if (line.connectedAt !== undefined || !line.isActive) return
    this.tell('ringTimeout', {})
    if (line.isActive) this.hangup()
  }

  /** Any response to an incoming INVITE: 180, 183, 200, or a refusal. */
  answer(prm: CallOpParam): void {
    const { board, line } = this.#here('answer')
    const { statusCode = 200, reason, txOption = {} } = prm
    if (!(Number.isInteger(statusCode) && statusCode >= 100 && statusCode <= 699))
      throw new OperationError('answer', 'argument', `statusCode: expected 100–699, got ${statusCode}`)
    if (prm.opt !== undefined) line.setting = settingOf('answer', prm.opt)
    const headers = headerFields(txOption.headers)
    board.seat.command('answer', { kind: 'answer', call: line.name, status: statusCode, reason, headers })
    if (statusCode >= 300) line.hungUp = { params: prm }
  }

  /** Ends it by its state and role: CANCEL, BYE, or a refusal with `statusCode` (603 unless said otherwise). */
  hangup(prm: CallOpParam & { readonly params?: unknown } = {}): void {
    const { board, line } = this.#here('hangup')
    const { statusCode, reason, txOption = {} } = prm
    if (statusCode !== undefined && statusCode !== 0 && !(statusCode >= 300 && statusCode <= 699))
      throw new OperationError('hangup', 'argument', `statusCode: expected 300–699, got ${statusCode}`)
    const headers = headerFields(txOption.headers)
    board.seat.command('hangup', { kind: 'hang-up', call: line.name, status: statusCode || undefined, reason, headers })
    line.hungUp = { params: prm.params }
  }

  /** Sends a call that rings here elsewhere: 302, best place first. */
  forward(targets: readonly string[], reason = ''): void {
    const { board, line } = this.#here('forward')
    board.seat.command('forward', { kind: 'forward', call: line.name, to: targets, reason })
    line.hungUp = { params: undefined }
  }

  // ---- to change it --------------------------------------------------------------------------------------------------

  /** Re-INVITE that holds them; what became of it is told by `callModified` and `callMediaState`. */
  setHold(prm: CallOpParam = {}): void {
    const { board, line } = this.#here('setHold')
    if (prm.txOption?.headers !== undefined)
      throw new OperationError('setHold', 'unsupported', 'headers: a hold goes without any')
    board.seat.command('setHold', { kind: 'hold', call: line.name })
  }

  /** Re-INVITE with what is so now; `opt.unhold` ends our hold, `opt.noSdpOffer` lets them offer. */
  reinvite(prm: CallOpParam = {}): void {
    const { board, line } = this.#here('reinvite')
    const { unhold = false, noSdpOffer = false } = settingOf('reinvite', prm.opt)
    const headers = headerFields(prm.txOption?.headers)
    board.seat.command('reinvite', { kind: 'reinvite', call: line.name, unhold, offer: !noSdpOffer, headers })
  }

  /** UPDATE (RFC 3311), with an offer unless `opt.noSdpOffer`. */
  update(prm: CallOpParam = {}): void {
    const { board, line } = this.#here('update')
    const { noSdpOffer = false } = settingOf('update', prm.opt)
    const headers = headerFields(prm.txOption?.headers)
    board.seat.command('update', { kind: 'update', call: line.name, offer: !noSdpOffer, headers })
  }

  // ---- to hand it on -------------------------------------------------------------------------------------------------

  /** REFER: they are to call `dest` (RFC 3515). This call stays until it is ended. */
  xfer(dest: string, prm: CallOpParam = {}): void {
    const { board, line } = this.#here('xfer')
    const headers = headerFields(prm.txOption?.headers)
    board.seat.command('xfer', { kind: 'transfer', call: line.name, target: dest, headers })
  }

  /** REFER: they are to take our place in `destCall` (RFC 3891). Option XFER_NO_REQUIRE_REPLACES: their INVITE need not insist. */
  xferReplaces(destCall: Call, prm: CallOpParam & { readonly options?: number } = {}): void {
    const other = destCall.#here('xferReplaces').line
    const { board, line } = this.#here('xferReplaces')
    if (other === line) throw new OperationError('xferReplaces', 'argument', 'destCall: a call cannot replace itself')
    const insist = ((prm.options ?? 0) & XFER_NO_REQUIRE_REPLACES) === 0
    const target = replacesOf(infoOf(other, board.bridge), insist)
    const headers = headerFields(prm.txOption?.headers)
    board.seat.command('xferReplaces', { kind: 'transfer', call: line.name, target, headers })
  }

  /** The word on `onCallRedirected` that was left `pending`. */
  processRedirect(op: Exclude<RedirectOp, 'pending'>): void {
    const { board, line } = this.#here('processRedirect')
    redirect(board, line, op)
  }

  // ---- what goes through it ------------------------------------------------------------------------------------------

  /** Digits as telephone events, 160 ms each, or as tones where they cannot be. */
  dialDtmf(digits: string): void {
    this.sendDtmf({ digits, duration: 160 })
  }

  /** Returns at once; `dtmfSent` says when all are sent. Throws when no method given can be. */
  sendDtmf(prm: CallSendDtmfParam): void {
    const { board, line } = this.#here('sendDtmf')
    const { digits, methods = ['rfc2833', 'audio'], duration = 100 } = prm
    if (!/[0-9A-D*#]/.test(digits) || digits.length > 128)
      throw new OperationError('sendDtmf', 'argument', 'digits: expected up to 128 characters with some of 0-9 A-D * #')
    if (!(duration >= 40 && duration <= 8000))
      throw new OperationError('sendDtmf', 'argument', `duration: expected 40 to 8000 ms, got ${duration}`)
    const faults = methods.map((method) => [method, whyNot(line, method)] as const)
    const possible = faults.find(([, fault]) => fault === undefined)?.[0]
    if (possible === undefined)
      throw new OperationError('sendDtmf', 'state', faults.map(([method, fault]) => `${method}: ${fault}`).join('; '))
    sendDigits(board, line, digits, possible, duration)
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
    const { board, line } = this.#here(operation)
    const body = messageBody(txOption)
    const command = { method, to: { call: line.name }, headers: headerFields(txOption.headers), body }
    board.request(operation, command, ({ status: statusCode, reason, headers, body: text }) => {
      const rdata = { headers: headersOf(headers), body: utf8Decode(text) }
      this.tell('callTsxState', { method, role: 'uac', statusCode, reason, rdata, userData })
      if (statusCode >= 200) done(statusCode, reason)
    })
  }

  // ---- what is known of it -------------------------------------------------------------------------------------------

  /** Also after the end. */
  getInfo(): CallInfo {
    const line = this.#known('getInfo')
    const board = this.account.board
    if (line.isActive) line.record = board?.seat.record(line.name) ?? line.record
    return infoOf(line, board?.bridge)
  }

  /** It was begun, and is not over. */
  isActive(): boolean {
    return this.#line?.isActive === true
  }

  hasMedia(): boolean {
    return this.#line?.isActive === true && this.#line.media?.port !== undefined
  }

  /** Its sound, at the bridge. Throws while there is none. */
  getAudioMedia(index = 0): AudioMedia {
    const { line } = this.#here('getAudioMedia')
    if (index !== 0) throw new OperationError('getAudioMedia', 'argument', `index: expected 0, got ${index}`)
    this.#audio ??= new CallAudio(this.account.endpoint, line)
    this.#audio.needed('getAudioMedia')
    return this.#audio
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
    const { board, line } = this.#here('getStreamStat')
    const stats = await board.seat.stats(line.name)
    if (stats === undefined) throw new OperationError('getStreamStat', 'state', 'there is no media now')
    return streamStatOf(stats)
  }

  /** The call as text, each line behind `indent`, at most `maxLength` characters. */
  async dump(withMedia = true, indent = '  ', maxLength = 4096): Promise<string> {
    const { board, line } = this.#here('dump')
    return dumpOf(board, line, withMedia, indent, maxLength)
  }

  getUserData(): unknown {
    return this.#known('getUserData').userData
  }

  setUserData(data: unknown): void {
    this.#known('setUserData').userData = data
  }

  /** One of what was given as `params`, or several by name. */
  getParam(name: string): unknown {
    return this.#known('getParam').params[name]
  }

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

  #here(operation: string): { readonly board: Switchboard; readonly line: Line } {
    const line = this.#known(operation)
    if (!line.isActive) throw new OperationError(operation, 'state', 'the call is over')
    return { board: this.account.endpoint.inner(operation), line }
  }
}

const partsOf = ({ multipartParts = [] }: SipTxOption) =>
  multipartParts.map(({ contentType, body }) => ({ ...messageBody({ contentType, msgBody: body })!, headers: [] }))

/** What there is no way to do is refused. */
function settingOf(operation: string, setting: CallSetting = {}): CallSetting {
  const { audioCount = 1, videoCount = 0 } = setting
  if (audioCount !== 1)
    throw new OperationError(operation, 'unsupported', `opt.audioCount: expected 1, got ${audioCount}`)
  if (videoCount !== 0)
    throw new OperationError(operation, 'unsupported', `opt.videoCount: expected 0, got ${videoCount}`)
  return setting
}
