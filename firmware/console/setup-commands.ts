// Commands about the console as a whole: starting, tracing, waiting, leaving.
import { plainFormats } from '../../provisioning/schema/formats.ts'
import { parsePrefix } from '../base/ip.ts'
import { err, ok } from '../base/result.ts'
import type { DeviceConfig } from '../media/contract.ts'
import { localAddressTowards } from '../net/local-address.ts'
import { loadTls, type TlsSettings } from '../net/tls-files.ts'
import { SUPPORTED } from '../runtime/settings.ts'
import { PACKAGES, UNSOLICITED } from '../sip/packages/table.ts'
import { codecs } from './codec-kinds.ts'
import { command, refuse } from './command.ts'
import { EVENTS } from './event-names.ts'
import { packages } from './packages.ts'
import type { Given, Kind } from './schema.ts'
import { flag, list, name, nested, object, oneOf, optional, orElse, shown, text, whole } from './schema.ts'

const RATES = ['8000', '16000', '32000', '48000'] as const
const rate: Kind<8000 | 16000 | 32000 | 48000> = {
  expected: `one of ${RATES.join(', ')}`,
  read: (value) => {
    const found = ([8000, 16000, 32000, 48000] as const).find((each) => each === value)
    return found && { value: found }
  },
}
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const
const path = text('a file name')

const nullDevice = nested({ kind: oneOf('null'), rate: orElse(rate, 16000) })
const wavDevice = nested({
  kind: oneOf('wav'),
  in: orElse(path, ''),
  out: orElse(path, ''),
  loop: orElse(flag, false),
  rate: orElse(rate, 16000),
})
const alsaDevice = nested({
  kind: oneOf('alsa'),
  capture: orElse(text('an ALSA device'), 'default'),
  playback: orElse(text('an ALSA device'), 'default'),
  rate: orElse(rate, 16000),
  periodMs: orElse(whole(5, 60), 20),
})
const device: Kind<DeviceConfig> = {
  expected:
    'an object: {"kind":"null"}, {"kind":"wav","in":FILE,"out":FILE} or {"kind":"alsa","capture":NAME,"playback":NAME}',
  read(value) {
    const wav = wavDevice.read(value)
    if (wav) {
      const { in: capture, out: playback, loop, rate } = wav.value
      return { value: { kind: 'wav', capture, playback, loop, rate } }
    }
    return nullDevice.read(value) ?? alsaDevice.read(value)
  },
}

const file = text('a file name')
/** TLS to call, not to be called, with the authorities Node brings. */
const TLS_OUT = { port: 5061, verify: true, verifyClients: false, minVersion: '1.2' } as const
/** `start`'s TLS, as `TlsSettings` has it. */
const tls = nested({
  port: orElse(whole(1, 65_535), 5061),
  ca: optional(file),
  caDirectory: optional(text('a folder')),
  certificate: optional(file),
  key: optional(file),
  verify: orElse(flag, true),
  verifyClients: orElse(flag, false),
  minVersion: orElse(oneOf('1.2', '1.3'), '1.2'),
  ciphers: optional(text('a list of ciphers')),
  serverName: optional(text('a host name')),
})

const prefix: Kind<string> = {
  expected: 'an address, or a prefix such as 192.0.2.0/24',
  read: (value) => (typeof value === 'string' && parsePrefix(value).ok ? { value } : undefined),
}

/** What the configuration of a phone takes as one. */
const nameServer: Kind<string> = {
  expected: 'an address, with a port where it is not 53',
  read: (value) =>
    typeof value === 'string' && plainFormats['name-server'](value) === undefined ? { value } : undefined,
}

const rtpPorts = { min: whole(1024, 65_534), max: whole(1025, 65_535) }
const roomFor = (calls: number, { min, max }: { readonly min: number; readonly max: number }) =>
  max - min < 2 * calls ? refuse('rtpPorts', `room for ${calls} calls, two ports each`, { min, max }) : undefined

export const START = {
  address: optional(text('an address of this machine')),
  port: orElse(whole(0, 65_535), 0),
  alsoAddress: optional(text('an address of this machine, of the other family')),
  udp: orElse(flag, true),
  tcp: orElse(flag, true),
  tls: orElse<TlsSettings & { readonly port: number }>(tls, TLS_OUT),
  dscp: orElse(nested({ sip: whole(0, 63), audio: whole(0, 63) }), { sip: 24, audio: 46 }),
  rtpPorts: orElse(nested(rtpPorts), { min: 16_384, max: 16_583 }),
  device: orElse(device, { kind: 'null', rate: 16000 }),
  codecs: orElse(codecs, ['PCMA', 'PCMU']),
  userAgent: optional(text('a product name', 128)),
  maxCalls: orElse(whole(1, 1000), 32),
  jitter: orElse(nested({ minMs: whole(0, 1000), maxMs: whole(10, 2000) }), { minMs: 20, maxMs: 200 }),
  join: orElse(flag, true),
  autoAnswer: orElse(whole(0, 699), 0),
  methods: orElse(list(name, 16), []),
  decides: orElse(list(name, 16), []),
  infoPackages: orElse(list(name, 16), []),
  events: orElse(packages, PACKAGES),
  notifies: orElse(packages, {}),
  unsolicited: orElse(list(name, 16), UNSOLICITED),
  strangers: orElse(oneOf('accept', 'refuse', 'ignore'), 'accept'),
  trusted: orElse(list(prefix, 32), []),
  dns: orElse(list(nameServer, 4), []),
  trace: orElse(flag, false),
  logLevel: orElse(oneOf(...LOG_LEVELS), 'warn'),
}
/** RFC 5737: an address that is nobody's, to ask the routing table about. */
const ANYWHERE = '198.51.100.1'
const TAKEN: readonly string[] = ['MESSAGE', 'INFO']
const FORBIDDEN = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'REGISTER', 'OPTIONS']

export const setupCommands = [
  command(
    'start',
    START,
    async (given: Given<typeof START>, station) => {
      if (station.agent) return refuse('already started', 'one start', 'another')
      const { port, rtpPorts, maxCalls, userAgent, jitter, methods, decides, udp, tcp, tls, dscp, alsoAddress } = given
      const { infoPackages } = given
      const files = loadTls(tls)
      if (!files.ok) return refuse('tls', 'files and lists that can be used', files.error)
      const owned = [...methods, ...decides].find((method) => FORBIDDEN.includes(method))
      if (owned !== undefined) return refuse('a method the stack answers itself', 'another method', owned)
      const tight = roomFor(maxCalls, rtpPorts)
      if (tight) return tight
      if (jitter.maxMs <= jitter.minMs) return refuse('jitter', 'maxMs above minMs', jitter)
      const address = given.address === undefined ? await localAddressTowards(ANYWHERE) : ok(given.address)
      if (!address.ok) return refuse('no network', 'an address of this machine in "address"', address.error)
      const options = {
        ...{ address: address.value, port, dns: given.dns },
        sockets: {
          ...{ addresses: [address.value, ...(alsoAddress === undefined ? [] : [alsoAddress])] },
          ...{ udp, tcp, tls, dscp: dscp.sip },
        },
        ua: { maxCalls, rtpPorts, jitter, decides, infoPackages, dscp: dscp.audio },
        sip: {
          ...(userAgent === undefined ? {} : { userAgent }),
          applicationMethods: [...new Set([...TAKEN, ...methods, ...decides])],
          supported: [...SUPPORTED, 'join'],
          packages: given.events,
          ...(Object.keys(given.notifies).length === 0 ? {} : { notifies: given.notifies }),
          unsolicited: given.unsolicited.map((each) => each.toLowerCase()),
          strangers: { policy: given.strangers, trusted: given.trusted },
          limits: { sessions: Math.max(32, maxCalls), transactions: Math.max(256, 8 * maxCalls) },
        },
      }
      const { trace, logLevel, autoAnswer, join, codecs } = given
      const settings = { trace, logLevel, autoAnswer, join, codecs, maxCalls }
      const started = station.start(options, given.device, settings)
      if (!started.ok) return refuse('cannot start', 'a free port at an address of this machine', started.error)
      const ready = await station.ready()
      if (ready.ok) return ok({ ...started.value.local })
      await station.stop()
      return refuse('cannot start', 'free RTP ports', ready.error)
    },
    { early: true },
  ),
  command('trace', { on: flag }, ({ on }, station) => {
    station.settings.trace = on
    return ok({})
  }),
  command('log-level', { level: oneOf(...LOG_LEVELS) }, ({ level }, station) => {
    station.settings.logLevel = level
    return ok({})
  }),
  command(
    'wait',
    {
      event: optional(oneOf(...EVENTS)),
      match: orElse(object, {}),
      ms: optional(whole(0, 600_000)),
      timeoutMs: orElse(whole(1, 600_000), 10_000),
    },
    async ({ event, match, ms, timeoutMs }, station) => {
      if ((event === undefined) === (ms === undefined))
        return err({ what: 'what to wait for', expected: 'either event or ms', got: shown({ event, ms }) })
      if (event === undefined) {
        await new Promise((resolve) => setTimeout(resolve, ms))
        return ok({})
      }
      const found = await station.wait(event, match, timeoutMs)
      if (found === undefined)
        return refuse('it did not come', shown({ event, ...match }), `nothing in ${timeoutMs} ms`)
      return ok({ found })
    },
    { early: true, flowing: true },
  ),
  command(
    'move',
    {
      address: text('an address of this machine'),
      alsoAddress: optional(text('an address of this machine, of the other family')),
    },
    ({ address, alsoAddress }, station) => {
      try {
        station.agent?.move([address, ...(alsoAddress === undefined ? [] : [alsoAddress])])
      } catch (error) {
        return refuse('cannot bind there', 'an address of this machine', (error as NodeJS.ErrnoException).code)
      }
      return ok({ ...station.agent?.local })
    },
  ),
  command('set-rtp-ports', rtpPorts, async ({ min, max }, station) => {
    const done =
      roomFor(station.settings.maxCalls, { min, max }) ?? (await station.ua({ kind: 'set-rtp-ports', min, max }))
    return done.ok ? ok({}) : done
  }),
  command(
    'quit',
    { now: orElse(flag, false) },
    ({ now }, station) => {
      station.leaving = now ? 'at once' : 'cleanly'
      return ok({})
    },
    { early: true },
  ),
]
