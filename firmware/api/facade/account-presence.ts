// What an account says of itself, to those who subscribe to it and to the server it is published at: its presence (RFC 3856) and its
// calls (RFC 4235). Everything is told anew as a whole, whenever it is another than what was told last.
import { utf8Decode } from '../../base/bytes.ts'
import type { Body } from '../../sip/message/message.ts'
import { dialogsBody, dialogsOf, type OwnCall, presenceOf } from '../../sip/packages/own-state.ts'
import { PRESENCE_TYPES, printPresence } from '../../sip/packages/presence.ts'
import { SERVED } from '../../sip/packages/table.ts'
import { type IncomingSubscription, Publication } from '../core/index.ts'
import type { Account } from './account.ts'
import { inTime } from './errors.ts'
import type { Inner } from './inner.ts'
import type { Line } from './line.ts'
import { partyOf, rxData } from './wording.ts'

type Event = keyof typeof SERVED

interface Watcher {
  readonly event: Event
  readonly type: string
  /** Of the next document (RFC 4235 §4.3). */
  version: number
  known: string
}

const toldOf = ({ contentType, content }: Body) => ({ contentType, body: utf8Decode(content) })

export class AccountPresence {
  readonly #account: Account
  readonly #inner: Inner
  readonly #watchers = new Map<IncomingSubscription, Watcher>()
  /** The core's; undefined: nothing is published. */
  publication: Publication | undefined
  #published = ''

  constructor(account: Account, inner: Inner) {
    this.#account = account
    this.#inner = inner
  }

  /** Somebody wants to watch: the application may refuse. */
  asked(subscription: IncomingSubscription) {
    const { event, expires, fromUri, headers, body = '' } = subscription
    const peer = partyOf(fromUri)
    const prm = { event, fromUri: peer.uri, expires, rdata: rxData(peer, headers, body), code: 200, reason: '' }
    this.#account.tell('incomingSubscribe', prm)
    const served = isServed(event) ? event : undefined
    const type = served && SERVED[served].split(', ').find((each) => headers.accepts(each))
    const code = prm.code < 300 && type === undefined ? 406 : prm.code
    if (code >= 300 || served === undefined || type === undefined) return void inTime(() => subscription.reject(code))
    const watcher = { event: served, type, version: 0, known: this.#stateOf(served) }
    this.#watchers.set(subscription, watcher)
    this.#inner.inbox.hear(subscription, ({ data }) => {
      if (data.state === 'terminated') this.#watchers.delete(subscription)
    })
    if (!inTime(() => subscription.accept(toldOf(this.#bodyFor(watcher))))) this.#watchers.delete(subscription)
  }

  /** Tells who does not know yet. */
  update(): void {
    const states = new Map<Event, string>()
    for (const [subscription, watcher] of this.#watchers) {
      // Many may watch the same: it is looked at once.
      const state = states.get(watcher.event) ?? this.#stateOf(watcher.event)
      states.set(watcher.event, state)
      if (state === watcher.known) continue
      watcher.known = state
      inTime(() => subscription.notify(toldOf(this.#bodyFor(watcher))))
    }
    this.#publish()
  }

  /** Nobody watches any more, and nothing is published. */
  leave(): void {
    for (const subscription of this.#watchers.keys()) inTime(() => subscription.end())
    this.#watchers.clear()
    this.unpublish()
  }

  unpublish(): void {
    const { publication } = this
    this.publication = undefined
    this.#published = ''
    if (publication !== undefined) inTime(() => publication.unpublish())
  }

  #publish() {
    const { publishEnabled, expirationSec: expires, headers } = this.#account.getConfig().presConfig
    if (!publishEnabled) return this.unpublish()
    const presence = this.#presence()
    const text = JSON.stringify([presence, expires])
    if (text === this.#published) return
    this.#published = text
    const { credentials, routes: route } = this.#account
    const { engine, inbox } = this.#inner
    if (this.publication === undefined) {
      this.publication = new Publication(credentials, 'presence', { route, expires, extraHeaders: headers, engine })
      inbox.hear(this.publication, ({ data: { state, code: statusCode = 0, reason = '' } }) =>
        this.#account.tell('publishState', { state, statusCode, reason }),
      )
    }
    const { contentType, body } = toldOf(printPresence(PRESENCE_TYPES[0], presence))
    this.publication.expires = expires
    this.publication.publish(contentType, body)
  }

  #presence() {
    const { status, statusText, activities = [] } = this.#account.presence
    const own = { basic: status === 'online' ? 'open' : 'closed', activities, note: statusText || undefined } as const
    return presenceOf(this.#account.aor, own, this.#calls())
  }

  #stateOf(event: Event): string {
    return JSON.stringify(event === 'dialog' ? dialogsOf(this.#calls()) : this.#presence())
  }

  #bodyFor(watcher: Watcher): Body {
    if (watcher.event === 'dialog') return dialogsBody(this.#account.aor, watcher.version++, dialogsOf(this.#calls()))
    return printPresence(watcher.type, this.#presence())
  }

  #calls(): readonly OwnCall[] {
    return this.#inner.lines.active.flatMap((line) =>
      line.account === this.#account && !line.isLeft ? ownCall(line) : [],
    )
  }
}

function ownCall({ id, state, role, invitation, peer, sound, localUri: local }: Line): readonly OwnCall[] {
  if (state === 'null') return []
  const { callId, localTag, remoteTag, remoteContact: peerContact } = invitation.dialog
  return [
    {
      call: `${id}`,
      record: { state, role, callId, localTag, remoteTag, peer, peerContact, media: sound.media, local },
    },
  ]
}

const isServed = (event: string): event is Event => Object.hasOwn(SERVED, event)
