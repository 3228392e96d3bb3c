// The UAC's side of a 2xx to INVITE (RFC 3261 §13.2.2.4): each dialog's ACK, kept to be sent again; other forks are ended.
import type { Millis } from '../../../base/time.ts'
import { type Dialog, dialogFields, route, uacDialog } from '../../dialog/dialog.ts'
import type { HeaderField, SipResponse, Uri } from '../../message/message.ts'
import type { Hop } from '../../transaction/environment.ts'
import type { Digest } from '../digest.ts'
import { sendRequest } from '../outgoing-request.ts'
import type { Failure, Requester, RequestSpec, RequestUser } from '../requester.ts'
import { sdpBody } from '../sdp-body.ts'

interface Ack {
  readonly tag: string
  /** Undefined until the next hop's name is resolved. */
  sent: { readonly hop: Hop; readonly text: string } | undefined
}

/** Lives as long as the INVITE transaction is Accepted, also when the session has ended: it holds strings only. */
export class Acks implements RequestUser {
  readonly #requester: Requester
  readonly #digest: Digest
  readonly #fallback: Uri
  readonly #transport: string
  readonly #acks: Ack[] = []

  constructor(requester: Requester, digest: Digest, fallback: Uri, transport: string) {
    this.#requester = requester
    this.#digest = digest
    this.#fallback = fallback
    this.#transport = transport
  }

  /** Acknowledges the 2xx that made or confirmed `dialog`. */
  acknowledge(
    dialog: Dialog,
    seq: number,
    sdp: string | undefined,
    authorization: readonly HeaderField[],
    now: Millis,
  ): void {
    const ack: Ack = { tag: dialog.remoteTag, sent: undefined }
    this.#acks.push(ack)
    const spec = inDialog(dialog, 'ACK', this.#digest, { sdp, nextSeq: () => seq })
    const sent = (hop: Hop, text: string) => {
      ack.sent = { hop, text }
    }
    this.#requester.sendOnce(spec, authorization, sent, now)
  }

  /** A 2xx again (its ACK is repeated), or one of another branch: acknowledged and ended at once. */
  onResponse(response: SipResponse, now: Millis): void {
    if (response.status < 200 || response.status > 299) return
    const known = this.#acks.find(({ tag }) => tag === (response.toTag ?? ''))
    if (known?.sent) this.#requester.environment.send(known.sent.hop, known.sent.text)
    if (known || this.#acks.length >= MAX_FORKS) return
    const dialog = uacDialog(response, this.#fallback, this.#transport)
    this.acknowledge(dialog, response.cseq.number, undefined, [], now)
    sendBye(this.#requester, dialog, this.#digest, [], NOBODY, now)
  }

  onFailure(_why: Failure, _now: Millis): void {}
}

/** Branches of one forked INVITE that are looked after. */
const MAX_FORKS = 16

const NOBODY: RequestUser = { onResponse: () => {}, onFailure: () => {} }

interface Inside {
  readonly headers?: readonly HeaderField[]
  readonly sdp?: string | undefined
  readonly contactUser?: string
  readonly nextSeq?: () => number
}

/** A request inside a dialog. */
export function inDialog(dialog: Dialog, method: string, digest: Digest, more: Inside): RequestSpec {
  const routing = route(dialog.remoteTarget, dialog.routes)
  return {
    method,
    uri: routing.uri,
    nextHop: routing.nextHop,
    headers: [...dialogFields(dialog, routing), ...(more.headers ?? [])],
    contact: more.contactUser === undefined ? undefined : { user: more.contactUser, params: '' },
    body: sdpBody(more.sdp),
    nextSeq: more.nextSeq ?? (() => ++dialog.localSeq),
    transport: dialog.transport,
    secure: dialog.secure,
    digest,
    stay: dialog,
  }
}

export const sendBye = (
  requester: Requester,
  dialog: Dialog,
  digest: Digest,
  headers: readonly HeaderField[],
  user: RequestUser,
  now: Millis,
) => sendRequest(requester, inDialog(dialog, 'BYE', digest, { headers }), user, now)
