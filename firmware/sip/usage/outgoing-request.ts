// One request on its way: look-up, one transaction per server until one answers (RFC 3263 §4.3), again with credentials, CANCEL.
import { after, type Millis, ms } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { ChallengeAnswer, Try } from '../core/contract.ts'
import type { Located } from '../locate/locator.ts'
import { type Server, showServer } from '../locate/server.ts'
import { retryAfter } from '../message/headers.ts'
import type { HeaderField, SipResponse } from '../message/message.ts'
import type { ClientTransaction, ClientUser } from '../transaction/client.ts'
import type { Hop } from '../transaction/environment.ts'
import { giveUp } from '../transaction/timers.ts'
import { Authorization } from './authorization.ts'
import { GivenUp } from './given-up.ts'
import { type Failure, newBranch, type Requester, type RequestSpec, type RequestUser } from './requester.ts'
import type { Cancelling, Waiting } from './waiting.ts'

const NOTHING: Waiting = { name: 'nothing' }
/** Questions about one request: who never finds the right answer has none. */
const MAX_ASKED = 5
/** What the server itself answers at once, if only with a 100: its silence says that it is gone. */
const isOfServer = ({ method, only }: RequestSpec): boolean =>
  method === 'INVITE' || method === 'REGISTER' || only !== undefined

type Fail = (why: Failure, now: Millis, detail?: string) => void

export class OutgoingRequest implements ClientUser, Sleeper {
  readonly timer = new Timer(this)
  /** The local transport that later requests of its dialog go by; '' before the first try. */
  transport = ''
  /** Where it went last. */
  server: Server | undefined
  hop: Hop | undefined
  /** Servers that failed, in order; the last of them decided when all did. */
  readonly tries: Try[] = []
  #user: RequestUser
  readonly #requester: Requester
  /** Until it is over. */
  #spec: RequestSpec | undefined
  #callOff: (() => void) | undefined
  #servers: readonly Server[] = []
  /** Those not tried yet, best first. */
  #left: Server[] = []
  /** No further server is tried after this. */
  #endAt = ms(0)
  #waiting: Waiting = NOTHING
  #seq = 0
  readonly #authorization: Authorization
  #asked = 0
  /** It went by stream for its size alone. */
  #instead = false
  #transaction: ClientTransaction | undefined
  /** Went by a transport of ours that is gone, unanswered. */
  #stranded: ClientTransaction | undefined
  #provisional = false
  #cancelling: Cancelling = { name: 'no' }

  constructor(requester: Requester, spec: RequestSpec, user: RequestUser) {
    this.#requester = requester
    this.#authorization = new Authorization(requester.environment)
    this.#spec = spec
    this.#user = user
  }

  /** Authorization and Proxy-Authorization it went out with last. */
  get authorization(): readonly HeaderField[] {
    return this.#authorization.fields
  }

  start(now: Millis): void {
    const spec = this.#spec as RequestSpec
    this.#seq = spec.nextSeq()
    this.#authorization.begin(spec, this.hop)
    if (spec.only) {
      this.#begin(spec, { kind: 'found', servers: [spec.only] }, this.#failSoon, now)
      return
    }
    const found = (located: Located, then: Millis) => {
      this.#callOff = undefined
      this.#begin(spec, located, this.#fail, then)
    }
    const search = this.#requester.locate(spec, found, now)
    if ('located' in search) this.#begin(spec, search.located, this.#failSoon, now)
    else this.#callOff = search.callOff
  }

  /** From now on somebody else is told. */
  handOver(user: RequestUser): void {
    this.#user = user
  }

  /** When a better server than the one that answered may be tried again; undefined: that was the best. */
  betterAt(now: Millis): Millis | undefined {
    const { server } = this
    if (server === undefined) return undefined
    const { standing } = this.#requester.environment
    const times = this.#servers
      .filter(({ rank }) => rank < server.rank)
      .map((better) => standing.downUntil(better, now) ?? now)
    return times.length === 0 ? undefined : ms(Math.min(...times))
  }

  /**
   * Calls the INVITE off. `unsent`: it had not left yet, nothing more will be heard; else a final response or a failure
   * comes, at the latest 64·T1 after the CANCEL.
   */
  cancel(headers: readonly HeaderField[], now: Millis): 'unsent' | 'waiting' {
    if (this.#transaction === undefined) {
      this.#end()
      return 'unsent'
    }
    this.#cancelling = { name: 'wanted', headers }
    if (this.#provisional) this.#sendCancel(headers, now)
    return 'waiting'
  }

  /** Its responses went to an address of ours that is gone. */
  get isStranded(): boolean {
    return this.#stranded !== undefined
  }

  /** Calls a stranded INVITE off from where we are now: a server knows it by its Via (§9.2). */
  withdraw(user: ClientUser, now: Millis): void {
    if (this.#stranded) this.#requester.environment.clients.cancel(this.#stranded, [], user, now)
  }

  onResponse(response: SipResponse, now: Millis): void {
    const { status } = response
    const spec = this.#spec
    if (status !== 503) this.#lives(status, now)
    if (status < 200) {
      this.#provisional = true
      if (this.#cancelling.name === 'wanted') this.#sendCancel(this.#cancelling.headers, now)
      this.#user.onResponse(response, now)
      return
    }
    if (spec && this.#cancelling.name === 'no') {
      if (status === 503) {
        this.#note(`503 ${response.reason}`.trim(), true, 1000 * (retryAfter(response)?.seconds ?? 0), now)
        if (this.#tryNext(spec, now)) return
      }
      // Of a probe any answer will do.
      const challenged = (status === 401 || status === 407) && spec.only === undefined
      if (challenged && this.#challenged(spec, response, now)) return
    }
    this.#finish(response, now)
  }

  onFailure(why: 'timeout' | 'unreachable', now: Millis, detail?: string): void {
    const { hop } = this
    const { environment } = this.#requester
    const spec = this.#cancelling.name === 'no' ? this.#spec : undefined
    if (why === 'timeout' && hop?.reliable) environment.suspect(hop, now)
    // §18.1.1: no stream there, so a large datagram.
    if (spec && this.#instead && why === 'unreachable' && hop && this.server) {
      this.#requester.noStreamTo(hop)
      if (this.#transmit(spec, this.server, now)) return
    }
    // When our own transport is gone, the server has not failed.
    const blamed = environment.transports.get(hop?.transport ?? '') !== undefined
    if (!blamed) this.#stranded = this.#transaction
    this.#note(detail ?? (why === 'timeout' ? 'no answer' : 'unreachable'), blamed && this.#tells(why), 0, now)
    if (spec && this.#tryNext(spec, now)) return
    this.#fail(why === 'timeout' ? 'timeout' : 'transport', now, detail)
  }

  wake(now: Millis): void {
    const waiting = this.#waiting
    this.#rest()
    switch (waiting.name) {
      case 'nothing':
        return
      case 'word':
        this.#finish(waiting.response, now)
        return
      case 'failed':
        this.#fail(waiting.why, now, waiting.detail)
        return
      case 'cancel':
        if (this.#transaction) this.#requester.environment.clients.abandon(this.#transaction)
        this.#fail('timeout', now)
        return
      case 'server':
        this.#silent(now)
    }
  }

  #begin(spec: RequestSpec, located: Located, fail: Fail, now: Millis): void {
    if (located.kind !== 'found') {
      if (this.#detour(spec, now)) return
      fail(located.kind === 'no-record' ? 'resolution' : 'transport', now, located.what)
      return
    }
    this.#servers = located.servers
    this.#left = this.#requester.inOrder(spec, located.servers, now)
    this.#endAt = after(now, giveUp(this.#requester.environment.timers))
    if (!this.#tryNext(spec, now)) fail('transport', now)
  }

  /** The server has said nothing for as long as the others can be kept waiting. */
  #silent(now: Millis): void {
    const { clients, suspect } = this.#requester.environment
    const { server } = this
    const transaction = this.#transaction
    const spec = this.#spec
    if (transaction && server && spec?.method === 'INVITE')
      clients.hush(transaction, new GivenUp(this.#requester.environment, transaction, server, this.#stray), now)
    else if (transaction) clients.abandon(transaction)
    // Who is let go of with its stream is not this request any more.
    if (this.hop?.reliable) suspect(this.hop, now)
    this.#note('no answer', this.#tells('timeout'), 0, now)
    if (spec && this.#cancelling.name === 'no' && this.#tryNext(spec, now)) return
    this.#fail('timeout', now)
  }

  #stray = (response: SipResponse, now: Millis): void => {
    if (this.#user.onStray) this.#user.onStray(response, now)
    else this.#user.onResponse(response, now)
  }

  /** Whether a failure says something of the server: silence may be that of somebody behind it (RFC 4321 §1.4). */
  #tells(why: 'timeout' | 'unreachable'): boolean {
    return why === 'unreachable' || (!this.#provisional && this.#spec !== undefined && isOfServer(this.#spec))
  }

  #note(what: string, blamed: boolean, asked: number, now: Millis): void {
    if (this.server === undefined) return
    this.tries.push({ server: showServer(this.server), what })
    if (blamed) this.#requester.environment.standing.failed(this.server, asked, now)
  }

  #lives(status: number, now: Millis): void {
    const { server } = this
    if (this.#waiting.name === 'server') this.#rest()
    if (server === undefined) return
    this.#requester.environment.standing.answered(server, now)
    if (status >= 200 && this.#spec?.stay) this.#spec.stay.server = server
  }

  /** §22.2, §22.3: answered, or told to who decides on the answer; false: it is final. */
  #challenged(spec: RequestSpec, response: SipResponse, now: Millis): boolean {
    const { asks } = spec.digest
    const own = this.#authorization.prospect(spec, response)
    if (asks === undefined || (asks.unprovenOnly && own === 'fit'))
      return this.#authorization.answer(spec, response, this.hop) === undefined && this.#again(spec, now)
    if (++this.#asked > MAX_ASKED) return false
    const { questions } = this.#requester.environment
    const told = (answer: ChallengeAnswer | undefined, then: Millis) => this.#told(spec, response, answer, then)
    this.#transaction = undefined
    const question = questions.ask(asks, { method: spec.method, uri: spec.uri, own, response }, told)
    const until = after(now, asks.ms)
    this.#wait({ name: 'word', question, response }, until, now)
    this.#user.onAsked?.(until)
    return true
  }

  /** The application's word. Why it makes no sense, when it does not: then the question stands. */
  #told(
    spec: RequestSpec,
    response: SipResponse,
    answer: ChallengeAnswer | undefined,
    now: Millis,
  ): string | undefined {
    const authorization = this.#authorization
    if (answer === undefined) {
      authorization.giveUp(spec, response)
      this.#finish(response, now)
      return undefined
    }
    if ('headers' in answer) authorization.answerBy(answer.headers)
    else {
      const { credentials } = answer
      const fault =
        credentials.length === 0
          ? authorization.answer(spec, response, this.hop)
          : authorization.answerWith(credentials, spec, response, this.hop)
      if (fault !== undefined) return fault
    }
    this.#rest()
    // How long they thought about it is not the servers' fault.
    this.#endAt = after(now, giveUp(this.#requester.environment.timers))
    if (!this.#again(spec, now)) this.#finish(response, now)
    return undefined
  }

  /** The request again, to the same place. */
  #again(spec: RequestSpec, now: Millis): boolean {
    if (this.server === undefined) return false
    this.#seq = spec.nextSeq()
    return this.#transmit(spec, this.server, now)
  }

  #finish(response: SipResponse, now: Millis): void {
    if (this.#spec) this.#authorization.learn(this.#spec, response, this.hop)
    this.#end()
    this.#user.onResponse(response, now)
  }

  #tryNext(spec: RequestSpec, now: Millis): boolean {
    const left = now < this.#endAt ? this.#left : []
    for (let server = left.shift(); server !== undefined; server = left.shift())
      if (this.#transmit(spec, server, now)) return true
    return this.#detour(spec, now)
  }

  /** By the next way out of the account (RFC 5626 §4.3), with servers of its own. */
  #detour({ otherwise, body }: RequestSpec, now: Millis): boolean {
    if (otherwise === undefined) return false
    this.#spec = { ...otherwise, body }
    this.start(now)
    return true
  }

  #transmit(spec: RequestSpec, server: Server, now: Millis): boolean {
    const { environment } = this.#requester
    const attempt = { server, branch: newBranch(environment.rng), seq: this.#seq }
    const made = this.#requester.draft(spec, attempt, this.#authorization.fields)
    if (made === undefined) return false
    this.#provisional = false
    this.server = server
    this.transport = made.transport
    this.hop = made.hop
    this.#instead = made.instead
    this.#transaction = environment.clients.start(made.draft, attempt.branch, made.hop, this, now)
    this.#limit(spec, made.hop, now)
    return true
  }

  /** A server that is the only one has the time of its transaction; others wait for what this one does with its turn. */
  #limit(spec: RequestSpec, { reliable }: Hop, now: Millis): void {
    const { datagramMs, streamMs, relayedMs } = this.#requester.environment.serverTimes
    const own = reliable ? streamMs : datagramMs
    const turn = after(now, isOfServer(spec) ? own : Math.max(own, relayedMs))
    if (this.#left.length > 0 || spec.only || spec.otherwise) this.#wait({ name: 'server' }, turn, now)
    else if (this.tries.length > 0) this.#wait({ name: 'server' }, ms(Math.max(turn, this.#endAt)), now)
  }

  #sendCancel(headers: readonly HeaderField[], now: Millis): void {
    const { environment } = this.#requester
    if (this.#transaction === undefined) return
    this.#cancelling = { name: 'sent', headers }
    environment.clients.cancel(this.#transaction, headers, this.#cancelled, now)
    // §9.1: a server of RFC 2543 may never answer the INVITE after a CANCEL.
    this.#wait({ name: 'cancel' }, after(now, giveUp(environment.timers)), now)
  }

  readonly #cancelled: ClientUser = {
    onResponse: (response, now) => response.status >= 200 && this.#user.onCancelled?.(response, now),
    onFailure: (why, now) => this.#user.onCancelled?.(why === 'timeout' ? why : 'transport', now),
  }

  #wait(waiting: Waiting, until: Millis, now: Millis): void {
    this.#waiting = waiting
    this.#requester.environment.queue.arm(this.timer, until, now)
  }

  /** Nothing is waited for any more. */
  #rest(): void {
    const { queue, questions } = this.#requester.environment
    if (this.#waiting.name === 'word') questions.close(this.#waiting.question)
    this.#waiting = NOTHING
    queue.disarm(this.timer)
  }

  #failSoon: Fail = (why, now, detail) => {
    this.#wait({ name: 'failed', why, detail }, now, now)
  }

  #fail: Fail = (why, now, detail) => {
    this.#end()
    this.#user.onFailure(why, now, detail)
  }

  /** Nothing more is to be sent; a 2xx to INVITE may still come again, or from a server given up. */
  #end(): void {
    this.#callOff?.()
    this.#callOff = undefined
    this.#spec = undefined
    this.#transaction = undefined
    this.#left = []
    this.#rest()
  }
}

/** Never calls `user` before it returns. */
export function sendRequest(requester: Requester, spec: RequestSpec, user: RequestUser, now: Millis): OutgoingRequest {
  const request = new OutgoingRequest(requester, spec, user)
  request.start(now)
  return request
}
