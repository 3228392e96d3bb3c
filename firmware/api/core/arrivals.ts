// What comes to an engine unasked: sessions become invitations, messages notifications.
import { utf8Decode } from '../../base/bytes.ts'
import type { SipEvent } from '../../sip/core/contract.ts'
import type { Engine } from './engine.ts'
import { Invitation } from './invitation.ts'
import type { Arrival } from './stack.ts'
import { bodyText, partiesOf } from './wire.ts'

/** Takes it in for an engine. */
export class Arrivals {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Something new came. */
  arrived(event: Arrival): void {
    switch (event.kind) {
      case 'session-incoming':
        new Invitation(this.#engine, event, undefined)
        return
      case 'request-incoming':
        this.#request(event)
        return
      case 'refer-incoming':
      case 'subscriber-incoming':
        return
    }
  }

  #request({ id, request }: Extract<SipEvent, { kind: 'request-incoming' }>): void {
    const stack = this.#engine.running('Engine')
    stack.command('Engine', { kind: 'reply', id, status: 200, reason: undefined, headers: [], body: undefined })
    if (request.method !== 'MESSAGE') return
    this.#engine.notifications.post('engine-got-message', this.#engine, {
      ...partiesOf(request),
      contentType: utf8Decode(request.header('Content-Type') ?? ''),
      body: bodyText(request) ?? '',
    })
  }
}
