// Commands about sound: files and tones into and out of calls, and who hears whom.
import { ok } from '../base/result.ts'
import type { MediaCommand, PortId } from '../media/contract.ts'
import { type Answer, command, refuse } from './command.ts'
import type { PortInHand } from './hand.ts'
import { flag, list, name, number, oneOf, optional, orElse, text, whole } from './schema.ts'
import type { Station } from './station.ts'

const port = name
const file = text('a file name')
/** `call`: the port is joined with that call and goes with it. */
const opens = { call: optional(name), port: optional(name) }

export const mediaCommands = [
  command(
    'play',
    { ...opens, file, loops: orElse(whole(0, 1_000_000), 1), pauseMs: orElse(whole(0, 3_600_000), 0) },
    ({ file, loops, pauseMs, ...given }, station) =>
      open(station, 'player', given, (port) => ({ kind: 'open-player', port, file, loops, pauseMs })),
  ),
  command(
    'record',
    { ...opens, file, rate: orElse(whole(8000, 48_000), 8000), maxBytes: orElse(whole(0, 2 ** 40), 0) },
    ({ file, rate, maxBytes, ...given }, station) =>
      open(station, 'recorder', given, (port) => ({ kind: 'open-recorder', port, file, rate, maxBytes })),
  ),
  command(
    'tone',
    {
      ...opens,
      frequencies: list(number(20, 20_000), 4),
      onMs: orElse(whole(0, 3_600_000), 0),
      offMs: orElse(whole(0, 3_600_000), 0),
      repeat: orElse(whole(0, 1_000_000), 0),
      levelDb: orElse(number(-60, 0), -9),
    },
    ({ frequencies, onMs, offMs, repeat, levelDb, ...given }, station) => {
      const silence = offMs > 0 ? [{ frequencies: [], ms: offMs, levelDb: 0 }] : []
      const tone = { steps: [{ frequencies, ms: onMs, levelDb }, ...silence], repeat }
      return open(station, 'tone', given, (port) => ({ kind: 'open-tone', port, tone }))
    },
  ),
  command('close', { port }, ({ port }, station) => {
    const known = station.ports.get(port)
    if (known === undefined) return unknownPort(station, port)
    if (known.kind === 'call' || known.kind === 'device')
      return refuse('not closed by hand', 'a player, a recorder or a tone', port)
    station.media({ kind: 'close-port', port })
    return ok({})
  }),
  ...(['connect', 'disconnect'] as const).map((kind) =>
    command(kind, { from: port, to: port, both: orElse(flag, false) }, ({ from, to, both }, station) => {
      for (const each of [from, to]) if (!station.ports.has(each)) return unknownPort(station, each)
      const pairs = both && from !== to ? [[from, to] as const, [to, from] as const] : [[from, to] as const]
      const wanted = pairs.filter(([a, b]) => station.connections.has(`${a}>${b}`) === (kind === 'disconnect'))
      if (wanted.length === 0)
        return refuse(kind === 'connect' ? 'connected already' : 'not connected', 'the other state', `${from} ${to}`)
      for (const [a, b] of wanted) station.media({ kind, from: a, to: b })
      return ok({})
    }),
  ),
  command(
    'gain',
    {
      port,
      giveDb: orElse(number(-60, 20), 0),
      takeDb: orElse(number(-60, 20), 0),
      mute: orElse(oneOf('none', 'give', 'take', 'both'), 'none'),
    },
    ({ port, giveDb, takeDb, mute }, station) => {
      if (!station.ports.has(port)) return unknownPort(station, port)
      const [give, take] = [mute === 'give' || mute === 'both', mute === 'take' || mute === 'both']
      const command = { kind: 'set-gain', port } as const
      station.media({ ...command, giveDb: give ? undefined : giveDb, takeDb: take ? undefined : takeDb })
      return ok({})
    },
  ),
  command('pause', { port, on: orElse(flag, true) }, ({ port, on }, station) => {
    const other = otherThan(station, port, 'player', 'recorder')
    if (other) return other
    station.media({ kind: 'set-paused', port, paused: on })
    return ok({})
  }),
  command('seek', { port, at: number(0, 1_000_000) }, ({ port, at }, station) => {
    const other = otherThan(station, port, 'player')
    if (other) return other
    station.media({ kind: 'seek', port, atMs: Math.round(at * 1000) })
    return ok({})
  }),
  command('port', { port }, async ({ port }, station) => {
    if (!station.ports.has(port)) return unknownPort(station, port)
    const ref = ++asked
    const state = await station.await(
      ({ event }) => (event.kind === 'port-state' && event.ref === ref ? event.state : undefined),
      () => station.media({ kind: 'query-port', port, ref }),
    )
    return state ? ok({ ...state }) : refuse('no answer', 'a port that is open', port)
  }),
  command('ports', {}, (_given, station) => {
    const heardBy = (port: PortId) =>
      [...station.connections].filter((pair) => pair.startsWith(`${port}>`)).map((pair) => pair.slice(port.length + 1))
    return ok({ ports: [...station.ports].map(([port, { kind, call }]) => ({ port, kind, call, to: heardBy(port) })) })
  }),
]

let asked = 0

/** The refusal of a port that is none of these. */
function otherThan(station: Station, port: PortId, ...kinds: readonly PortInHand['kind'][]) {
  const known = station.ports.get(port)
  if (known === undefined) return unknownPort(station, port)
  return kinds.includes(known.kind) ? undefined : refuse('another kind of port', `a ${kinds.join(' or ')}`, known.kind)
}

const unknownPort = (station: Station, port: PortId) =>
  refuse('unknown port', `one of ${[...station.ports.keys()].join(', ')}`, port)

async function open(
  station: Station,
  kind: PortInHand['kind'],
  given: { readonly call: string | undefined; readonly port: string | undefined },
  make: (port: PortId) => MediaCommand & { readonly port: PortId },
): Promise<Answer> {
  const { call, port = station.newName(kind) } = given
  const peer = call === undefined ? undefined : station.calls.get(call)?.media?.port
  if (call !== undefined && peer === undefined) return refuse('no media', 'a call with media', call)
  if (station.ports.has(port)) return refuse('name in use', 'a new name', port)
  if (port.startsWith('call:')) return refuse('a name of calls', 'another name', port)
  const reason = await station.await(
    ({ from, event }) => {
      if (from !== 'media' || !('port' in event) || event.port !== port) return undefined
      if (event.kind === 'port-opened' || event.kind === 'port-ended') return ''
      return event.kind === 'port-failed' || event.kind === 'rejected' ? event.reason : undefined
    },
    () => station.open(make(port), kind, call),
  )
  if (reason !== '') {
    station.media({ kind: 'close-port', port })
    return refuse('it could not be opened', 'what the media engine can open', reason ?? 'no answer')
  }
  if (peer !== undefined && station.ports.has(port) && station.ports.has(peer)) {
    if (kind === 'recorder') station.media({ kind: 'connect', from: peer, to: port })
    else station.media({ kind: 'connect', from: port, to: peer })
  }
  return ok({ port })
}
