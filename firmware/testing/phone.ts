// An engine on the stage with the smallest application: it notes every event and reacts as told.
import { type SocketAddress, showAddress } from '../base/address.ts'
import type { LogRecord } from '../base/log.ts'
import type { Rng } from '../base/rng.ts'
import type { Protocol, SipCommand, SipConfig, SipEvent, SipInput, SipOutput } from '../sip/core/contract.ts'
import { createSipEngine, type SipEngine } from '../sip/core/engine.ts'
import type { Datagram } from './fake-network.ts'
import type { StreamEnd, StreamUser } from './fake-streams.ts'
import type { Stage } from './stage.ts'
import { lookUp } from './zone.ts'

type Of<K extends SipEvent['kind']> = Extract<SipEvent, { readonly kind: K }>

export class Phone {
  readonly engine: SipEngine
  readonly local: SocketAddress
  readonly name: string
  readonly events: SipEvent[] = []
  readonly #stage: Stage
  readonly #reactions: ((event: SipEvent) => void)[] = []
  readonly flows = new Map<string, StreamEnd>()
  logs: (record: LogRecord) => void = () => {}
  /** Connections it has asked for. */
  readonly connects: { readonly transport: string; readonly to: SocketAddress; readonly name: string | undefined }[] =
    []
  #accepted = 0

  constructor(stage: Stage, name: string, local: SocketAddress, config: SipConfig, rng: Rng) {
    this.#stage = stage
    this.name = name
    this.local = local
    this.engine = createSipEngine(config, rng)
  }

  /** Its address is in use from now on. */
  bind(protocol: Protocol): void {
    const { local } = this
    const transport = protocol.toLowerCase()
    const at = protocol === 'TLS' ? { ...local, port: 5061 } : local
    if (protocol === 'UDP') this.#stage.network.bind(local, (datagram) => this.receive(datagram))
    else this.#stage.streams.listen(at, (end) => this.#flowUp(`in:${++this.#accepted}`, transport, end))
    this.input({ kind: 'transport-up', transport, protocol, local: at })
  }

  #flowUp(flow: string, transport: string, end: StreamEnd): StreamUser {
    this.flows.set(flow, end)
    this.input({ kind: 'flow-up', flow, transport, local: this.local, remote: end.remote })
    return {
      data: (data) => this.input({ kind: 'flow-data', flow, data }),
      down: (reason) => {
        this.flows.delete(flow)
        this.input({ kind: 'flow-down', flow, reason })
      },
    }
  }

  get identity() {
    return {
      aor: `sip:${this.name}@example.com`,
      displayName: '',
      contactUser: this.name,
      credentials: [],
      routes: [],
      transport: undefined,
    }
  }

  do(command: SipCommand): void {
    this.input(command)
  }

  /** Does `command` after `delay` milliseconds. */
  soon(delay: number, command: SipCommand): void {
    this.#stage.later(delay, () => this.input(command))
  }

  call(id: string, to: Phone | string, sdp: string | undefined = `offer of ${this.name}`): void {
    const target = typeof to === 'string' ? to : `sip:${to.name}@${to.local.address}`
    this.input({ kind: 'invite', id, identity: this.identity, target, sdp, headers: [] })
  }

  respond(id: string, status: number, sdp?: string, delay = 0): void {
    this.soon(delay, { kind: 'respond', id, status, reason: undefined, sdp, headers: [] })
  }

  end(id: string, delay = 0, status?: number): void {
    this.soon(delay, { kind: 'end', id, status, reason: undefined, headers: [] })
  }

  reinvite(id: string, sdp: string | undefined, delay = 0): void {
    this.soon(delay, { kind: 'reinvite', id, sdp, headers: [] })
  }

  update(id: string, sdp: string | undefined, delay = 0): void {
    this.soon(delay, { kind: 'update', id, sdp, headers: [] })
  }

  on<K extends SipEvent['kind']>(kind: K, react: (event: Of<K>) => void): void {
    this.#reactions.push((event) => {
      if (event.kind === kind) react(event as Of<K>)
    })
  }

  /** Each time a session enters `state`. */
  when(state: Of<'session-state'>['state'], react: (event: Of<'session-state'>) => void): void {
    this.on('session-state', (event) => {
      if (event.state === state) react(event)
    })
  }

  /** Answers every call: rings after 50 ms, takes it 200 ms later. */
  answers(sdp = `answer of ${this.name}`): void {
    this.on('session-incoming', ({ id }) => {
      this.respond(id, 180, undefined, 50)
      this.respond(id, 200, sdp, 250)
    })
  }

  receive({ from, data }: Datagram): void {
    this.input({ kind: 'datagram', transport: 'udp', from, data })
  }

  unreachable(to: SocketAddress): void {
    this.input({ kind: 'unreachable', transport: 'udp', to, errno: 'ECONNREFUSED' })
  }

  wake(): void {
    const out: SipOutput[] = []
    this.engine.wake(this.#stage.now, out)
    this.#perform(out)
  }

  input(input: SipInput): void {
    const out: SipOutput[] = []
    this.engine.handle(input, this.#stage.now, out)
    this.#perform(out)
  }

  /** `CALLING EARLY CONNECTING …` of one session, in order. */
  states(id: string): string {
    const states = this.events.flatMap((e) => (e.kind === 'session-state' && e.id === id ? [e.state] : []))
    return states.join(' ')
  }

  last<K extends SipEvent['kind']>(kind: K): Of<K> | undefined {
    return this.events.findLast((event): event is Of<K> => event.kind === kind)
  }

  all<K extends SipEvent['kind']>(kind: K): Of<K>[] {
    return this.events.filter((event): event is Of<K> => event.kind === kind)
  }

  /** Sessions that have begun and not ended. */
  get live(): string[] {
    const ids = new Set<string>()
    for (const event of this.events) {
      if (event.kind === 'session-incoming') ids.add(event.id)
      else if (event.kind === 'session-state') event.state === 'DISCONNECTED' ? ids.delete(event.id) : ids.add(event.id)
    }
    return [...ids]
  }

  #perform(out: readonly SipOutput[]): void {
    for (const output of out) {
      switch (output.kind) {
        case 'send':
          this.#stage.send(this.local, output.to, output.data)
          break
        case 'resolve': {
          const { query, type, name } = output
          const given = lookUp(this.#stage.zone, this.#stage.hosts, type, name)
          if (given !== 'silence') this.#stage.later(5, () => this.input({ kind: 'resolved', query, ...given }))
          break
        }
        case 'connect': {
          const { flow, transport, to, name } = output
          const down = (reason: string) => this.input({ kind: 'flow-down', flow, reason })
          const up = (end: StreamEnd) => this.#flowUp(flow, transport, end)
          const names = transport === 'tls' ? this.#stage.certified.get(showAddress(to)) : undefined
          this.connects.push({ transport, to, name })
          if (names !== undefined && !names.includes(name ?? ''))
            this.#stage.later(20, () => down(`the certificate is for ${names.join(', ')}, not for ${name}`))
          else this.#stage.streams.connect(this.local, to, up, () => down('ECONNREFUSED'))
          break
        }
        case 'write': {
          const end = this.flows.get(output.flow)
          if (end) this.#stage.wrote(this.local, end.remote, output.data)
          end?.write(output.data)
          break
        }
        case 'close':
          this.flows.get(output.flow)?.close()
          this.flows.delete(output.flow)
          break
        case 'log':
          this.logs(output)
          break
        default:
          this.events.push(output)
          for (const react of this.#reactions) react(output)
      }
    }
  }
}
