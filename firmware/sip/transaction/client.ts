// Client transactions: starts them, matches responses (RFC 3261 §17.1.3), performs what the machines ask for.
import type { SocketAddress } from '../../base/address.ts'
import { sameAddress } from '../../base/address.ts'
import type { Millis } from '../../base/time.ts'
import { type Sleeper, Timer } from '../../base/timer-queue.ts'
import type { HeaderField, RequestDraft, SipResponse } from '../message/message.ts'
import { printRequest } from '../message/print.ts'
import { ackOfRefusal, cancelOf } from './derived.ts'
import type { Hop, TransactionEnvironment } from './environment.ts'
import {
  type ClientAction,
  type ClientInput,
  type InviteClientState,
  inviteClientDeadline,
  startInviteClient,
  stepInviteClient,
} from './invite-client.ts'
import {
  type NonInviteClientState,
  nonInviteClientDeadline,
  startNonInviteClient,
  stepNonInviteClient,
} from './non-invite-client.ts'

/** Who is told what comes of a request. */
export interface ClientUser {
  /** Provisional and final responses; after a 2xx to INVITE further ones, retransmitted or of another fork. */
  onResponse(response: SipResponse, now: Millis): void
  /** No final response will come. */
  onFailure(why: 'timeout' | 'unreachable', now: Millis, detail?: string): void
}

type Machine =
  | { readonly invite: true; readonly state: InviteClientState }
  | { readonly invite: false; readonly state: NonInviteClientState }

export class ClientTransaction implements Sleeper {
  readonly key: string
  readonly hop: Hop
  readonly timer = new Timer(this)
  machine: Machine
  /** Kept until the final response, for ACK and CANCEL. */
  draft: RequestDraft | undefined
  /** What is resent: the request, later the ACK. */
  text: string
  user: ClientUser | undefined
  /** It went out a second time, as the stream it had gone by broke; or it is not to. */
  again = false
  readonly #table: ClientTransactions

  constructor(
    table: ClientTransactions,
    key: string,
    draft: RequestDraft,
    hop: Hop,
    user: ClientUser,
    machine: Machine,
  ) {
    this.#table = table
    this.key = key
    this.hop = hop
    this.draft = draft
    this.text = printRequest(draft)
    this.user = user
    this.machine = machine
  }

  wake(now: Millis): void {
    this.#table.step(this, WAKE, undefined, now)
  }
}

const WAKE: ClientInput = { kind: 'wake' }

export interface LostStream {
  readonly transport: string
  readonly to: SocketAddress
  /** It had stood before. */
  readonly stood: boolean
  /** Nobody over there can or will connect to us instead: over TLS, which takes a certificate of ours and a check of theirs. */
  readonly final: boolean
}

export class ClientTransactions {
  readonly #all = new Map<string, ClientTransaction>()
  readonly #environment: TransactionEnvironment

  constructor(environment: TransactionEnvironment) {
    this.#environment = environment
  }

  get size(): number {
    return this.#all.size
  }

  /** Sends `draft`, whose top Via carries `branch`, and tells `user` what comes of it. */
  start(draft: RequestDraft, branch: string, hop: Hop, user: ClientUser, now: Millis): ClientTransaction {
    const timers = this.#timers(hop)
    const actions: ClientAction[] = []
    const machine: Machine =
      draft.method === 'INVITE'
        ? { invite: true, state: startInviteClient(now, timers, actions) }
        : { invite: false, state: startNonInviteClient(now, timers, actions) }
    const transaction = new ClientTransaction(this, keyOf(branch, draft.method), draft, hop, user, machine)
    this.#all.set(transaction.key, transaction)
    this.#perform(transaction, actions, undefined, now)
    return transaction
  }

  /** §9.1: sends CANCEL for an INVITE that has a provisional and no final response, on the same way. */
  cancel(invite: ClientTransaction, headers: readonly HeaderField[], user: ClientUser, now: Millis): void {
    if (invite.draft === undefined) return
    const branch = invite.key.slice(0, invite.key.lastIndexOf('|'))
    this.start(cancelOf(invite.draft, headers), branch, invite.hop, user, now)
  }

  /** §17.1.3: by the branch of the top Via and the CSeq method. False when nobody asked for it. */
  response(response: SipResponse, now: Millis): boolean {
    const { branch } = response.vias[0] as (typeof response.vias)[0]
    const transaction = branch === undefined ? undefined : this.#all.get(keyOf(branch, response.cseq.method))
    if (transaction === undefined) return false
    this.step(transaction, { kind: 'response', status: response.status }, response, now)
    return true
  }

  /** ICMP spoke about `to`: its transactions hear of it. */
  unreachable(transport: string, to: SocketAddress, now: Millis): void {
    this.#broken(({ hop }) => hop.transport === transport && sameAddress(hop.to, to), {}, now)
  }

  /**
   * A stream there broke: what was `meant` for it hears of it (§18.4), `detail` says why. When it `stood` before, a request that
   * nobody has answered goes out once more, on a new one: as after a loss, so that a server that got it takes it for the same.
   */
  streamLost(
    { transport, to, stood, final }: LostStream,
    meant: (hop: Hop) => boolean,
    detail: string,
    now: Millis,
  ): void {
    const concerned = ({ hop }: ClientTransaction) =>
      hop.transport === transport && sameAddress(hop.to, to) && meant(hop)
    const afresh = (each: ClientTransaction) => stood && !each.again && isUnanswered(each.machine) && concerned(each)
    const repeated = [...this.#all.values()].filter(afresh)
    this.#broken((each) => concerned(each) && !repeated.includes(each), { detail, final }, now)
    for (const each of repeated) {
      each.again = true
      this.#environment.send(each.hop, each.text)
    }
  }

  #broken(
    concerns: (transaction: ClientTransaction) => boolean,
    why: { readonly detail?: string; readonly final?: boolean },
    now: Millis,
  ): void {
    for (const transaction of [...this.#all.values()])
      if (concerns(transaction)) this.step(transaction, { kind: 'transport-error', ...why }, undefined, now)
  }

  /** The way out is gone, and with it the Via its responses would come to: what is unanswered fails, the rest is over. */
  transportDown(transport: string, now: Millis): void {
    for (const transaction of [...this.#all.values()]) {
      if (transaction.hop.transport !== transport) continue
      const { user } = transaction
      const waiting = isWaiting(transaction.machine)
      this.abandon(transaction)
      if (waiting) user?.onFailure('unreachable', now)
    }
  }

  /** Another server has its turn: the INVITE is not sent again, and what still comes of it goes to `user`. */
  hush(invite: ClientTransaction, user: ClientUser, now: Millis): void {
    invite.user = user
    invite.again = true
    this.step(invite, { kind: 'hush' }, undefined, now)
  }

  /** Ends it without a word: its user has given up (§9.1, 64·T1 after CANCEL). */
  abandon(transaction: ClientTransaction): void {
    this.#all.delete(transaction.key)
    this.#environment.queue.disarm(transaction.timer)
    transaction.user = undefined
  }

  step(transaction: ClientTransaction, input: ClientInput, response: SipResponse | undefined, now: Millis): void {
    const timers = this.#timers(transaction.hop)
    const actions: ClientAction[] = []
    const { machine } = transaction
    transaction.machine = machine.invite
      ? { invite: true, state: stepInviteClient(machine.state, input, now, timers, actions) }
      : { invite: false, state: stepNonInviteClient(machine.state, input, now, timers, actions) }
    this.#perform(transaction, actions, response, now, input.kind === 'transport-error' ? input.detail : undefined)
  }

  #timers = ({ reliable }: Hop) => (reliable ? this.#environment.streamTimers : this.#environment.timers)

  #perform(
    transaction: ClientTransaction,
    actions: readonly ClientAction[],
    response: SipResponse | undefined,
    now: Millis,
    detail?: string,
  ): void {
    const { queue } = this.#environment
    const { machine, user } = transaction
    const ended = machine.state.name === 'Terminated'
    if (ended) this.abandon(transaction)
    else
      queue.arm(
        transaction.timer,
        machine.invite ? inviteClientDeadline(machine.state) : nonInviteClientDeadline(machine.state),
        now,
      )
    for (const action of actions) {
      switch (action) {
        case 'ack':
          if (transaction.draft && response) transaction.text = printRequest(ackOfRefusal(transaction.draft, response))
          this.#environment.send(transaction.hop, transaction.text)
          break
        case 'send':
          this.#environment.send(transaction.hop, transaction.text)
          break
        case 'deliver':
        case 'timeout':
        case 'unreachable':
          break
      }
    }
    this.#release(transaction)
    // The user comes last: what it starts in answer must find this transaction settled.
    for (const action of actions) {
      if (action === 'deliver' && response) user?.onResponse(response, now)
      else if (action === 'timeout' || action === 'unreachable') user?.onFailure(action, now, detail)
    }
  }

  /** Lets go of all that a lingering transaction does not need. */
  #release(transaction: ClientTransaction): void {
    const { machine } = transaction
    if (isWaiting(machine)) return
    transaction.draft = undefined
    if (machine.invite && machine.state.name === 'Completed') transaction.user = undefined
    else {
      transaction.text = ''
      if (!machine.invite) transaction.user = undefined
    }
  }
}

/** For its final response. */
const isWaiting = ({ state: { name } }: Machine): boolean =>
  name === 'Calling' || name === 'Trying' || name === 'Proceeding'

const isUnanswered = ({ state: { name } }: Machine): boolean => name === 'Calling' || name === 'Trying'

const keyOf = (branch: string, method: string): string => `${branch}|${method}`
