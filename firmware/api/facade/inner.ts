// A running endpoint's inside: its engine, the bridge, the calls, the accounts, and who hears of what.
import { addresseeOf } from '../../sip/message/addressee.ts'
import type { AnyNotification, Engine, SipUri } from '../core/index.ts'
import type { Account } from './account.ts'
import { Bridge } from './bridge.ts'
import type { Endpoint } from './endpoint.ts'
import type { EpSettings } from './endpoint-schema.ts'
import { Inbox } from './inbox.ts'
import { Lines } from './line.ts'
import { Relocation } from './relocation.ts'

declare module '../core/notifications.ts' {
  interface NotificationMap {
    /** Something of the façade's own, to be told in its turn. @internal */
    'facade-turn': { readonly sender: Inner; readonly data: { readonly act: () => void } }
  }
}

/** Of a request that came. */
interface Addressed {
  readonly requestUri: SipUri | undefined
  readonly requestTel: string | undefined
  readonly toUri: SipUri
}

export class Inner {
  readonly endpoint: Endpoint
  readonly settings: EpSettings
  readonly engine: Engine
  readonly bridge: Bridge
  readonly lines: Lines
  readonly inbox: Inbox
  readonly relocation: Relocation
  /** By number. */
  readonly accounts = new Map<number, Account>()
  defaultAccount: Account | undefined

  /** `arrived` hears of what came unasked. */
  constructor(endpoint: Endpoint, settings: EpSettings, engine: Engine, arrived: (told: AnyNotification) => void) {
    this.endpoint = endpoint
    this.settings = settings
    this.engine = engine
    this.bridge = new Bridge(engine)
    this.lines = new Lines(settings.uaConfig.maxCalls)
    this.inbox = new Inbox(arrived)
    this.relocation = new Relocation((prm) => endpoint.tell('ipChangeProgress', prm))
    this.inbox.hear<Inner>(this, ({ data }) => data.act())
    engine.notifications.addObserver(this.inbox.tell)
  }

  /** The account a request is for, by whom it was addressed to and was meant for; those for nobody go to the one of the highest priority. */
  accountFor({ requestUri, requestTel, toUri }: Addressed): Account | undefined {
    const ranked = [...this.accounts.values()].sort((a, b) => rank(b) - rank(a))
    const all = ranked.map((account) => ({
      ...{ account, aor: account.parts.uri.toWire(), contactUser: account.contactUser },
    }))
    const to = toUri.toWire()
    const uri = requestTel === undefined ? (requestUri?.toWire() ?? to) : { scheme: 'tel', rest: requestTel }
    return addresseeOf(all, { uri, to }, this.engine.localIp ?? '')?.account ?? ranked[0]
  }

  /** Done behind what has been told so far: an application is never called within a method of its own. */
  later(act: () => void): void {
    this.engine.notifications.post('facade-turn', this, { act })
  }
}

/** The default one comes first among its equals. */
const rank = (account: Account): number => 2 * account.getConfig().priority + Number(account.isDefault())
