// Where a request goes first, and by which transport, whatever DNS says of its target.
import { expects } from './arguments.ts'
import { CoreError } from './errors.ts'
import { either, instance, kind, list, maybe, TEXT, whole } from './guard.ts'
import { SIP_URI, SipUri } from './sip-uri.ts'

/** As URIs name them. */
export type TransportName = 'udp' | 'tcp' | 'tls'
/** A transport beside those the engine starts with, as `Engine.addTransport` named it. */
export type AddedTransport = `${TransportName}:${number}`
const PORT = whole(1, 65_535)
const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls']

/** How requests leave. */
export interface WayOut {
  /** Outbound proxy; several: the first hop first. */
  readonly route?: Route | readonly Route[] | undefined
  /** Which transport to leave by where neither route nor target says; `tls`: nothing less. */
  readonly transport?: TransportName | AddedTransport | undefined
}

/** An outbound proxy: stands in the Route header, and no NAPTR or SRV record is asked for where it has a port. With an address as host nothing is looked up. */
export class Route {
  /** Name or address of the host. */
  readonly host: string
  /** 1–65535; undefined: as DNS says, which `parse` alone leaves open. */
  readonly port: number | undefined
  /** Undefined: UDP. */
  readonly transport: TransportName | undefined
  readonly #parsed: SipUri | undefined

  /** `transport` is taken in any case. */
  constructor(host: string, port?: number, transport?: string)
  /** For `parse`. */
  constructor(uri: SipUri)
  constructor(to: string | SipUri, port?: number, transport?: string) {
    expects(
      'Route',
      [
        ['host', either(TEXT, SIP_URI)],
        ['port', maybe(PORT)],
        ['transport', maybe(TEXT)],
      ],
      to,
      port,
      transport,
    )
    const given = typeof to === 'string' ? { host: to, port: port ?? 5060, name: transport } : partsOf(to)
    const name = given.name?.toLowerCase()
    if (name !== undefined && !TRANSPORTS.includes(name))
      throw new CoreError('argument', 'Route', `transport: expected udp, tcp or tls, got ${given.name}`)
    expects('Route', [['port', maybe(PORT)]], given.port)
    this.host = given.host
    this.port = given.port
    this.transport = name as TransportName | undefined
    this.#parsed = typeof to === 'string' ? undefined : to.copy()
  }

  /** Reads a SIP or SIPS URI, of which all stays as it is. Throws a CoreError that says where it is wrong. */
  static parse(text: string): Route {
    return new Route(SipUri.parse(text))
  }

  /** As it stands in the Route header. */
  get uri(): SipUri {
    const { host, port, transport } = this
    const uri = this.#parsed?.copy() ?? new SipUri({ host, port, parameters: { ...(transport && { transport }) } })
    uri.parameters.lr = undefined
    return uri
  }

  /** Another one that says the same. */
  copy(): Route {
    return this.#parsed ? new Route(this.#parsed) : new Route(this.host, this.port, this.transport)
  }
}

const partsOf = ({ host, port, parameters }: SipUri) => ({ host, port, name: parameters.transport })

/** The routes of a way, first hop first. */
export const routesOf = ({ route = [] }: WayOut): readonly Route[] => (route instanceof Route ? [route] : route)

const ROUTE = instance('a Route', () => Route)
/** What `WayOut` is made of. */
export const WAY_OUT = {
  route: either(ROUTE, list(ROUTE)),
  transport: kind(
    'udp, tcp, tls, or the name of a transport that was added',
    (value) => typeof value === 'string' && /^(udp|tcp|tls)(:\d+)?$/.test(value),
  ),
}
