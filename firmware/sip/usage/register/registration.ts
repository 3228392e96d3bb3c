// An account at its registrar: one binding, or one through each of its outbound proxies (RFC 5626 §4.2), told as one state;
// what they learn is what later requests of the account go by.

import type { SocketAddress } from '../../../base/address.ts'
import { sameHost } from '../../../base/ip.ts'
import { hex } from '../../../base/rng.ts'
import type { Millis } from '../../../base/time.ts'
import { sameCredentials } from '../../auth/credential.ts'
import type { Identity, Learnt, RegistrationState } from '../../core/contract.ts'
import { type Server, showServer } from '../../locate/server.ts'
import type { NameAddr } from '../../message/message.ts'
import { printNameAddr } from '../../message/name-addr.ts'
import { printUri, sameUri } from '../../message/uri.ts'
import type { Way } from '../contact.ts'
import { type Digest, newDigest } from '../digest.ts'
import { asksOf } from '../questions.ts'
import type { Requester } from '../requester.ts'
import { RegistrationFlow } from './flow.ts'
import type { FlowPort, Outcome, RegistrationSettings } from './flow-port.ts'

export class Registration implements FlowPort {
  readonly id: string
  readonly requester: Requester
  readonly callId: string
  readonly tag: string
  settings: RegistrationSettings
  digest: Digest
  #state: RegistrationState = 'unregistered'
  #flows: RegistrationFlow[] = []
  /** Flows of proxies that are not used any more, being given up. */
  readonly #leaving = new Set<RegistrationFlow>()
  #wanted = true
  #seq = 0
  readonly #ended: (registration: Registration) => void

  constructor(requester: Requester, id: string, settings: RegistrationSettings, ended: (r: Registration) => void) {
    const { rng } = requester.environment
    this.requester = requester
    this.id = id
    this.settings = settings
    this.digest = this.#newDigest(settings.identity)
    this.#ended = ended
    this.callId = hex(rng, 24)
    this.tag = hex(rng, 12)
    this.#arrange()
  }

  get identity(): Identity {
    return this.settings.identity
  }

  get regIds(): readonly number[] {
    return this.#flows.flatMap(({ ownRegId }) => ownRegId ?? [])
  }

  nextSeq(): number {
    return ++this.#seq
  }

  start(now: Millis): void {
    this.#bind()
    this.#flows[0]!.start(now)
  }

  /** New settings; taken at once when `immediately`, or when nothing is registered now. */
  change(settings: RegistrationSettings, immediately: boolean, now: Millis): void {
    const { identity } = this
    const { credentials, challengeMs, provesItself } = settings.identity
    const asksAlike = challengeMs === identity.challengeMs && provesItself === identity.provesItself
    if (!asksAlike || !sameCredentials(credentials, identity.credentials)) {
      this.digest = this.#newDigest(settings.identity)
      // What was asked about the others has its answer now.
      this.requester.environment.questions.drop(this.id, now)
    }
    this.requester.environment.bindings.delete(this.identity.contactUser)
    this.settings = settings
    this.#wanted = true
    for (const flow of this.#arrange()) flow.unregister(now)
    this.#bind()
    const [first, ...others] = this.#flows
    for (const flow of [first!, ...others.filter(({ isIdle }) => !isIdle)])
      if (immediately) flow.start(now)
      else flow.renew(now)
  }

  unregister(now: Millis): void {
    this.#wanted = false
    for (const flow of this.#flows) flow.unregister(now)
    this.requester.environment.questions.drop(this.id, now)
  }

  #newDigest(identity: Identity): Digest {
    return newDigest(identity.credentials, asksOf(identity, this.id))
  }

  transportUp(now: Millis): void {
    if (this.#wanted) for (const flow of this.#flows) if (!flow.isIdle) flow.transportUp(now)
  }

  /** A stream broke, or a datagram found nobody. */
  lost(transport: string, to: SocketAddress, now: Millis): void {
    for (const flow of this.#flows) flow.lost({ transport, to }, now)
  }

  /** Somebody else has found a server dead: whoever lives there looks at once. */
  serverFailed(server: Server, now: Millis): void {
    for (const flow of this.#flows) flow.serverFailed(server, now)
  }

  transportDown(transport: string, now: Millis): void {
    for (const flow of this.#flows) flow.lost({ transport }, now)
  }

  othersStand(flow: RegistrationFlow): boolean {
    return this.#flows.some((other) => other !== flow && other.state === 'registered')
  }

  changed(flow: RegistrationFlow, outcome: Outcome, now: Millis): void {
    if (this.#leaving.has(flow)) {
      if (flow.isGone) this.#leaving.delete(flow)
      return
    }
    this.#bind()
    this.#tell(flow, outcome, now)
    if (!this.#wanted) {
      if (this.#flows.every(({ isGone }) => isGone)) {
        this.requester.environment.bindings.delete(this.identity.contactUser)
        this.#ended(this)
      }
      return
    }
    if (outcome.status > 0) this.#next(flow, now)
  }

  /**
   * The next flow follows when this one stands, as far as the registrar knows Outbound, and when it does not stand for reasons
   * of its way; a refusal is the registrar's own and would be the same (and count as another wrong password).
   */
  #next(flow: RegistrationFlow, now: Millis): void {
    const next = this.#flows.find(({ isIdle }) => isIdle)
    if (next === undefined) return
    if (flow.state === 'registered' ? flow.granted?.outbound : !flow.isRefused) next.start(now)
  }

  /** A flow for each proxy, those that stand kept; returns those that are not needed any more. */
  #arrange(): readonly RegistrationFlow[] {
    const { outbound, options } = this.settings
    const before = this.#flows
    const first = options.regId ?? 1
    const proxies = outbound.length === 0 ? [undefined] : outbound
    this.#flows = proxies.map((proxy, i) => {
      const regId = proxy === undefined ? options.regId : first + i
      const known = before.find(
        (flow) =>
          flow.ownRegId === regId &&
          (proxy === undefined || flow.proxy === undefined ? flow.proxy === proxy : sameUri(flow.proxy.uri, proxy.uri)),
      )
      return known ?? new RegistrationFlow(this, regId, proxy)
    })
    const rest = before.filter((flow) => !this.#flows.includes(flow))
    for (const flow of rest) this.#leaving.add(flow)
    return rest
  }

  get #standing(): RegistrationFlow | undefined {
    return this.#flows.find(({ state }) => state === 'registered')
  }

  /** What later requests go by: flows that stand before those that do not, which may serve all the same. */
  #bind(): void {
    const { identity, options } = this.settings
    const granted = this.#standing?.granted
    const isDown = ({ state }: RegistrationFlow) => Number(state !== 'registered')
    this.requester.environment.bindings.set(identity.contactUser, {
      ways: this.#flows.toSorted((a, b) => isDown(a) - isDown(b)).map((flow) => this.#wayOf(flow)),
      outbound: granted?.outbound ?? false,
      publicGruu: options.gruu ? granted?.publicGruu : undefined,
      temporaryGruu: options.gruu ? granted?.temporaryGruu : undefined,
    })
  }

  #wayOf({ proxy, granted, hop, server, state }: RegistrationFlow): Way {
    const { identity, prepared, options } = this.settings
    const own = [...(proxy ? [proxy] : []), ...prepared.routes]
    const service = options.serviceRoute === false ? [] : ((granted ?? this.#standing?.granted)?.serviceRoute ?? [])
    const last = own.at(-1)
    // RFC 3608 §6.1 with RFC 5626 §4.3: the first hop stays ours; the registrar may name it as the first of its route.
    const repeated = last !== undefined && service[0] !== undefined && isSameProxy(last, service[0])
    return {
      routes: [...(repeated ? own.slice(0, -1) : own), ...service],
      transport: granted?.outbound ? hop?.transport : identity.transport,
      server: state === 'registered' ? server : undefined,
    }
  }

  #tell(flow: RegistrationFlow, outcome: Outcome, now: Millis): void {
    const previous = this.#state
    const states = this.#flows.map(({ state }) => state)
    const order = ['registered', 'unregistering', 'registering', 'unregistered'] as const
    const state = order.find((each) => states.includes(each)) ?? 'unregistered'
    // Of several flows, one that only begins something changes nothing.
    if (state === previous && outcome.status === 0 && this.#flows.length > 1) return
    this.#state = state
    this.requester.environment.emit({
      kind: 'registration-state',
      id: this.id,
      state,
      previous,
      status: outcome.status,
      reason: outcome.reason,
      cause: outcome.cause,
      contact: flow.contact,
      contacts: flow.granted?.contacts ?? [],
      expires: outcome.expires ?? 0,
      retryMs: this.#retryIn(outcome, now),
      ...(outcome.tries?.length ? { tries: outcome.tries } : {}),
      ...this.#learnt(),
    })
  }

  /** The next try of any flow, when none stands. */
  #retryIn({ retryMs }: Outcome, now: Millis): number | undefined {
    if (this.#flows.length === 1 || this.#state !== 'unregistered' || !this.#wanted) return retryMs
    const waits = [...this.#flows.map(({ timer }) => timer.at - now), retryMs ?? Number.POSITIVE_INFINITY]
    const least = Math.min(...waits)
    return least === Number.POSITIVE_INFINITY ? undefined : least
  }

  #learnt(): Learnt {
    const { outbound } = this.settings
    const standing = this.#standing
    const { path = [], serviceRoute = [], publicGruu, temporaryGruu } = standing?.granted ?? {}
    return {
      ...(standing?.server ? { server: showServer(standing.server) } : {}),
      ...(path.length > 0 ? { path } : {}),
      ...(serviceRoute.length > 0 ? { serviceRoute: serviceRoute.map(printNameAddr) } : {}),
      ...(publicGruu === undefined ? {} : { publicGruu }),
      ...(temporaryGruu === undefined ? {} : { temporaryGruu }),
      ...(outbound.length > 0
        ? {
            flows: this.#flows.map(({ proxy, state, status, ownRegId = 1 }) => ({
              ...{
                regId: ownRegId,
                proxy: proxy ? printUri(proxy.uri) : '',
                registered: state === 'registered',
                status,
              },
            })),
          }
        : {}),
    }
  }
}

/** Parameters aside: a registrar writes its own. */
const isSameProxy = ({ uri: a }: NameAddr, { uri: b }: NameAddr): boolean =>
  'host' in a && 'host' in b && sameHost(a.host, b.host) && a.port === b.port
