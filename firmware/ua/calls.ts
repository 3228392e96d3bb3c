// The calls there are: made and taken, moved along with the host, and what the media engine says of them.
import { err } from '../base/result.ts'
import { hex, type Rng } from '../base/rng.ts'
import { earlier, FOREVER, type Millis } from '../base/time.ts'
import { knownCodecs } from '../media/codecs.ts'
import type { MediaEvent, PortId } from '../media/contract.ts'
import { createNegotiator, type SrtpPolicy } from '../media/negotiator.ts'
import { createPairStock, familyOf, type Pair, type PortRange } from '../media/pair-stock.ts'
import { withoutKeys } from '../sdp/crypto.ts'
import type { SipEvent } from '../sip/core/contract.ts'
import { completeTarget, headersProblem, partyCalled } from '../sip/message/addressing.ts'
import type { HeaderField } from '../sip/message/message.ts'
import { callerOf, divertedOf, isCallBack } from '../sip/message/other-end.ts'
import { cameOverTls, goesOverTls } from '../sip/message/over-tls.ts'
import { NO_TERMS, refusalUnder, reliability } from '../sip/usage/invite/terms.ts'
import { otherParts } from '../sip/usage/sdp-body.ts'
import type { Account } from './accounts.ts'
import { answerModeOf } from './answer-mode.ts'
import { Call } from './call.ts'
import { createCallPort } from './call-port.ts'
import { type CallSecurity, securityOf } from './call-security.ts'
import { callerFor } from './caller.ts'
import type { AccountId, CallId, UaCommand, UaConfig } from './contract.ts'
import { familyCalled, familyOffered } from './family.ts'
import { recvInfo } from './info.ts'
import { REPLACE_MS } from './replacements.ts'
import { withoutCredentials } from './requests.ts'
import type { Tell } from './tell.ts'

/** Socket pairs kept ready beyond those of ringing calls. */
const SPARE_PAIRS = 4
const PORT_PREFIX = 'call:'

export interface Calls {
  /** To be given to the media engine before anything else. */
  begin(tell: Tell): void
  get(id: CallId): Call | undefined
  of(account: AccountId): readonly Call[]
  /** The call a command names does it, or the command is refused. */
  act(command: UaCommand & { readonly call: CallId }, tell: Tell, does: (call: Call) => void): void
  /** False: it was refused. */
  make(command: Extract<UaCommand, { kind: 'make-call' }>, account: Account | undefined, tell: Tell): boolean
  /** `account` undefined: it is for nobody here. */
  onIncoming(event: Extract<SipEvent, { kind: 'session-incoming' }>, account: Account | undefined, tell: Tell): void
  onMedia(event: MediaEvent, tell: Tell): void
  /** The host is at these addresses now: calls elsewhere follow as there are sockets. Those that stand, of them. */
  move(to: readonly string[], tell: Tell): readonly CallId[]
  /** Sockets in use stay. False: no range of ports. */
  setRange(range: PortRange, tell: Tell): boolean
  /** Its last event came. */
  forget(id: CallId): void
  wake(tell: Tell): void
  deadline(): Millis
}

export function createCalls(config: UaConfig, rng: Rng): Calls {
  const calls = new Map<CallId, Call>()
  const addresses = [config.mediaAddress, ...(config.alsoMediaAddress === undefined ? [] : [config.alsoMediaAddress])]
  const stock = createPairStock({ addresses, range: config.rtpPorts, dscp: config.dscp, spare: SPARE_PAIRS })
  /** Calls that are to have sockets at the new address, once there are some. */
  const homeless = new Set<CallId>()
  const told = config.infoPackages?.length ? [recvInfo(config.infoPackages)] : []
  let unmarked = false

  /** As far as there are sockets; of the family they had, or of what there is now. */
  function settle(tell: Tell) {
    for (const id of homeless) {
      const call = calls.get(id)
      const family = call && familyOf(call.port.address)
      const pair = call && stock.take(tell.media, family && stock.has(family) ? family : undefined, call.port.apart)
      if (call !== undefined && pair === undefined) return
      homeless.delete(id)
      if (call !== undefined && pair !== undefined) call.move(pair, tell)
    }
  }

  const inRange = () => `in ${stock.range.min}–${stock.range.max}`
  const silenceEndsMs = ({ config: { silenceEndsS = 0 } }: Account) => 1000 * silenceEndsS
  const selfOf = ({ config: { aor }, contactUser }: Account) => ({ aor, contactUser })

  const negotiate = (account: Account, pair: Pair, srtp: SrtpPolicy | undefined) =>
    createNegotiator({
      codecs: knownCodecs(account.config.codecs, account.config.codecSettings),
      ptimeMs: account.config.ptimeMs,
      silenceDetection: account.config.silenceDetection,
      dtmfRedundancy: account.config.dtmfRedundancy,
      rtcpMux: account.config.rtcpMux ?? 'accept',
      rtcpXr: account.config.rtcpXr,
      pair,
      sessionId: rng.uint32(),
      cname: hex(rng, 16),
      jitter: config.jitter,
      srtp,
    })

  const warnOf = ({ exposed }: CallSecurity, call: CallId, tell: Tell) => {
    if (exposed) tell.log('warn', 'keys of SRTP pass over signalling that others can read', { call })
  }

  const callAt = (port: PortId): Call | undefined =>
    port.startsWith(PORT_PREFIX) ? calls.get(port.slice(PORT_PREFIX.length)) : undefined

  return {
    begin(tell) {
      for (const order of stock.orders()) tell.media(order)
    },

    get: (id) => calls.get(id),

    of: (account) => [...calls.values()].filter((call) => call.account === account),

    act(command, tell, does) {
      const call = calls.get(command.call)
      if (call === undefined) tell.refuse(command.kind, command.call, 'unknown call')
      else does(call)
    },

    make(command, account, tell) {
      const { call: id, headers, parts = [] } = command
      const refuse = (why: string) => {
        tell.refuse('make-call', id, why)
        return false
      }
      if (id === '' || id.startsWith('in:')) return refuse('not a name for an outgoing call')
      const problem = headersProblem(headers)
      if (problem !== undefined) return refuse(problem)
      if (calls.has(id)) return refuse('name in use')
      if (calls.size >= config.maxCalls) return refuse('too many calls')
      if (account === undefined) return refuse('unknown account')
      const target = completeTarget(command.target, account.aor)
      if (!target.ok) return refuse(target.error)
      const security = securityOf(
        account,
        goesOverTls(account.config.transport, account.config.proxies[0] ?? target.value),
        rng,
      )
      if (security.impossible !== undefined) return refuse(security.impossible)
      const { proxies, asymmetricRtp } = account.config
      const pair = stock.take(tell.media, familyCalled(proxies[0] ?? target.value), asymmetricRtp)
      if (pair === undefined) return refuse(`no RTP port free ${inRange()}`)
      warnOf(security, id, tell)
      const negotiator = negotiate(account, pair, security.policy)
      const caller = callerFor(account, command.anonymous)
      const call = new Call({
        id,
        account: account.id,
        peer: partyCalled(target.value),
        direction: 'out',
        now: tell.now,
        self: { ...selfOf(account), aor: caller.identity.aor },
        answer: undefined,
        negotiator,
        silenceEndsMs: silenceEndsMs(account),
        port: createCallPort(id, pair, stock),
      })
      calls.set(id, call)
      const sdp = command.lateOffer ? undefined : call.firstOffer()
      const all = [...caller.headers, ...told, ...headers]
      const { redirects, terms } = account.config
      const what = { sdp, headers: all, parts, asksOn: redirects !== 'refuse', ...(terms && { terms }) }
      tell.sip({ kind: 'invite', id, identity: caller.identity, target: target.value, ...what })
      return true
    },

    /** Refusals need no call here: what the engine says of the session afterwards is of no interest any more. */
    onIncoming(event, account, tell) {
      const { id, request } = event
      const refuse = (status: number, headers: readonly HeaderField[] = []) =>
        tell.sip({ kind: 'respond', id, status, reason: undefined, sdp: undefined, headers })
      if (account === undefined) return refuse(404)
      const { terms = NO_TERMS } = account.config
      const refusal = account.config.terms && refusalUnder(request, terms)
      if (refusal) return refuse(refusal.status, refusal.headers)
      const mode = answerModeOf(request, event.trusted === true, account.config.autoAnswer)
      if (mode.kind === 'refused') return refuse(403)
      if (calls.size >= config.maxCalls) return refuse(486)
      const pair = stock.take(tell.media, familyOffered(event.sdp), account.config.asymmetricRtp)
      if (pair === undefined) {
        const foreign = familyOffered(event.sdp)
        const reachable = foreign === undefined || stock.has(foreign)
        const why = reachable ? `no RTP port free ${inRange()}` : 'no address of the family offered'
        tell.log('warn', why, { call: id, foreign })
        return refuse(reachable ? 503 : 488)
      }
      const port = createCallPort(id, pair, stock)
      const security = securityOf(account, cameOverTls(request), rng)
      const negotiator = negotiate(account, pair, security.policy)
      const answer =
        security.impossible !== undefined
          ? err(security.impossible)
          : event.sdp === undefined
            ? undefined
            : negotiator.answer(event.sdp, false)
      if (answer?.ok === false) {
        tell.log('info', 'call refused', { call: id, reason: answer.error })
        port.close(tell)
        return refuse(488)
      }
      if (answer === undefined || answer.value.stream.srtp !== undefined) warnOf(security, id, tell)
      const trusted = event.trusted === true
      const peer = callerOf(request, trusted)
      const diverted = divertedOf(request, trusted)
      const start = { id, account: account.id, peer, direction: 'in', now: tell.now, self: selfOf(account) } as const
      const ends = { silenceEndsMs: silenceEndsMs(account) }
      const reliable = reliability(request, terms)
      if (account.config.terms) tell.sip({ kind: 'terms', id, terms })
      const invite = { request, sdp: event.sdp, localTag: event.localTag, reliable }
      calls.set(id, new Call({ ...start, ...ends, invite, answer: answer?.value, negotiator, port }))
      const alertInfo = request.headers('Alert-Info').join(', ') || undefined
      const headers = withoutCredentials(request)
      const more = {
        parts: otherParts(request),
        ...(diverted.length > 0 && { diverted }),
        ...(event.replaces !== undefined && { replaces: event.replaces, answerMs: REPLACE_MS }),
        ...(event.joins !== undefined && { joins: event.joins }),
        ...(mode.kind === 'auto' && { answerAfterMs: mode.afterMs }),
        ...(isCallBack(request, trusted) && { callBack: true as const }),
      }
      tell.app({ kind: 'call-incoming', call: id, account: account.id, peer, alertInfo, headers, ...more })
      if (event.sdp !== undefined)
        tell.app({ kind: 'call-sdp', call: id, stage: 'offered', local: undefined, remote: withoutKeys(event.sdp) })
    },

    onMedia(event, tell) {
      switch (event.kind) {
        case 'pair-ready':
          if (event.unmarked !== undefined && !unmarked)
            tell.log('warn', 'audio packets go unmarked', { refused: event.unmarked })
          unmarked ||= event.unmarked !== undefined
          stock.add(event, tell.media)
          return settle(tell)
        case 'pairs-failed':
          return tell.log('error', 'no RTP ports', { reason: event.reason })
        case 'port-failed':
        case 'port-lost':
          return callAt(event.port)?.audio.onPortFailed(event.reason, tell)
        case 'rejected':
          return callAt(event.port)?.audio.onMediaRejected(event, tell)
        case 'stream-receiving':
          return callAt(event.port)?.audio.onSilence(0, tell)
        case 'stream-silent':
          return callAt(event.port)?.audio.onSilence(event.forMs, tell)
        case 'dtmf':
          if (event.ended) callAt(event.port)?.audio.onDtmf(event.digit, event.durationMs, 'rtp', tell)
          return
        case 'stats':
          return callAt(event.port)?.audio.onStats(event, tell)
        case 'port-opened':
        case 'port-ended':
        case 'dtmf-sent':
          return
      }
    },

    move(to, tell) {
      const moving = [...calls.values()].filter((call) => !call.isEnding && !to.includes(call.port.address))
      for (const { id } of moving) homeless.add(id)
      stock.move(to, tell.media)
      return moving.filter((call) => call.stands).map(({ id }) => id)
    },

    setRange(range, tell) {
      if (!hasPair(range)) return false
      stock.setRange(range, tell.media)
      return true
    },

    forget(id) {
      calls.delete(id)
    },

    wake(tell) {
      for (const call of calls.values()) call.wake(tell)
    },

    deadline: () => [...calls.values()].reduce((due, call) => earlier(due, call.deadline), FOREVER),
  }
}

/** An even port and the next one, none below those of the system. */
const hasPair = ({ min, max }: PortRange): boolean =>
  Number.isInteger(min) && Number.isInteger(max) && min >= 1024 && max <= 65_535 && min + (min % 2) < max
