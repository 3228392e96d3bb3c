// The endpoint that the options of the console for people ask for: settings, transports, codecs.
import { writeFileSync } from 'node:fs'
import { type Endpoint, OperationError } from '../../api/facade/index.ts'
import type { PersonOptions } from './options.ts'

/** Of those in use, the first named comes first. */
const FIRST_PRIORITY = 250
const SIP_PORT = 5060
/** The API's levels end there. */
const MOST_DETAIL = 5

const defined = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** Starts it. Throws an OperationError that names what cannot be. */
export async function setUp(options: PersonOptions, endpoint: Endpoint): Promise<void> {
  const { 'log-file': filename, 'log-level': level = 3, 'app-log-level': consoleLevel } = options
  const { 'stun-srv': stun, 'snd-clock-rate': sndClockRate } = options
  if (filename !== undefined) openable(filename, options['log-append'] ?? false)
  endpoint.libCreate()
  endpoint.libInit({
    uaConfig: defined({
      ...{ maxCalls: options['max-calls'], userAgent: options['user-agent'], nameserver: options.nameserver },
      ...{ outboundProxies: options.outbound, stunServer: stun === undefined ? undefined : [stun] },
    }),
    logConfig: defined({
      ...{ filename, level: Math.min(Math.max(level, consoleLevel ?? 0), MOST_DETAIL) },
      consoleLevel: consoleLevel === undefined ? undefined : Math.min(consoleLevel, MOST_DETAIL),
    }),
    medConfig: defined({
      ...{ ptime: options.ptime, rtpPort: options['rtp-port'], jbMax: options['jb-max-size'] },
      sndClockRate: sndClockRate as 16_000 | undefined,
    }),
  })
  transports(options, endpoint)
  codecs(options, endpoint)
  await endpoint.libStart()
}

function transports(options: PersonOptions, endpoint: Endpoint): void {
  if (options['no-udp'] && options['no-tcp'] && !options['use-tls'])
    throw new OperationError('--no-udp --no-tcp', 'argument', 'expected one transport at least: --use-tls')
  const { 'bound-addr': boundAddress, 'local-port': port = SIP_PORT } = options
  const at = { ...(boundAddress !== undefined && { boundAddress }), port }
  if (!options['no-udp']) endpoint.transportCreate('udp', at)
  if (!options['no-tcp']) endpoint.transportCreate('tcp', at)
  if (!options['use-tls']) return
  endpoint.transportCreate('tls', {
    ...{ ...at, port: port === 0 ? 0 : port + 1 },
    tlsConfig: defined({
      ...{ caListFile: options['tls-ca-file'], certFile: options['tls-cert-file'] },
      ...{ privKeyFile: options['tls-privkey-file'], verifyClient: options['tls-verify-client'] },
      ciphers: options['tls-cipher'],
      verifyServer: options['tls-verify-server'],
    }),
  })
}

function codecs({ 'add-codec': added = [], 'dis-codec': left = [] }: PersonOptions, endpoint: Endpoint): void {
  for (const [at, codec] of added.entries()) endpoint.codecSetPriority(codec, FIRST_PRIORITY - at)
  const others = endpoint.codecEnum().filter(({ priority }) => priority <= FIRST_PRIORITY - added.length)
  for (const codec of left.flatMap((name) => (name === '*' ? others.map(({ codecId }) => codecId) : [name])))
    endpoint.codecSetPriority(codec, 0)
}

/** The log's own complaint would come late and in other words. */
function openable(file: string, append: boolean): void {
  try {
    writeFileSync(file, '', { flag: append ? 'a' : 'w' })
  } catch (error) {
    throw new OperationError('--log-file', 'argument', (error as Error).message)
  }
}
