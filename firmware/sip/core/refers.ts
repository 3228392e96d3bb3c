// REFERs under way, both directions, by the id the application knows (RFC 3515).
import type { Millis } from '../../base/time.ts'
import { type Dialog, uasDialog } from '../dialog/dialog.ts'
import { parseNameAddr } from '../message/name-addr.ts'
import { param } from '../message/params.ts'
import { reasonPhrase } from '../message/status.ts'
import { isSip, printUri, userOf } from '../message/uri.ts'
import { headersInUri } from '../message/uri-headers.ts'
import { newTag } from '../usage/answers.ts'
import type { Digest } from '../usage/digest.ts'
import type { Session } from '../usage/invite/session.ts'
import type { Notified } from '../usage/notified.ts'
import { IncomingRefer } from '../usage/refer/incoming-refer.ts'
import { OutgoingRefer, type OutgoingReferInit } from '../usage/refer/outgoing-refer.ts'
import type { Requester } from '../usage/requester.ts'
import { scopeOf } from '../usage/scope.ts'
import type { ReceivedRequest } from './received-request.ts'

/** Of each direction. */
const MAX_REFERS = 32

export class Refers {
  readonly outgoing = new Map<string, OutgoingRefer>()
  readonly incoming = new Map<string, IncomingRefer>()
  readonly #requester: Requester
  readonly #notified: Notified

  constructor(requester: Requester, notified: Notified) {
    this.#requester = requester
    this.#notified = notified
  }

  get size(): number {
    return this.outgoing.size + this.incoming.size
  }

  send(init: Omit<OutgoingReferInit, 'ended'>, ended: (status: number, now: Millis) => void, now: Millis): void {
    const refer = new OutgoingRefer(this.#requester, this.#notified, {
      ...init,
      ended: (_, status, then) => {
        this.outgoing.delete(init.id)
        ended(status, then)
      },
    })
    this.outgoing.set(init.id, refer)
    refer.start(now)
  }

  /** A request inside its dialog was refused with `status`: what goes with that. */
  refused(session: Session, status: number, method: string, now: Millis): void {
    const scope = scopeOf(status, method)
    if (scope === 'request') return
    const because = { status, reason: reasonPhrase(status), cause: 'remote', lost: scope === 'dialog' } as const
    session.finish(because, false, now)
  }

  /** A dialog is gone with all of its usages. */
  dialogLost(dialog: Dialog | undefined, status: number, now: Millis): void {
    for (const refer of [...this.outgoing.values(), ...this.incoming.values()])
      if (dialog !== undefined && refer.dialog === dialog) refer.dialogLost(status, now)
  }

  get isFull(): boolean {
    return this.outgoing.size >= MAX_REFERS
  }

  /** Status to refuse it with, or undefined when it was taken. */
  receive(
    id: string,
    received: ReceivedRequest,
    session: Session | undefined,
    digestOf: (user: string) => Digest,
    now: Millis,
  ): 400 | 503 | undefined {
    const { request } = received
    if (this.incoming.size >= MAX_REFERS) return 503
    const [value, second] = request.headers('Refer-To')
    const target = value === undefined || second !== undefined ? undefined : parseNameAddr(value)
    if (!target?.ok) return 400
    const { environment } = this.#requester
    const { rng } = environment
    const made = session
      ? undefined
      : uasDialog(request, newTag(environment), rng.uint32() >>> 1, received.hop.transport)
    const dialog = session?.dialog ?? (made?.ok ? made.value : undefined)
    if (dialog === undefined) return 400
    const contactUser = session?.contactUser ?? userOf(request.uri)
    const digest = session?.digest.of(undefined) ?? digestOf(contactUser)
    const ended = (status: number, then: Millis) => {
      this.incoming.delete(id)
      // Its NOTIFY was refused: a 481 of that is of the subscription alone.
      if (session && scopeOf(status, 'NOTIFY') === 'dialog') this.refused(session, status, 'NOTIFY', then)
    }
    this.incoming.set(
      id,
      new IncomingRefer(this.#requester, { id, incoming: received, dialog, contactUser, digest, ended }, now),
    )
    const { uri } = target.value
    const headers = isSip(uri) ? headersInUri(uri) : []
    const replaces = headers.find(({ name }) => name.toLowerCase() === 'replaces')?.value
    const method = (isSip(uri) ? param(uri.params, 'method') : undefined) ?? 'INVITE'
    // §19.1.5: the method is not part of where it goes.
    const bare = isSip(uri) ? { ...uri, headers: [], params: uri.params.filter(({ name }) => name !== 'method') } : uri
    const more = { referTo: printUri(bare), replaces, headers, method }
    environment.emit({ kind: 'refer-incoming', id, session: session?.id, request, ...more })
    return undefined
  }
}
