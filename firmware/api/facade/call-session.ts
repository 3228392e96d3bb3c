// Offer and answer of one call (RFC 3264, RFC 6337): what is sent and what comes, who holds whom, and changes that we want, one
// under way at a time, asked for anew when theirs came first.

import { withoutKeys } from '../../sdp/crypto.ts'
import {
  CoreError,
  type Direction,
  type ExtraHeaders,
  type InvitationChange,
  type InvitationState,
  SdpSession,
} from '../core/index.ts'
import { inTime } from './errors.ts'
import type { Line } from './line.ts'
import { withKeys } from './sdp-keys.ts'

/** A re-INVITE (RFC 3261 §14.1) or UPDATE (RFC 3311) of ours, from the wish to its result. */
export interface Change {
  readonly kind: 'reinvite' | 'update'
  readonly hold: boolean
  /** False: the peer makes the offer; an UPDATE negotiates nothing then. */
  readonly offer: boolean
  readonly headers: ExtraHeaders
  /** The application's own description. */
  readonly sdp?: string | undefined
  /** This description alone names no address (RFC 2543's hold). */
  readonly nowhere?: boolean
  /** Called once it is through, well or not. */
  readonly done?: (statusCode: number, reason: string) => void
}

interface Asked extends Change {
  readonly sent: boolean
  readonly agreed: boolean
  /** How often theirs came first. */
  readonly again: number
}

const MAX_AGAIN = 3
const NOT_ACCEPTABLE = { code: 488, reason: 'Not Acceptable Here' }

export class CallSession {
  readonly #line: Line
  /** We hold: agreed, or (`#asked`) being asked for. */
  #held = false
  #asked: Asked | undefined
  /** Changes given up for another one while they were under way: their results are nobody's. */
  #stale = 0
  /** Of our description that is out and not answered. */
  #offered: bigint | undefined
  /** Of the one our INVITE has the next time it goes out. */
  #again: bigint | undefined
  /** Our answer to the offer in their INVITE; undefined: they want ours. */
  #answer: SdpSession | undefined
  /** Why nothing in their INVITE can be sound here: only a description of the application's own answers it. */
  unfit: string | undefined
  /** The application decides on descriptions; the sound here is not in them. */
  #isTheirs = false

  constructor(line: Line) {
    this.#line = line
  }

  get isChanging(): boolean {
    return this.#asked !== undefined
  }

  get isTheirs(): boolean {
    return this.#isTheirs
  }

  get isHolding(): boolean {
    return this.#held
  }

  // ---- the beginning -------------------------------------------------------------------------------------------------

  /** For the INVITE. `sdp`: the application's own. */
  offerFirst(sdp: string | undefined): SdpSession {
    if (sdp === undefined) return this.#offer('sendrecv')
    this.#isTheirs = true
    return SdpSession.parse(sdp)
  }

  /** The offer in their INVITE. Throws a CoreError when it will not do. */
  consider(remote: SdpSession): void {
    this.#answer = this.#line.sound.answer(remote, 'sendrecv')
  }

  /** What goes into a response to their INVITE: `sdp` is the application's own. Undefined: nothing, or nothing new. */
  describe(status: number, sdp: string | undefined, reliable: 'none' | 'described' | 'all'): SdpSession | undefined {
    const { invitation, sound } = this.#line
    if (sdp !== undefined) {
      this.#isTheirs = true
      return SdpSession.parse(sdp)
    }
    if (invitation.activeLocalSdp !== undefined || this.#isTheirs) return undefined
    if (this.unfit !== undefined) {
      if (status < 200) return undefined
      throw new CoreError('refused', 'answer', `${this.unfit}; only a description of your own (opt.sdp) answers it`)
    }
    // Without an offer of theirs, ours is in the first reliable response (RFC 3262 §5) or the 200, and PRACK or ACK bring the answer.
    const offers = this.#answer === undefined && this.#offered === undefined
    const described = status >= 200 || status === 183 || (offers && reliable === 'all')
    // A 180 tells no media; in a 183 it begins early, and the 200 says the same again (RFC 6337 §3.1.1).
    if (!described || (offers && status < 200 && reliable === 'none')) return undefined
    if (offers) return this.#offer('sendrecv')
    if (this.#answer === undefined) return undefined
    const answer = this.#line.created(this.#answer, invitation.offeredRemoteSdp)
    sound.sent(answer)
    return answer
  }

  // ---- what comes ----------------------------------------------------------------------------------------------------

  /** Both descriptions are in force. */
  agreed(local: SdpSession, remote: SdpSession): void {
    const line = this.#line
    const isOurs = this.#offered === local.version
    if (isOurs) this.#offered = undefined
    if (isOurs && this.#asked?.sent) {
      this.#held = this.#asked.hold
      this.#asked = { ...this.#asked, agreed: true }
    }
    line.sdp.local = withoutKeys(local.toString())
    line.sdp.remote = withoutKeys(remote.toString())
    if (this.#isTheirs) return
    try {
      line.sound.agree(local, remote, this.#held)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // A change that came to nothing leaves the call as it was; a call that never had media is none.
      if (line.sound.isAgreed) this.#asked &&= { ...this.#asked, agreed: false }
      else line.giveUp(why)
    }
  }

  /** What they said to our description means nothing, or to a change no. */
  failed(error: string): void {
    this.#offered = undefined
    if (!this.#line.sound.isAgreed && this.#line.invitation.state !== 'CONFIRMED') this.#line.giveUp(error)
  }

  /** An offer of theirs came in a response, as ours had none. */
  answerInAck(remote: SdpSession) {
    const { invitation } = this.#line
    const answer = this.#answered(remote)
    if (answer === undefined) return this.#line.giveUp(NOT_ACCEPTABLE.reason)
    if (this.#asked?.sent) {
      this.#held = this.#asked.hold
      this.#asked = { ...this.#asked, agreed: true }
    }
    inTime(() => {
      invitation.setOfferedLocalSdp(answer)
      invitation.acknowledge()
    })
  }

  /** Their re-INVITE or UPDATE: what cannot be agreed leaves the call as it was (§14.2). */
  reinvited(change: InvitationChange): void {
    const line = this.#line
    const { invitation } = line
    const remote = invitation.offeredRemoteSdp
    if (remote !== undefined) line.sdp.remote = withoutKeys(remote.toString())
    const said = line.askReinvite(change, remote)
    inTime(() => {
      if (said.statusCode >= 300) return invitation.respondToReinvite(said.statusCode, {}, said.reason)
      const local =
        said.sdp !== undefined
          ? SdpSession.parse(said.sdp)
          : remote === undefined
            ? this.#offer(this.#direction(this.#held))
            : this.#answered(remote)
      if (local === undefined) return invitation.respondToReinvite(NOT_ACCEPTABLE.code)
      invitation.setOfferedLocalSdp(local)
      invitation.respondToReinvite(200, {}, said.reason)
    })
  }

  /** Their UPDATE or PRACK with an offer, before the call is answered. */
  updated(remote: SdpSession): void {
    const { invitation } = this.#line
    const answer = this.#answered(remote)
    inTime(() => {
      if (answer === undefined) return invitation.respondToUpdate(NOT_ACCEPTABLE.code)
      invitation.setOfferedLocalSdp(answer)
      invitation.respondToUpdate()
    })
  }

  #answered(remote: SdpSession): SdpSession | undefined {
    const line = this.#line
    try {
      const answer = line.created(line.sound.answer(remote, this.#held ? 'sendonly' : 'sendrecv'), remote)
      line.sound.sent(answer)
      return answer
    } catch {
      return undefined
    }
  }

  // ---- changes of ours -----------------------------------------------------------------------------------------------

  begin(change: Change): void {
    if (this.#asked?.sent) this.#stale++
    this.#asked = { ...change, sent: false, agreed: change.kind === 'update' && !change.offer, again: 0 }
    this.ask()
  }

  /** There are sockets at another address: what is under way was made before, the wish is the same, with what is so now. */
  moved(): void {
    const { invitation, sound } = this.#line
    if (this.#isTheirs) return
    const remote = invitation.offeredRemoteSdp
    // What is not said yet is said of the new ones; what is, a re-INVITE takes back as soon as there can be one.
    if (this.#answer !== undefined && remote !== undefined && !sound.isAgreed) this.consider(remote)
    else if (this.#offered !== undefined || sound.isAgreed) {
      this.#offerAgain()
      const { hold = this.#held, done } = this.#asked ?? {}
      this.begin({ kind: 'reinvite', hold, offer: true, headers: this.#line.headers, ...(done && { done }) })
    }
  }

  /** Our INVITE, where it is not answered yet, offers what is so now when it goes out anew. */
  #offerAgain(): void {
    const { role, invitation, setting } = this.#line
    const waits = invitation.state === 'CALLING' || invitation.state === 'EARLY'
    if (role !== 'uac' || setting.noSdpOffer === true || !waits) return
    const offered = this.#offered
    const offer = this.#offer('sendrecv')
    this.#again = this.#offered
    this.#offered = offered
    inTime(() => invitation.offerAgain(offer))
  }

  /** It has gone out anew: with that, no re-INVITE has to follow, unless somebody waits for its result. */
  #calledAgain(): void {
    const { offeredLocalSdp } = this.#line.invitation
    if (this.#again === undefined || offeredLocalSdp?.version !== this.#again) return
    this.#offered = this.#again
    this.#again = undefined
    if (this.#asked?.sent === false && this.#asked.done === undefined) this.#asked = undefined
  }

  /** Sends what is wanted as soon as it can be. */
  ask(): void {
    const asked = this.#asked
    if (asked === undefined || asked.sent || !this.#isPossible(asked)) return
    const { kind, hold, headers } = asked
    this.#asked = { ...asked, sent: true }
    const { invitation } = this.#line
    const sent = inTime(() => {
      if (asked.offer) invitation.setOfferedLocalSdp(this.#changed(asked, hold))
      if (kind === 'update') invitation.sendUpdate(headers)
      else invitation.sendReinvite(headers, { offer: asked.offer })
    })
    if (sent || this.#asked === undefined) return
    // Their re-INVITE was faster: ours goes out when that is answered. With nothing in the way it will never go.
    if (!this.#isPossible(asked)) this.#asked = { ...asked, sent: false }
    else this.#over(491, 'not possible now')
  }

  #isPossible({ kind }: Change): boolean {
    const { state } = this.#line.invitation
    return state === 'CONFIRMED' || (kind === 'update' && state === 'EARLY')
  }

  #changed({ sdp, nowhere }: Change, hold: boolean): SdpSession {
    if (sdp !== undefined) {
      const own = SdpSession.parse(sdp)
      this.#offered = own.version
      return own
    }
    return this.#offer(this.#direction(hold), nowhere)
  }

  /** The re-INVITE or UPDATE is through, well or not. */
  result(code: number, reason: string) {
    if (this.#stale > 0) {
      this.#stale--
      return
    }
    const asked = this.#asked
    if (!asked?.sent) return
    this.#offered = undefined
    // They were faster, and what we offered is out of date: the same wish with what is so now.
    if (code === 491 && asked.again < MAX_AGAIN) {
      this.#asked = { ...asked, sent: false, again: asked.again + 1 }
      return this.ask()
    }
    const through = code < 300 && !asked.agreed ? NOT_ACCEPTABLE : { code, reason }
    this.#over(through.code, through.reason)
  }

  #over(code: number, reason: string): void {
    const asked = this.#asked
    this.#asked = undefined
    this.#line.modified(code, reason)
    asked?.done?.(code, reason)
  }

  /** The call is over, and with it what was under way. */
  ended(code: number, reason: string): void {
    this.#asked?.done?.(code, reason)
    this.#asked = undefined
  }

  /** The session is in another state: what waited goes, and a call without media is none. */
  entered(state: InvitationState): void {
    if (state === 'CALLING') this.#calledAgain()
    if (state !== 'CONFIRMED') return
    // No answer came, neither in the 200 nor in the ACK.
    if (this.#line.invitation.activeLocalSdp === undefined) this.#line.giveUp(NOT_ACCEPTABLE.reason)
    else this.ask()
  }

  #direction(hold: boolean): Direction {
    // §8.4 of RFC 3264: a stream they hold already becomes inactive.
    return !hold ? 'sendrecv' : this.#line.sound.isHeld ? 'inactive' : 'sendonly'
  }

  #offer(direction: Direction, nowhere = false): SdpSession {
    const { sound } = this.#line
    const ours = sound.offer(direction)
    if (nowhere && ours.connection) ours.connection.address = ours.addressType === 'IP6' ? '::' : '0.0.0.0'
    const offer = this.#line.created(ours, undefined)
    sound.sent(offer)
    this.#offered = offer.version
    return offer
  }
}

/** What an application made of a description it was shown without keys. */
export const changedBy = (ours: SdpSession, text: string): SdpSession =>
  SdpSession.parse(withKeys(text, ours.toString()))
