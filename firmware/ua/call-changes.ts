// Changes of a call that we want: one under way at a time, asked for anew when theirs came first, and who holds whom.
import { utf8Decode } from '../base/bytes.ts'
import type { SessionState, SipEvent } from '../sip/core/contract.ts'
import type { CallDescriptions } from './call-descriptions.ts'
import { NOT_ACCEPTABLE } from './call-state.ts'
import type { Change } from './change.ts'
import type { CallId } from './contract.ts'
import type { Tell } from './tell.ts'

const MAX_AGAIN = 3

export class CallChanges {
  /** What the engine has the call's session in. */
  session: SessionState = 'NULL'
  readonly #call: CallId
  readonly #descriptions: CallDescriptions
  /** We hold: agreed, or (`#asked`) being asked for. */
  #held = false
  #asked: Change | undefined
  /** Asked for while a refresh, which nobody has asked for, is under way. */
  #next: Change | undefined
  /** Given up for another one while they were under way: their results are nobody's. */
  #stale = 0

  constructor(call: CallId, descriptions: CallDescriptions) {
    this.#call = call
    this.#descriptions = descriptions
  }

  /** We hold the call. */
  get held(): boolean {
    return this.#held
  }

  get isUnderWay(): boolean {
    return this.#asked !== undefined
  }

  /** Another has to wait for what was asked for. */
  get isBusy(): boolean {
    return this.#next !== undefined || (this.#asked !== undefined && !this.#asked.quiet)
  }

  begin(change: Change, tell: Tell) {
    if (this.#asked?.sent) this.#next = change
    else {
      this.#asked = change
      this.ask(tell)
    }
  }

  /** What is under way was made before something changed here: the wish is the same, with what is so now. */
  anew(tell: Tell) {
    const hold = (this.#next ?? this.#asked)?.hold ?? this.#held
    this.#next = undefined
    if (this.#asked?.sent) this.#stale++
    this.#asked = reinvite(hold)
    this.ask(tell)
  }

  /** Our INVITE has gone out anew with what a re-INVITE was to say. */
  said() {
    this.#next = undefined
    if (this.#asked?.kind === 'reinvite') this.#asked = undefined
  }

  /** Sends what is wanted as soon as it can be. */
  ask(tell: Tell) {
    if (this.#asked === undefined || this.#asked.sent) return
    const { kind, hold, offer, headers } = this.#asked
    if (this.session !== 'CONFIRMED' && !(kind === 'update' && this.session === 'EARLY')) return
    this.#asked = { ...this.#asked, sent: true }
    const sdp = offer ? this.#descriptions.offer(hold, tell) : undefined
    tell.sip({ kind, id: this.#call, sdp, headers })
  }

  /** What our re-INVITE or UPDATE was for is so now. */
  agreed() {
    if (!this.#asked?.sent) return
    this.#held = this.#asked.hold
    this.#asked = { ...this.#asked, agreed: true }
  }

  onResult(event: Extract<SipEvent, { kind: 'reinvite-result' }>, tell: Tell) {
    if (this.#stale > 0) {
      this.#stale--
      return
    }
    if (this.#asked === undefined) return
    const { agreed, again = 0 } = this.#asked
    // They were faster, and what we offered is out of date: the same wish with what is so now.
    if (event.status === 491 && again < MAX_AGAIN) {
      this.#asked = { ...this.#asked, sent: false, again: again + 1 }
      return this.ask(tell)
    }
    const { status, reason } = event.status < 300 && !agreed ? NOT_ACCEPTABLE : event
    this.#over(status, utf8Decode(reason), tell)
  }

  /** The engine would not. */
  onRejected({ command, reason }: Extract<SipEvent, { kind: 'rejected' }>, tell: Tell) {
    if (command !== this.#asked?.kind) return
    // Their re-INVITE was faster: ours goes out when that is answered. With nothing in the way it will never go.
    if (this.session === 'REINVITED') this.#asked = { ...this.#asked, sent: false }
    else this.#over(491, reason, tell)
  }

  #over(status: number, reason: string, tell: Tell) {
    const quiet = this.#asked?.quiet
    this.#asked = this.#next
    this.#next = undefined
    if (!quiet) tell.app({ kind: 'call-modified', call: this.#call, status, reason })
    this.ask(tell)
  }
}

/** A re-INVITE with an offer of what is now. */
export const reinvite = (hold: boolean): Change => ({
  ...{ kind: 'reinvite', hold, offer: true, headers: [], sent: false, agreed: false },
})
