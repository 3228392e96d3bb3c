// What comes to an engine unasked: sessions become invitations, messages notifications.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipEvent } from '../../sip/core/contract.ts'
import { Challenge } from './challenge.ts'
import type { Engine } from './engine.ts'
import { IncomingRequest } from './incoming-request.ts'
import { IncomingSubscription } from './incoming-subscription.ts'
import { Invitation } from './invitation.ts'
import { IncomingReferral } from './referral.ts'
import type { Arrival } from './stack.ts'
import { addressedTo, bodyText, MessageHeaders, partiesOf } from './wire.ts'

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
      case 'challenged': {
        const challenge = new Challenge(engine, event, engine.running('Engine').subjectOf(event.of))
        engine.notifications.post('engine-got-challenge', engine, { challenge }, () => challenge.answerByItself())
        return
      }
      case 'session-incoming':
        new Invitation(engine, event, this.#invitation(event.replaces))
        return
      case 'request-incoming':
        this.#request(event)
        return
      case 'notify-incoming': {
        const { event: name, request } = event
        engine.notifications.post('engine-got-unsolicited-notify', engine, {
          ...{ event: utf8Decode(name), ...partiesOf(request), headers: new MessageHeaders(request) },
          ...addressedTo(request),
          contentType: utf8Decode(request.header('Content-Type') ?? ''),
          body: bodyText(request) ?? '',
        })
        return
      }
      case 'refer-incoming': {
        const invitation = this.#invitation(event.session)
        const referral = new IncomingReferral(engine, event, invitation)
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

  #request(event: Extract<SipEvent, { kind: 'request-incoming' }>): void {
    const engine = this.#engine
    const request = new IncomingRequest(engine, event, this.#invitation(event.session))
    const { method, fromUri, toUri, contentType, body, invitation, headers } = request
    const data = { fromUri, toUri, contentType, body, invitation, headers, request }
    const after = () => request.answerByItself()
    if (method === 'MESSAGE') engine.notifications.post('engine-got-message', engine, data, after)
    else if (method === 'INFO') engine.notifications.post('engine-got-info', engine, data, after)
    else engine.notifications.post('engine-got-request', engine, { request }, after)
  }
}
