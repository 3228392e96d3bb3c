// Server transactions: matches requests (RFC 3261 §17.2.3), absorbs retransmissions, performs what the machines ask for.
import type { Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { SipRequest } from '../message/message.ts'
import type { Hop, TransactionEnvironment } from './environment.ts'
import {
  type InviteServerState,
  inviteServerDeadline,
  type ServerAction,
  type ServerInput,
  startInviteServer,
  stepInviteServer,
} from './invite-server.ts'
import {
  type NonInviteServerState,
  nonInviteServerDeadline,
  startNonInviteServer,
  stepNonInviteServer,
} from './non-invite-server.ts'
import { type Answer, type Incoming, responseText } from './response.ts'

/** Who answers the request. */
export interface ServerUser {
  /** The tag of our answers; that to the CANCEL has the same (§9.2). */
  readonly localTag: string
  /** A CANCEL for it came (§9.2); it has been answered already. */
  onCancel(cancel: SipRequest, now: Millis): void
  /** Nobody waits for an answer any more (RFC 4320 §4.2). */
  onExpired(now: Millis): void
}

type Machine =
  | { readonly invite: true; readonly state: InviteServerState }
  | { readonly invite: false; readonly state: NonInviteServerState }

export class ServerTransaction implements Sleeper {
  readonly key: string
  readonly merge: string | undefined
  readonly hop: Hop
  readonly timer = new Timer(this)
  machine: Machine
  /** The request, until the final response. */
  incoming: Incoming | undefined
  /** The last response, for retransmitted requests. */
  text = ''
  user: ServerUser | undefined
  readonly #table: ServerTransactions

  constructor(table: ServerTransactions, incoming: Incoming, machine: Machine) {
    this.#table = table
    this.key = serverKey(incoming.request, incoming.request.method)
    this.merge = mergeKey(incoming.request)
    this.hop = incoming.hop
    this.incoming = incoming
    this.machine = machine
  }

  /** Sends a response. Without effect once a final one was sent. Returns the text sent, for resending a 2xx. */
  respond(answer: Answer, now: Millis): string {
    if (this.incoming === undefined) return ''
    const text = responseText(this.incoming, answer)
    this.text = text
    if (answer.status >= 200) this.user = undefined
    this.#table.step(this, { kind: 'respond', status: answer.status }, now)
    return text
  }

  wake(now: Millis): void {
    this.#table.step(this, WAKE, now)
  }
}

const ENDED = { name: 'Terminated' } as const
const WAKE: ServerInput = { kind: 'wake' }
const REQUEST: ServerInput = { kind: 'request' }
const ACK: ServerInput = { kind: 'ack' }

/** Answers kept of transactions that made room. */
const MAX_PAST = 256

export class ServerTransactions {
  readonly #all = new Map<string, ServerTransaction>()
  readonly #merge = new Map<string, ServerTransaction>()
  /** Those answered whose request may come again, the one answered first first; none whose 2xx its user resends. */
  readonly #answered = new Set<ServerTransaction>()
  /** By key, what was answered by transactions that made room. */
  readonly #past = new Map<string, string>()
  readonly #environment: TransactionEnvironment

  constructor(environment: TransactionEnvironment) {
    this.#environment = environment
  }

  get size(): number {
    return this.#all.size
  }

  /** Takes a request that belongs to a transaction: a retransmission, or the ACK of a refusal. False: it is new. */
  receive({ request, hop }: Incoming, now: Millis): boolean {
    const ack = request.method === 'ACK'
    const key = serverKey(request, ack ? 'INVITE' : request.method)
    const transaction = this.#all.get(key)
    if (transaction === undefined) {
      const text = this.#past.get(key)
      if (text !== undefined && !ack) this.#environment.send(hop, text)
      return text !== undefined
    }
    // RFC 6026 §7.1: the ACK of a 2xx is the user's business even when its branch is the INVITE's.
    if (ack && transaction.machine.state.name === 'Accepted') return false
    this.step(transaction, ack ? ACK : REQUEST, now)
    return true
  }

  /** §9.2: the INVITE transaction a CANCEL means. */
  cancelled(cancel: SipRequest): ServerTransaction | undefined {
    return this.#all.get(serverKey(cancel, 'INVITE'))
  }

  /** §8.2.2.2: the same request came by another way already. */
  isMerged(request: SipRequest): boolean {
    const key = mergeKey(request)
    return key !== undefined && this.#merge.has(key)
  }

  /**
   * Makes room: the transaction answered first ends before its time (timers H, I and J), so that neither a burst of small
   * requests nor callers who never acknowledge a refusal keep others out for 32 s. Of so many, the answer is kept: a request
   * sent again is answered again and not heard twice. False: none is answered.
   */
  forgetAnswered(now: Millis): boolean {
    const [transaction] = this.#answered
    if (transaction === undefined) return false
    const { key, text, machine } = transaction
    transaction.machine = machine.invite ? { invite: true, state: ENDED } : { invite: false, state: ENDED }
    this.#settle(transaction, now)
    if (this.#past.size >= MAX_PAST) this.#past.delete(this.#past.keys().next().value ?? '')
    if (text !== '') this.#past.set(key, text)
    return true
  }

  create(incoming: Incoming, user: ServerUser | undefined, now: Millis): ServerTransaction {
    const machine: Machine =
      incoming.request.method === 'INVITE'
        ? { invite: true, state: startInviteServer(now) }
        : { invite: false, state: startNonInviteServer(now, this.#timers(incoming.hop)) }
    const transaction = new ServerTransaction(this, incoming, machine)
    transaction.user = user
    this.#all.set(transaction.key, transaction)
    if (transaction.merge !== undefined) this.#merge.set(transaction.merge, transaction)
    this.#settle(transaction, now)
    return transaction
  }

  #timers = ({ reliable }: Hop) => (reliable ? this.#environment.streamTimers : this.#environment.timers)

  step(transaction: ServerTransaction, input: ServerInput, now: Millis): void {
    const timers = this.#timers(transaction.hop)
    const actions: ServerAction[] = []
    const { machine } = transaction
    transaction.machine = machine.invite
      ? { invite: true, state: stepInviteServer(machine.state, input, now, timers, actions) }
      : { invite: false, state: stepNonInviteServer(machine.state, input, now, timers, actions) }
    for (const action of actions) {
      if (action === 'trying' && transaction.incoming)
        transaction.text = responseText(transaction.incoming, { status: 100 })
      this.#environment.send(transaction.hop, transaction.text)
    }
    this.#settle(transaction, now)
  }

  #settle(transaction: ServerTransaction, now: Millis): void {
    const { machine } = transaction
    const { queue } = this.#environment
    const { user } = transaction
    switch (machine.state.name) {
      case 'Proceeding':
      case 'Trying':
        break
      case 'Accepted':
        transaction.text = ''
        transaction.incoming = undefined
        transaction.user = undefined
        break
      case 'Completed':
      case 'Confirmed':
        if (machine.state.name === 'Confirmed') transaction.text = ''
        this.#answered.add(transaction)
        transaction.incoming = undefined
        transaction.user = undefined
        break
      case 'Terminated':
        this.#all.delete(transaction.key)
        this.#answered.delete(transaction)
        // None that made room was answered later than this one.
        if (this.#all.size === 0) this.#past.clear()
        if (transaction.merge !== undefined) this.#merge.delete(transaction.merge)
        queue.disarm(transaction.timer)
        transaction.incoming = undefined
        transaction.user = undefined
        user?.onExpired(now)
        return
    }
    queue.arm(
      transaction.timer,
      machine.invite ? inviteServerDeadline(machine.state) : nonInviteServerDeadline(machine.state),
      now,
    )
  }
}

/** RFC 3261 §8.1.1.7: what begins a branch that is unique. */
const COOKIE = 'z9hG4bK'

/** §17.2.3: branch, sent-by and method; by the fields of RFC 2543 when the branch has no cookie. */
function serverKey(request: SipRequest, method: string): string {
  const top = request.vias[0] as (typeof request.vias)[0]
  const { branch } = top
  if (branch !== undefined && branch.length > COOKIE.length && branch.startsWith(COOKIE))
    return `${branch}|${top.host}|${top.port ?? 5060}|${method}`
  return `${request.uriText}|${request.fromTag}|${request.callId}|${request.cseq.number}|${top.host}|${top.port}|${branch}|${method}`
}

const mergeKey = (request: SipRequest): string | undefined =>
  request.toTag === undefined
    ? `${request.callId}|${request.fromTag}|${request.cseq.number}|${request.cseq.method}`
    : undefined
