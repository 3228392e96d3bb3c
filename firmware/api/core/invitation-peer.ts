// What the messages of a session tell of its dialog and of who is at the other end.
import { contacts } from '../../sip/message/headers.ts'
import type { SipMessage, SipRequest } from '../../sip/message/message.ts'
import { divertedOf, OtherEnd } from '../../sip/message/other-end.ts'
import type { Diversion, Party } from '../../sip/message/party.ts'
import { printUri } from '../../sip/message/uri.ts'

/** The names of a dialog (RFC 3261 §12); '' what is not known yet. */
export interface DialogNames {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** URI of their Contact. */
  readonly remoteContact: string
}

/** Of one session. */
export class InvitationPeer {
  /** Whom the call was for before it came here, the last first; servers of ours alone are believed. */
  readonly diversions: readonly Diversion[]
  readonly #isOutgoing: boolean
  readonly #other: OtherEnd
  #dialog: DialogNames = { callId: '', localTag: '', remoteTag: '', remoteContact: '' }

  /** Who it is, by the URI called or by their INVITE. */
  constructor(party: Party, invite: SipRequest | undefined, trusted: boolean) {
    this.#isOutgoing = invite === undefined
    this.#other = new OtherEnd(party, invite)
    this.diversions = invite ? divertedOf(invite, trusted) : []
  }

  get party(): Party {
    return this.#other.party
  }

  get dialog(): DialogNames {
    return this.#dialog
  }

  /** What is known before any message of theirs. */
  begin(names: Partial<DialogNames>): void {
    this.#dialog = { ...this.#dialog, ...names }
  }

  /** A message of theirs. True: it says that somebody else is there, or gives a name. */
  hear(message: SipMessage, trusted: boolean): boolean {
    // A response has the tags of the request it answers, which was ours.
    const ours = message.kind === 'response'
    const [local, remote] = ours ? [message.fromTag, message.toTag] : [message.toTag, message.fromTag]
    const { localTag, remoteTag, remoteContact } = this.#dialog
    this.#dialog = {
      callId: message.callId,
      localTag: local ?? localTag,
      remoteTag: remote ?? remoteTag,
      remoteContact: contactOf(message) ?? remoteContact,
    }
    return this.#other.hear(message, trusted)
  }

  /** Ours is sent on to that URI by a 3xx. */
  sendOn(uri: string): boolean {
    if (!this.#isOutgoing) return false
    this.#other.sendOn(uri)
    return true
  }
}

function contactOf(message: SipMessage): string | undefined {
  const found = contacts(message)
  const [first] = found.ok && found.value !== '*' ? found.value : []
  return first && printUri(first.uri)
}
