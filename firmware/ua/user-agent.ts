// The user agent as a machine: accounts and calls over the SIP engine and the media engine.
import type { Machine } from '../base/machine.ts'
import type { Rng } from '../base/rng.ts'
import { earlier, FOREVER, type Millis } from '../base/time.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { forwardingTo } from '../sip/message/forwarding.ts'
import { digitIn } from '../sip/packages/dtmf-info.ts'
import { type Account, createAccountBook } from './accounts.ts'
import type { Call } from './call.ts'
import { createCalls } from './calls.ts'
import { authorize, onChallenged } from './challenges.ts'
import { createComposing, isComposingRequest } from './composing.ts'
import type { AccountId, CallId, UaCommand, UaConfig, UaInput, UaOutput } from './contract.ts'
import { recvInfo } from './info.ts'
import { createInfoDigits } from './info-digits.ts'
import { createPublications } from './publications.ts'
import { createRedirects } from './redirects.ts'
import { createRelocation } from './relocation.ts'
import { createReplacements } from './replacements.ts'
import { createRequests } from './requests.ts'
import { createSending } from './sending.ts'
import { createServing } from './serving.ts'
import { createSubscribers } from './subscribers.ts'
import { createSubscriptions } from './subscriptions.ts'
import { type Tell, tellInto } from './tell.ts'
import { createTransfers } from './transfers.ts'
import { onUnasked } from './unasked.ts'

/** `rng` must be unpredictable: contact users and session ids come from it. */
export function createUserAgent(config: UaConfig, rng: Rng): Machine<UaInput, UaOutput> {
  const accounts = createAccountBook(rng)
  const calls = createCalls(config, rng)
  const relocation = createRelocation()
  let ourAddress = config.mediaAddress
  const requests = createRequests(config)
  const infoDigits = createInfoDigits()
  const composing = createComposing()
  const transfers = createTransfers()
  const sending = createSending(accounts, calls, { requests, infoDigits, composing, transfers })
  const redirects = createRedirects()
  const replacements = createReplacements()
  const subscriptions = createSubscriptions()
  const publications = createPublications()
  const ownCalls = (account: AccountId, now: Millis) =>
    calls.of(account).flatMap((call) => (call.isEnding ? [] : { call: call.id, record: call.record(now) }))
  const serving = createServing({ account: accounts.get, calls: ownCalls }, publications.own)
  const subscribers = createSubscribers(serving)
  let begun = false

  function onCommand(command: UaCommand, tell: Tell) {
    switch (command.kind) {
      case 'set-account': {
        const set = accounts.set(command.account, command.config, tell.sip)
        if (!set.ok) tell.refuse(command.kind, command.account, set.error)
        return
      }
      case 'remove-account':
        for (const call of calls.of(command.account)) if (!call.isEnding) call.hangUp(480, undefined, tell)
        subscriptions.endAll(command.account, tell)
        publications.endAll(command.account, tell)
        subscribers.endAll(command.account, tell)
        serving.forget(command.account)
        if (!accounts.remove(command.account, tell.sip)) tell.refuse(command.kind, command.account, 'unknown account')
        return
      case 'set-registration': {
        const set = accounts.setRegistration(command.account, command.on, tell.sip)
        if (!set.ok) tell.refuse(command.kind, command.account, set.error)
        return
      }
      case 'make-call':
        return calls.make(command, accounts.get(command.account), tell)
      case 'answer':
        return calls.act(command, tell, (call) => answer(call, command, tell))
      case 'forward':
        return calls.act(command, tell, (call) => forward(call, command, tell))
      case 'redirect':
        return calls.act(command, tell, () => redirects.redirect(command, tell))
      case 'authorize':
        return authorize(command, tell)
      case 'hang-up':
        return calls.act(command, tell, (call) => call.hangUp(command.status, command.reason, tell, command.headers))
      case 'hold':
      case 'resume':
        return calls.act(command, tell, (call) => call.hold(command.kind === 'hold', tell))
      case 'send-dtmf':
        return calls.act(command, tell, (call) => sending.digits(call, command, tell))
      case 'query-call':
        return calls.act(command, tell, (call) => call.audio.queryStats(command.ref, tell))
      case 'query-record':
        return calls.act(command, tell, (call) => call.queryRecord(command.ref, tell))
      case 'reinvite':
      case 'update':
        return calls.act(command, tell, (call) => call.modify(command, tell))
      case 'transfer':
        return calls.act(command, tell, (call) => sending.transfer(call, command, tell))
      case 'end-transfer':
        return transfers.endAsking(command.call, tell)
      case 'answer-transfer':
        return transfers.answer(command, (made, account) => calls.make(made, account, tell), tell)
      case 'send-request':
        return sending.request(command, tell)
      case 'compose':
        return sending.compose(command, tell)
      case 'reply':
        return requests.reply(command, tell)
      case 'subscribe':
        return subscriptions.subscribe(command, accounts.get(command.account), tell)
      case 'unsubscribe':
        return subscriptions.unsubscribe(command.subscription, tell)
      case 'publish':
        return publications.publish(command, accounts.get(command.account), tell)
      case 'unpublish':
        return publications.unpublish(command.publication, tell)
      case 'set-presence':
        if (accounts.get(command.account) === undefined)
          return tell.refuse(command.kind, command.account, 'unknown account')
        return serving.set(command)
      case 'add-package':
        return tell.sip({ kind: 'add-package', id: command.event.toLowerCase(), accept: command.types.join(', ') })
      case 'answer-subscriber':
        return subscribers.answer(command, tell)
      case 'notify':
        return subscribers.notify(command, tell)
      case 'move':
        return move(command, tell)
      case 'set-rtp-ports': {
        const { min, max } = command
        if (calls.setRange({ min, max }, tell)) return
        return tell.refuse(command.kind, `${min}-${max}`, 'not ports from 1024 to 65535, with an even one and the next')
      }
    }
  }

  function move({ mediaAddress, alsoMediaAddress }: Extract<UaCommand, { kind: 'move' }>, tell: Tell) {
    const standing = calls.move([mediaAddress, ...(alsoMediaAddress === undefined ? [] : [alsoMediaAddress])], tell)
    relocation.begin(mediaAddress, mediaAddress === ourAddress ? [] : accounts.registering(), standing, tell)
    ourAddress = mediaAddress
  }

  function forward(call: Call, { to, reason }: Extract<UaCommand, { kind: 'forward' }>, tell: Tell) {
    const account = accounts.get(call.account)
    if (account === undefined) return tell.refuse('forward', call.id, 'is ending')
    const headers = forwardingTo(to, reason, account.aor)
    if (!headers.ok) return tell.refuse('forward', call.id, headers.error)
    call.answer({ kind: 'answer', call: call.id, status: 302, reason: undefined, headers: headers.value }, tell)
  }

  const accountOf = (call: CallId): Account | undefined => accounts.get(calls.get(call)?.account ?? '')

  function onSip(event: SipEvent, tell: Tell) {
    switch (event.kind) {
      case 'registration-state': {
        const state = accounts.onState(event)
        if (state !== undefined) tell.app(state)
        const { status, reason } = event
        if (state?.kind === 'account-state' && status !== 0) relocation.account(state.account, status, reason, tell)
        return
      }
      case 'refer-progress':
        return transfers.onProgress(event, tell)
      case 'refer-incoming': {
        const account =
          event.session === undefined ? accounts.match(event.request, ourAddress) : accountOf(event.session)
        return transfers.onAsked(event, account, tell)
      }
      case 'session-incoming':
        calls.onIncoming(event, accounts.match(event.request, ourAddress), tell)
        if (event.replaces !== undefined && calls.get(event.id)) replacements.begin(event.id, event.replaces, tell)
        return
      case 'session-state':
        return onState(event, tell)
      case 'session-redirected': {
        const account = accountOf(event.id)
        return redirects.onRedirected(event, account?.id ?? '', account?.config.redirects, tell)
      }
      case 'challenged':
        return onChallenged(event, accounts.ofContact(event.contactUser), calls.get(event.of)?.id, tell)
      case 'session-refreshed':
        return calls.get(event.id)?.hear(event.message, event.trusted === true, tell)
      case 'session-sdp':
        return calls.get(event.id)?.onSdp(event, tell)
      case 'session-timer': {
        const { id: call, expires, refresher } = event
        if (calls.get(call)?.isEnding === false) tell.app({ kind: 'call-timer', call, expires, refresher })
        return
      }
      case 'session-refresh':
        return calls.get(event.id)?.refresh(tell)
      case 'reinvite-result':
        return onReinviteResult(event, tell)
      case 'request-incoming':
        return onRequest(event, tell)
      case 'request-result':
        if (isComposingRequest(event.id) || infoDigits.onResult(event, tell)) return
        return requests.onResult(event, tell)
      case 'subscription-state':
        return subscriptions.onState(event, tell)
      case 'subscription-notify':
        return subscriptions.onNotify(event, tell)
      case 'publication-state':
        return publications.onState(event, tell)
      case 'subscriber-incoming':
        return subscribers.onIncoming(event, accounts.match(event.request, ourAddress), tell)
      case 'subscriber-state':
        return subscribers.onState(event, tell)
      case 'notify-incoming':
        return onUnasked(event, accounts.match(event.request, ourAddress), tell)
      case 'rejected':
        return onRejected(event, tell)
    }
  }

  function onState(event: Extract<SipEvent, { kind: 'session-state' }>, tell: Tell) {
    transfers.onCall(event, tell)
    if (calls.get(event.id)?.onState(event, tell)) return forget(event.id, tell, event)
    const replaced = event.state === 'CONNECTING' ? calls.get(replacements.onAnswered(event.id) ?? '') : undefined
    replaced?.giveWay(tell)
  }

  /** Nobody has said that the one whose place it takes is to stay. */
  function takeReplacements(tell: Tell) {
    for (const call of replacements.due(tell.now)) {
      const command = { kind: 'answer', call, status: 200, reason: undefined, headers: [] } as const
      calls.act(command, tell, (each) => answer(each, command, tell))
    }
  }

  /** RFC 6086 §5.2.1: who takes a call says which INFO it takes. */
  function answer(call: Call, command: Extract<UaCommand, { kind: 'answer' }>, tell: Tell) {
    const { infoPackages = [] } = config
    const says = infoPackages.length > 0 && command.status >= 200 && command.status < 300
    call.answer(says ? { ...command, headers: [recvInfo(infoPackages), ...command.headers] } : command, tell)
  }

  function onReinviteResult(event: Extract<SipEvent, { kind: 'reinvite-result' }>, tell: Tell) {
    const call = calls.get(event.id)
    call?.onReinviteResult(event, tell)
    if (call?.isChanging === false) relocation.call(event.id, event.status, event.reason, tell)
  }

  function forget(call: CallId, tell: Tell, { status, reason } = { status: 481, reason: 'ended' }) {
    calls.forget(call)
    relocation.call(call, status, reason, tell)
    infoDigits.callEnded(call)
    composing.callEnded(call)
    transfers.callEnded(call)
    replacements.callEnded(call)
    redirects.callEnded(call)
  }

  function onRequest(event: Extract<SipEvent, { kind: 'request-incoming' }>, tell: Tell) {
    const { request, session } = event
    const whom = addressee(event)
    if (!requests.incoming(event, whom, tell) || whom === undefined) return
    if (request.method === 'MESSAGE') composing.hear(request, whom, tell)
    const body = { contentType: request.header('Content-Type') ?? '', content: request.body }
    const digit = request.method === 'INFO' && session !== undefined ? digitIn(body) : undefined
    if (digit) calls.get(session ?? '')?.audio.onDtmf(digit.digit, digit.durationMs, 'info', tell)
  }

  function addressee({ session, request }: Extract<SipEvent, { kind: 'request-incoming' }>) {
    if (session === undefined) {
      const account = accounts.match(request, ourAddress)
      return account && { account: account.id, call: undefined }
    }
    const call = calls.get(session)
    return call && { account: call.account, call: session }
  }

  function onRejected(event: Extract<SipEvent, { kind: 'rejected' }>, tell: Tell) {
    switch (event.command) {
      case 'register':
      case 'unregister': {
        const refusal = accounts.onRejected(event.id, event.reason)
        if (refusal !== undefined) tell.app(refusal)
        return
      }
      case 'request':
        if (isComposingRequest(event.id) || infoDigits.onRejected(event, tell)) return
        return requests.onRejected(event, tell)
      case 'subscribe':
      case 'unsubscribe':
        return subscriptions.onRejected(event, tell)
      case 'publish':
      case 'unpublish':
        return publications.onRejected(event, tell)
      case 'answer-subscriber':
      case 'notify':
        return subscribers.onRejected(event, tell)
      case 'add-package':
      case 'authorize':
        return tell.refuse(event.command, event.id, event.reason)
      case 'refer':
        return transfers.onRejected(event, tell)
      // Too late: the peer has given up on it.
      case 'reply':
      case 'end-refer':
      case 'refer-notify':
        return
      case 'redirect':
      case 'invite':
      case 'offer':
      case 'terms':
      case 'respond':
      case 'answer-offer':
      case 'ack':
      case 'reinvite':
      case 'update':
      case 'end':
        if (calls.get(event.id)?.onRejected(event, tell)) forget(event.id, tell)
        return
    }
  }

  function act(input: UaInput, tell: Tell) {
    switch (input.from) {
      case 'app':
        return onCommand(input.command, tell)
      case 'sip':
        return onSip(input.event, tell)
      case 'media':
        return calls.onMedia(input.event, tell)
    }
  }

  return {
    handle(input, now, out) {
      const tell = tellInto(out, now)
      if (!begun) calls.begin(tell)
      begun = true
      act(input, tell)
      serving.update(tell)
    },
    // Here answers of the application and RTP are waited for, and what was lost is asked for; other timers are the engine's.
    wake(now, out) {
      const tell = tellInto(out, now)
      requests.wake(tell)
      redirects.wake(tell)
      subscriptions.wake(tell)
      transfers.wake(tell)
      composing.wake(tell)
      takeReplacements(tell)
      calls.wake(tell)
    },
    deadline: () =>
      [requests, redirects, subscriptions, transfers, replacements, composing, calls].reduce(
        (due, each) => earlier(due, each.deadline()),
        FOREVER,
      ),
  }
}
