// What comes to an engine unasked: sessions become invitations, messages notifications.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipEvent } from '../../sip/core/contract.ts'
import type { Engine } from './engine.ts'
import { IncomingSubscription } from './incoming-subscription.ts'
import { Invitation } from './invitation.ts'
import { IncomingReferral } from './referral.ts'
import type { Arrival } from './stack.ts'
import { bodyText, MessageHeaders, partiesOf } from './wire.ts'

/** Takes it in for an engine. */
export class Arrivals {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Something new came. */
  arrived(event: Arrival): void {
    const engine = this.#engine
    switch (event.kind) {
      case 'session-incoming':
        new Invitation(engine, event, this.#invitation(event.replaces))
        return
      case 'request-incoming':
        this.#request(event)
        return
      case 'refer-incoming': {
        const referral = new IncomingReferral(engine, event)
        const invitation = this.#invitation(event.session)
        if (invitation) engine.notifications.post('invitation-got-refer', invitation, { referral })
        else engine.notifications.post('engine-got-refer', engine, { referral })
        return
      }
      case 'subscriber-incoming':
        engine.notifications.post('engine-got-subscription', engine, {
          subscription: new IncomingSubscription(engine, event),
        })
        return
    }
  }

  #invitation(session: string | undefined): Invitation | undefined {
    return this.#engine.running('Engine').subjectOf(session) as Invitation | undefined
  }

  #request({ id, session, request }: Extract<SipEvent, { kind: 'request-incoming' }>): void {
    const stack = this.#engine.running('Engine')
    stack.command('Engine', { kind: 'reply', id, status: 200, reason: undefined, headers: [], body: undefined })
    const name = request.method === 'MESSAGE' ? 'engine-got-message' : 'engine-got-info'
    this.#engine.notifications.post(name, this.#engine, {
      ...partiesOf(request),
      contentType: utf8Decode(request.header('Content-Type') ?? ''),
      body: bodyText(request) ?? '',
      invitation: this.#invitation(session),
      headers: new MessageHeaders(request),
    })
  }
}
