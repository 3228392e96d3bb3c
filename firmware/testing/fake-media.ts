// A media engine without sound: answers commands with events as the real one does, and holds the caller to the rules.
//
// What breaks a rule of ports and pairs is kept in `faults`; a test asks for that list to be empty.
import type { MediaCommand, MediaEvent, PairId, PortId, StreamConfig } from '../media/contract.ts'

interface Port {
  readonly kind: 'stream' | 'device' | 'tone' | 'player' | 'recorder'
  readonly stream: StreamConfig | undefined
}

export interface FakeMedia {
  handle(command: MediaCommand): void
  /** Events not taken yet, in order. */
  take(): MediaEvent[]
  /** Puts an event among them, as the world would. */
  happen(event: MediaEvent): void
  readonly ports: ReadonlyMap<PortId, Port>
  /** `from>to`, sorted. */
  readonly connections: readonly string[]
  readonly gains: ReadonlyMap<PortId, { readonly giveDb: number | undefined; readonly takeDb: number | undefined }>
  readonly commands: readonly MediaCommand[]
  readonly faults: readonly string[]
  /** Pairs bound and not part of a stream. */
  readonly stock: number
  /** Ports that fail to open. */
  readonly broken: Set<PortId>
}

export function createFakeMedia(): FakeMedia {
  const events: MediaEvent[] = []
  const commands: MediaCommand[] = []
  const faults: string[] = []
  const ports = new Map<PortId, Port>()
  const connections = new Set<string>()
  const gains = new Map<PortId, { giveDb: number | undefined; takeDb: number | undefined }>()
  /** Where each was bound. */
  const stock = new Map<PairId, string>()
  const broken = new Set<PortId>()
  const orders = new Map<string, Extract<MediaCommand, { kind: 'stock-pairs' }>>()
  let nextPair = 1

  const pairsAt = (address: string) => [...stock].flatMap(([pair, at]) => (at === address ? [pair] : []))

  function refill() {
    for (const { address, want, min, max } of orders.values())
      while (pairsAt(address).length < want) {
        const pair = nextPair++
        const rtpPort = min + ((2 * pair) % (max - min))
        stock.set(pair, address)
        events.push({ kind: 'pair-ready', pair, address, rtpPort, rtcpPort: rtpPort + 1 })
      }
  }

  function reject(command: MediaCommand['kind'], port: PortId, reason: string) {
    faults.push(`${command} ${port}: ${reason}`)
    events.push({ kind: 'rejected', command, port, reason })
  }

  function open(command: MediaCommand['kind'], port: PortId, opened: Port) {
    if (ports.has(port)) return reject(command, port, 'open already')
    ports.set(port, opened)
    if (broken.has(port)) events.push({ kind: 'port-failed', port, reason: 'broken in this test' })
    else events.push({ kind: 'port-opened', port, rate: opened.stream?.send.clockRate ?? 16000, detail: 'fake' })
  }

  function handle(command: MediaCommand) {
    commands.push(command)
    switch (command.kind) {
      case 'stock-pairs':
        if (command.address === '') {
          orders.clear()
          stock.clear()
        } else orders.set(command.address, command)
        for (const pair of pairsAt(command.address).slice(command.want)) stock.delete(pair)
        return refill()
      case 'release-pair':
        if (!stock.delete(command.pair)) reject(command.kind, '', `pair ${command.pair} is not in stock`)
        return refill()
      case 'bring-pair':
        events.push({ kind: 'pairs-failed', reason: 'there are no sockets here', ref: command.ref })
        return
      case 'open-stream':
        for (const pair of [command.pair, ...(command.sendPair === undefined ? [] : [command.sendPair])])
          if (!stock.delete(pair)) return reject(command.kind, command.port, `pair ${pair} is not in stock`)
        open(command.kind, command.port, { kind: 'stream', stream: command.stream })
        return refill()
      case 'update-stream':
        if (ports.get(command.port)?.kind !== 'stream') return reject(command.kind, command.port, 'no such stream')
        ports.set(command.port, { kind: 'stream', stream: command.stream })
        return
      case 'open-device':
        return open(command.kind, command.port, { kind: 'device', stream: undefined })
      case 'open-tone':
        return open(command.kind, command.port, { kind: 'tone', stream: undefined })
      case 'open-player':
        return open(command.kind, command.port, { kind: 'player', stream: undefined })
      case 'open-recorder':
        return open(command.kind, command.port, { kind: 'recorder', stream: undefined })
      case 'close-port':
        if (!ports.delete(command.port)) return reject(command.kind, command.port, 'unknown port')
        gains.delete(command.port)
        for (const pair of connections)
          if (pair.startsWith(`${command.port}>`) || pair.endsWith(`>${command.port}`)) connections.delete(pair)
        return
      case 'connect':
      case 'disconnect': {
        const { from, to } = command
        for (const port of [from, to]) if (!ports.has(port)) return reject(command.kind, port, 'unknown port')
        if (command.kind === 'connect') connections.add(`${from}>${to}`)
        else if (!connections.delete(`${from}>${to}`)) reject(command.kind, from, `not connected to ${to}`)
        return
      }
      case 'set-gain':
        if (!ports.has(command.port)) return reject(command.kind, command.port, 'unknown port')
        gains.set(command.port, { giveDb: command.giveDb, takeDb: command.takeDb })
        return
      case 'send-dtmf':
        if (ports.get(command.port)?.kind !== 'stream') return reject(command.kind, command.port, 'no such stream')
        events.push({ kind: 'dtmf-sent', port: command.port, digits: command.digits })
        return
      case 'set-paused':
      case 'seek': {
        const kinds = command.kind === 'seek' ? ['player'] : ['player', 'recorder']
        if (!kinds.includes(ports.get(command.port)?.kind ?? ''))
          reject(command.kind, command.port, 'no such file port')
        return
      }
      case 'query-port':
        if (!ports.has(command.port)) return reject(command.kind, command.port, 'unknown port')
        events.push({ kind: 'port-state', port: command.port, ref: command.ref, state: RESTING })
        return
      case 'query-stats': {
        const stream = ports.get(command.port)?.stream
        if (stream === undefined) return reject(command.kind, command.port, 'no such stream')
        events.push({ kind: 'stats', port: command.port, ref: command.ref, stats: statsOf(stream) })
        return
      }
    }
  }

  return {
    handle,
    take: () => events.splice(0),
    happen: (event) => void events.push(event),
    ports,
    get connections() {
      return [...connections].sort()
    },
    gains,
    commands,
    faults,
    get stock() {
      return stock.size
    },
    broken,
  }
}

const RESTING = { giveDb: -96, takeDb: -96, positionMs: Number.NaN, lengthMs: Number.NaN, paused: false }

const statsOf = (stream: StreamConfig) => ({
  sentPackets: 0,
  sentBytes: 0,
  receivedPackets: 0,
  receivedBytes: 0,
  lostPackets: 0,
  latePackets: 0,
  duplicatePackets: 0,
  malformedPackets: 0,
  concealedMs: 0,
  playoutDelayMs: Number.NaN,
  jitterMs: Number.NaN,
  roundTripMs: Number.NaN,
  peerLostPackets: Number.NaN,
  peerJitterMs: Number.NaN,
  codec: `${stream.send.name}/${stream.send.clockRate}`,
  remote: stream.rtp,
  signalled: stream.rtp,
  source: stream.rtp,
  rating: Number.NaN,
  mosListening: Number.NaN,
  mosConversational: Number.NaN,
  srtp: stream.srtp?.suite ?? '',
  forgedPackets: 0,
  replayedPackets: 0,
})
