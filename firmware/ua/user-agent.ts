// The user agent as a machine: accounts and calls over the SIP engine and the media engine.
import type { Machine } from '../base/machine.ts'
import { hex, type Rng } from '../base/rng.ts'
import { knownCodecs } from '../media/codecs.ts'
import type { MediaEvent, PortId } from '../media/contract.ts'
import { createNegotiator } from '../media/negotiator.ts'
import { createPairStock, familyOf, type Pair } from '../media/pair-stock.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { otherParts } from '../sip/usage/sdp-body.ts'
import { type Account, createAccountBook, identityOf } from './accounts.ts'
import { completeTarget, familyCalled, familyOffered, headersProblem, partyCalled, partyOf } from './addressing.ts'
import { Call } from './call.ts'
import { createCallPort } from './call-port.ts'
import type { CallId, UaCommand, UaConfig, UaInput, UaOutput } from './contract.ts'
import { createPublications } from './publications.ts'
import { createRelocation } from './relocation.ts'
import { createRequests, type Destination, withoutCredentials } from './requests.ts'
import { createSubscribers } from './subscribers.ts'
import { createSubscriptions } from './subscriptions.ts'
import { type Tell, tellInto } from './tell.ts'

/** Socket pairs kept ready beyond those of ringing calls. */
const SPARE_PAIRS = 4
const PORT_PREFIX = 'call:'

/** `rng` must be unpredictable: contact users and session ids come from it. */
export function createUserAgent(config: UaConfig, rng: Rng): Machine<UaInput, UaOutput> {
  const accounts = createAccountBook(rng)
  const calls = new Map<CallId, Call>()
  const { min, max } = config.rtpPorts
  const addresses = [config.mediaAddress, ...(config.alsoMediaAddress === undefined ? [] : [config.alsoMediaAddress])]
  const stock = createPairStock({ addresses, min, max, dscp: config.dscp, spare: SPARE_PAIRS })
  const relocation = createRelocation()
  /** Calls that are to have sockets at the new address, once there are some. */
  const homeless = new Set<CallId>()
  let ourAddress = config.mediaAddress
  let unmarked = false
  const requests = createRequests(config.decides ?? [])
  const subscriptions = createSubscriptions()
  const publications = createPublications()
  const subscribers = createSubscribers()
  let stocked = false

  function onCommand(command: UaCommand, tell: Tell) {
    switch (command.kind) {
      case 'set-account': {
        const set = accounts.set(command.account, command.config, tell.sip)
        if (!set.ok) tell.refuse(command.kind, command.account, set.error)
        return
      }
      case 'remove-account':
        for (const call of calls.values())
          if (call.account === command.account && !call.isEnding) call.hangUp(480, undefined, tell)
        subscriptions.endAll(command.account, tell)
        publications.endAll(command.account, tell)
        subscribers.endAll(command.account, tell)
        if (!accounts.remove(command.account, tell.sip)) tell.refuse(command.kind, command.account, 'unknown account')
        return
      case 'set-registration': {
        const set = accounts.setRegistration(command.account, command.on, tell.sip)
        if (!set.ok) tell.refuse(command.kind, command.account, set.error)
        return
      }
      case 'make-call':
        return makeCall(command, tell)
      case 'answer':
        return withCall(command, tell, (call) => call.answer(command, tell))
      case 'hang-up':
        return withCall(command, tell, (call) => call.hangUp(command.status, command.reason, tell, command.headers))
      case 'hold':
      case 'resume':
        return withCall(command, tell, (call) => call.hold(command.kind === 'hold', tell))
      case 'send-dtmf':
        return withCall(command, tell, (call) => call.sendDtmf(command.digits, command.durationMs, tell))
      case 'query-call':
        return withCall(command, tell, (call) => call.queryStats(command.ref, tell))
      case 'query-record':
        return withCall(command, tell, (call) => call.queryRecord(command.ref, tell))
      case 'reinvite':
      case 'update':
        return withCall(command, tell, (call) => call.modify(command, tell))
      case 'transfer':
        return withCall(command, tell, (call) => transfer(call, command, tell))
      case 'end-transfer':
        return requests.endTransfer(command.call, tell)
      case 'send-request':
        return sendRequest(command, tell)
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
      case 'answer-subscriber':
        return subscribers.answer(command, tell)
      case 'notify':
        return subscribers.notify(command, tell)
      case 'move':
        return move(command, tell)
    }
  }

  function move({ mediaAddress, alsoMediaAddress }: Extract<UaCommand, { kind: 'move' }>, tell: Tell) {
    const to = [mediaAddress, ...(alsoMediaAddress === undefined ? [] : [alsoMediaAddress])]
    const moving = [...calls.values()].filter((call) => !call.isEnding && !to.includes(call.port.address))
    const standing = moving.filter((call) => call.stands).map(({ id }) => id)
    relocation.begin(mediaAddress, mediaAddress === ourAddress ? [] : accounts.registering(), standing, tell)
    ourAddress = mediaAddress
    for (const { id } of moving) homeless.add(id)
    stock.move(to, tell.media)
  }

  /** As far as there are sockets; of the family they had, or of what there is now. */
  function settle(tell: Tell) {
    for (const id of homeless) {
      const call = calls.get(id)
      const family = call && familyOf(call.port.address)
      const pair = call && stock.take(tell.media, family && stock.has(family) ? family : undefined)
      if (call !== undefined && pair === undefined) return
      homeless.delete(id)
      if (call !== undefined && pair !== undefined) call.move(pair, tell)
    }
  }

  function withCall(command: UaCommand & { readonly call: CallId }, tell: Tell, act: (call: Call) => void) {
    const call = calls.get(command.call)
    if (call === undefined) tell.refuse(command.kind, command.call, 'unknown call')
    else act(call)
  }

  function transfer(call: Call, command: Extract<UaCommand, { kind: 'transfer' }>, tell: Tell) {
    const account = accounts.get(call.account)
    const refuse = (why: string) => tell.refuse('transfer', call.id, why)
    if (call.isEnding || account === undefined) return refuse('is ending')
    const target = completeTarget(command.target, account.aor)
    if (!target.ok) return refuse(target.error)
    requests.refer(command, target.value, inside(call, account), tell)
  }

  function sendRequest(command: Extract<UaCommand, { kind: 'send-request' }>, tell: Tell) {
    const { to } = command
    const refuse = (why: string) => tell.refuse('send-request', command.request, why)
    if ('call' in to) {
      const call = calls.get(to.call)
      const account = call && accounts.get(call.account)
      if (call === undefined) return refuse('unknown call')
      if (call.isEnding || account === undefined) return refuse('the call is ending')
      return requests.send(command, inside(call, account), tell)
    }
    const account = accounts.get(to.account)
    if (account === undefined) return refuse('unknown account')
    const target = completeTarget(to.target, account.aor)
    if (!target.ok) return refuse(target.error)
    requests.send(command, { session: undefined, identity: identityOf(account), target: target.value }, tell)
  }

  const inside = ({ id, peer }: Call, account: Account): Destination => ({
    session: id,
    identity: identityOf(account),
    target: peer.uri,
  })

  function makeCall(command: Extract<UaCommand, { kind: 'make-call' }>, tell: Tell) {
    const { call: id, headers, parts = [] } = command
    const refuse = (why: string) => tell.refuse('make-call', id, why)
    if (id === '' || id.startsWith('in:')) return refuse('not a name for an outgoing call')
    const problem = headersProblem(headers)
    if (problem !== undefined) return refuse(problem)
    if (calls.has(id)) return refuse('name in use')
    if (calls.size >= config.maxCalls) return refuse('too many calls')
    const account = accounts.get(command.account)
    if (account === undefined) return refuse('unknown account')
    const target = completeTarget(command.target, account.aor)
    if (!target.ok) return refuse(target.error)
    const pair = stock.take(tell.media, familyCalled(account.config.proxies[0] ?? target.value))
    if (pair === undefined) return refuse('no RTP port free')
    const negotiator = negotiate(account, pair)
    const call = new Call({
      id,
      account: account.id,
      peer: partyCalled(target.value),
      direction: 'out',
      now: tell.now,
      self: selfOf(account),
      answer: undefined,
      negotiator,
      port: createCallPort(id, pair, stock),
    })
    calls.set(id, call)
    const sdp = command.lateOffer ? undefined : call.firstOffer()
    tell.sip({ kind: 'invite', id, identity: identityOf(account), target: target.value, sdp, headers, parts })
  }

  /** Refusals need no call here: what the engine says of the session afterwards is of no interest any more. */
  function onIncoming(event: Extract<SipEvent, { kind: 'session-incoming' }>, tell: Tell) {
    const { id, request } = event
    const refuse = (status: number) =>
      tell.sip({ kind: 'respond', id, status, reason: undefined, sdp: undefined, headers: [] })
    const account = accounts.match(request, ourAddress)
    if (account === undefined) return refuse(404)
    if (calls.size >= config.maxCalls) return refuse(486)
    const pair = stock.take(tell.media, familyOffered(event.sdp))
    if (pair === undefined) {
      const foreign = familyOffered(event.sdp)
      const reachable = foreign === undefined || stock.has(foreign)
      tell.log('warn', reachable ? 'no RTP port in stock' : 'no address of the family offered', { call: id, foreign })
      return refuse(reachable ? 503 : 488)
    }
    const port = createCallPort(id, pair, stock)
    const negotiator = negotiate(account, pair)
    const answer = event.sdp === undefined ? undefined : negotiator.answer(event.sdp, false)
    if (answer?.ok === false) {
      tell.log('info', 'call refused', { call: id, reason: answer.error })
      port.close(tell)
      return refuse(488)
    }
    const peer = partyOf(request.from)
    const start = { id, account: account.id, peer, direction: 'in', now: tell.now, self: selfOf(account) } as const
    calls.set(id, new Call({ ...start, invite: { request, sdp: event.sdp }, answer: answer?.value, negotiator, port }))
    const alertInfo = request.header('Alert-Info')
    const headers = withoutCredentials(request)
    tell.app({
      kind: 'call-incoming',
      call: id,
      account: account.id,
      peer,
      alertInfo,
      headers,
      parts: otherParts(request),
    })
    if (event.sdp !== undefined)
      tell.app({ kind: 'call-sdp', call: id, stage: 'offered', local: undefined, remote: event.sdp })
  }

  const selfOf = ({ config: { aor }, contactUser }: Account) => ({ aor, contactUser })

  const negotiate = (account: Account, pair: Pair) =>
    createNegotiator({
      codecs: knownCodecs(account.config.codecs),
      ptimeMs: account.config.ptimeMs,
      pair,
      sessionId: rng.uint32(),
      cname: hex(rng, 16),
      jitter: config.jitter,
    })

  function onSip(event: SipEvent, tell: Tell) {
    switch (event.kind) {
      case 'registration-state': {
        const state = accounts.onState(event)
        if (state !== undefined) tell.app(state)
        const { status, reason } = event
        if (state?.kind === 'account-state' && status !== 0) relocation.account(state.account, status, reason, tell)
        return
      }
      case 'session-incoming':
        return onIncoming(event, tell)
      case 'session-state':
        if (calls.get(event.id)?.onState(event, tell)) forget(event.id, tell, event)
        return
      case 'session-sdp':
        return calls.get(event.id)?.onSdp(event, tell)
      case 'reinvite-result':
        return onReinviteResult(event, tell)
      case 'request-incoming':
        return requests.incoming(event, addressee(event), tell)
      case 'request-result':
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
      case 'rejected':
        return onRejected(event, tell)
    }
  }

  function onReinviteResult(event: Extract<SipEvent, { kind: 'reinvite-result' }>, tell: Tell) {
    const call = calls.get(event.id)
    call?.onReinviteResult(event, tell)
    if (call?.isChanging === false) relocation.call(event.id, event.status, event.reason, tell)
  }

  function forget(call: CallId, tell: Tell, { status, reason } = { status: 481, reason: 'ended' }) {
    calls.delete(call)
    relocation.call(call, status, reason, tell)
    requests.callEnded(call)
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
      // Too late: the peer has given up on it.
      case 'reply':
        return
      case 'invite':
      case 'respond':
      case 'ack':
      case 'reinvite':
      case 'update':
      case 'end':
        if (calls.get(event.id)?.onRejected(event, tell)) forget(event.id, tell)
        return
    }
  }

  const callAt = (port: PortId): Call | undefined =>
    port.startsWith(PORT_PREFIX) ? calls.get(port.slice(PORT_PREFIX.length)) : undefined

  function onMedia(event: MediaEvent, tell: Tell) {
    switch (event.kind) {
      case 'pair-ready':
        if (event.unmarked !== undefined && !unmarked)
          tell.log('warn', 'audio packets go unmarked', { refused: event.unmarked })
        unmarked ||= event.unmarked !== undefined
        stock.add(event)
        return settle(tell)
      case 'pairs-failed':
        return tell.log('error', 'no RTP ports', { reason: event.reason })
      case 'port-failed':
      case 'port-lost':
        return callAt(event.port)?.onPortFailed(event.reason, tell)
      case 'rejected':
        return callAt(event.port)?.onMediaRejected(event, tell)
      case 'stream-receiving':
        return callAt(event.port)?.onSilence(0, tell)
      case 'stream-silent':
        return callAt(event.port)?.onSilence(event.forMs, tell)
      case 'dtmf':
        if (event.ended) callAt(event.port)?.onDtmf(event.digit, event.durationMs, tell)
        return
      case 'stats':
        return callAt(event.port)?.onStats(event, tell)
      case 'port-opened':
      case 'port-ended':
      case 'dtmf-sent':
        return
    }
  }

  return {
    handle(input, now, out) {
      const tell = tellInto(out, now)
      if (!stocked) {
        stocked = true
        for (const order of stock.orders()) tell.media(order)
      }
      switch (input.from) {
        case 'app':
          return onCommand(input.command, tell)
        case 'sip':
          return onSip(input.event, tell)
        case 'media':
          return onMedia(input.event, tell)
      }
    },
    // Every timer of a call is the engine's; here only answers of the application are waited for.
    wake: (now, out) => requests.wake(tellInto(out, now)),
    deadline: () => requests.deadline(),
  }
}
