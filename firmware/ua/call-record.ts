// What is known of a call beyond its state: its dialog as seen in its messages, its last response, how long it has lasted.
import type { Millis } from '../base/time.ts'
import { contacts } from '../sip/message/headers.ts'
import type { SipMessage } from '../sip/message/message.ts'
import { reasonPhrase } from '../sip/message/status.ts'
import { printUri } from '../sip/message/uri.ts'
import type { CallStart } from './call-start.ts'
import type { CallRecord } from './contract.ts'

type Learned = Pick<CallRecord, 'callId' | 'localTag' | 'remoteTag' | 'peerContact' | 'status' | 'reason'>

export class CallHistory {
  readonly #began: Millis
  #connected: Millis | undefined
  #ended: Millis | undefined
  #learned: Learned = { callId: '', localTag: '', remoteTag: '', peerContact: '', status: 0, reason: '' }

  constructor(began: Millis) {
    this.#began = began
  }

  /** With the INVITE that came, in whose dialog our own tag is `localTag`. */
  begin({ request, localTag }: NonNullable<CallStart['invite']>): void {
    this.see(request, false)
    if (localTag !== undefined) this.#learned = { ...this.#learned, localTag }
  }

  /** `ours`: we sent the request this is, or answers. */
  see(message: SipMessage, ours: boolean): void {
    const [local, remote] = ours ? [message.fromTag, message.toTag] : [message.toTag, message.fromTag]
    const { localTag, remoteTag, peerContact } = this.#learned
    this.#learned = {
      ...this.#learned,
      callId: message.callId,
      localTag: local ?? localTag,
      remoteTag: remote ?? remoteTag,
      peerContact: contactOf(message) ?? peerContact,
    }
  }

  response(status: number, reason: string): void {
    if (status === 0) return
    this.#learned = { ...this.#learned, status, reason: reason === '' ? reasonPhrase(status) : reason }
  }

  connected(now: Millis): void {
    this.#connected ??= now
  }

  ended(now: Millis): void {
    this.#ended ??= now
  }

  at(now: Millis): Learned & Pick<CallRecord, 'connectedMs' | 'totalMs'> {
    const until = this.#ended ?? now
    return { ...this.#learned, connectedMs: until - (this.#connected ?? until), totalMs: until - this.#began }
  }
}

function contactOf(message: SipMessage): string | undefined {
  const all = contacts(message)
  const [first] = all.ok && all.value !== '*' ? all.value : []
  return first && printUri(first.uri)
}
