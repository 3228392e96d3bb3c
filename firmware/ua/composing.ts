// Who is writing to whom (RFC 3994): told to the other side when it begins, again before that forgets it, and when it ends; and the
// same of theirs, which ends by itself when nothing more is heard.
import { after, earlier, FOREVER, type Millis } from '../base/time.ts'
import { partyOf } from '../sip/message/addressing.ts'
import { contentType as typeOf } from '../sip/message/headers.ts'
import type { SipRequest } from '../sip/message/message.ts'
import { IS_COMPOSING, parseIsComposing, printIsComposing } from '../sip/packages/is-composing.ts'
import type { CallId, Party } from './contract.ts'
import type { Addressee, Destination } from './requests.ts'
import type { Tell } from './tell.ts'

/** §3.2: nothing written for so long is not writing any more, ms. */
const IDLE_MS = 15_000
/** §3.3: said again so often while it goes on, seconds. */
const REFRESH_S = 60
/** §3.3: what a word of theirs is good for when it does not say, and at most, seconds. */
const DEFAULT_S = 120
const LONGEST_S = 3600
/** Of each direction. */
const MAX = 64

interface Ours {
  readonly destination: Destination
  readonly contentType: string
  readonly refreshAt: Millis
  readonly idleAt: Millis
}
interface Theirs {
  readonly addressee: Addressee
  readonly peer: Party
  readonly idleAt: Millis
}

export interface Composing {
  /** Something was written to `destination`, or it has been thrown away (`active` false). */
  write(destination: Destination, active: boolean, contentType: string, tell: Tell): void
  /** A message has gone there: that says it. */
  sent(destination: Destination): void
  /** A MESSAGE of theirs came. */
  hear(request: SipRequest, addressee: Addressee, tell: Tell): void
  /** Its last event has been told. */
  callEnded(call: CallId): void
  wake(tell: Tell): void
  deadline(): Millis
}

const REQUEST = 'composing:'
export const isComposingRequest = (id: string): boolean => id.startsWith(REQUEST)

export function createComposing(): Composing {
  const ours = new Map<string, Ours>()
  const theirs = new Map<string, Theirs>()
  let requests = 0

  const keyOf = ({ session, identity, target }: Destination) => session ?? `${identity.contactUser} ${target}`
  const hearKey = ({ account, call }: Addressee, { uri }: Party) => call ?? `${account} ${uri}`

  function say({ destination, contentType }: Ours, state: 'active' | 'idle', tell: Tell) {
    const refreshS = state === 'active' ? REFRESH_S : undefined
    const content = printIsComposing({ state, lastActive: undefined, contentType, refreshS })
    const body = { contentType: IS_COMPOSING, content }
    tell.sip({ kind: 'request', id: `${REQUEST}${++requests}`, method: 'MESSAGE', ...destination, headers: [], body })
  }

  function toldIdle(key: string, { addressee, peer }: Theirs, tell: Tell) {
    theirs.delete(key)
    tell.app({ kind: 'composing', ...addressee, peer, active: false, contentType: undefined })
  }

  return {
    write(destination, active, contentType, tell) {
      const key = keyOf(destination)
      const known = ours.get(key)
      if (!active) {
        ours.delete(key)
        if (known) say(known, 'idle', tell)
        return
      }
      const idleAt = after(tell.now, IDLE_MS)
      if (known) return void ours.set(key, { ...known, idleAt })
      // Beyond these nobody is told: it is a courtesy.
      if (ours.size >= MAX) return
      const begun: Ours = { destination, contentType, refreshAt: after(tell.now, 1000 * REFRESH_S - IDLE_MS), idleAt }
      ours.set(key, begun)
      say(begun, 'active', tell)
    },

    sent: (destination) => void ours.delete(keyOf(destination)),

    hear(request, addressee, tell) {
      const peer = partyOf(request.from)
      const key = hearKey(addressee, peer)
      const known = theirs.get(key)
      if (typeOf(request)?.type !== IS_COMPOSING) {
        // §3.3: what was written has come.
        if (known) toldIdle(key, known, tell)
        return
      }
      const read = parseIsComposing(request.body)
      if (!read.ok) return
      const { state, contentType, refreshS = DEFAULT_S } = read.value
      if (state === 'idle') {
        if (known) toldIdle(key, known, tell)
        return
      }
      if (known === undefined && theirs.size >= MAX) return
      theirs.set(key, { addressee, peer, idleAt: after(tell.now, 1000 * Math.min(refreshS, LONGEST_S)) })
      if (known === undefined) tell.app({ kind: 'composing', ...addressee, peer, active: true, contentType })
    },

    callEnded(call) {
      ours.delete(call)
      theirs.delete(call)
    },

    wake(tell) {
      for (const [key, one] of ours) {
        if (one.idleAt <= tell.now) {
          ours.delete(key)
          say(one, 'idle', tell)
        } else if (one.refreshAt <= tell.now) {
          ours.set(key, { ...one, refreshAt: after(tell.now, 1000 * REFRESH_S - IDLE_MS) })
          say(one, 'active', tell)
        }
      }
      for (const [key, one] of theirs) if (one.idleAt <= tell.now) toldIdle(key, one, tell)
    },

    deadline() {
      let due = FOREVER
      for (const { refreshAt, idleAt } of ours.values()) due = earlier(due, earlier(refreshAt, idleAt))
      for (const { idleAt } of theirs.values()) due = earlier(due, idleAt)
      return due
    },
  }
}
