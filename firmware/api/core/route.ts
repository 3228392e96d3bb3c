// Where a request goes first, and by which transport, whatever DNS says of its target.
import { CoreError } from './errors.ts'
import { SipUri } from './sip-uri.ts'

/** As URIs name them. */
export type TransportName = 'udp' | 'tcp' | 'tls'
const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls']

/** An outbound proxy: stands in the Route header, and no NAPTR or SRV record is asked for. With an address as host nothing is looked up. */
export class Route {
  /** Name or address of the host. */
  readonly host: string
  /** 1–65535. */
  readonly port: number
  /** Undefined: UDP. */
  readonly transport: TransportName | undefined

  /** `transport` is taken in any case. */
  constructor(host: string, port = 5060, transport?: string) {
    const name = transport?.toLowerCase()
    if (name !== undefined && !TRANSPORTS.includes(name))
      throw new CoreError('argument', 'Route', `transport: expected udp, tcp or tls, got ${transport}`)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new CoreError('argument', 'Route', `port: expected 1–65535, got ${port}`)
    this.host = host
    this.port = port
    this.transport = name as TransportName | undefined
  }

  /** As it stands in the Route header. */
  get uri(): SipUri {
    const { host, port, transport } = this
    return new SipUri({ host, port, parameters: { ...(transport && { transport }), lr: undefined } })
  }

  /** Another one that says the same. */
  copy(): Route {
    return new Route(this.host, this.port, this.transport)
  }
}
