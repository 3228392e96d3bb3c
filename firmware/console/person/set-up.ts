// The endpoint, the account and the sound that the options of the console for people ask for.
import {
  type Account,
  AudioMediaPlayer,
  AudioMediaRecorder,
  type Buddy,
  type Endpoint,
} from '../../api/facade/index.ts'
import type { PersonOptions } from './options.ts'

export interface Telephone {
  readonly endpoint: Endpoint
  /** In the order they were added; the first is that of the options. */
  readonly accounts: Account[]
  readonly player: AudioMediaPlayer | undefined
  readonly recorder: AudioMediaRecorder | undefined
}

/** Of those in use, the first named comes first. */
const FIRST_PRIORITY = 250

/** Throws an OperationError that names what cannot be. */
export async function setUp(
  options: PersonOptions,
  endpoint: Endpoint,
  newAccount: () => Account,
  newBuddy: (uri: string, account: Account) => Buddy,
): Promise<Telephone> {
  const number = (name: 'max-calls' | 'ptime' | 'rtp-port' | 'log-level' | 'reg-timeout' | 'local-port') =>
    options[name] === undefined ? undefined : Number(options[name])
  const defined = <T extends object>(fields: T) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
  endpoint.libCreate()
  endpoint.libInit({
    uaConfig: defined({
      ...{ maxCalls: number('max-calls'), userAgent: options['user-agent'], nameserver: options.nameserver },
      outboundProxies: options.outbound,
      stunServer: options['stun-srv'] === undefined ? undefined : [options['stun-srv']],
    }),
    logConfig: defined({ filename: options['log-file'], level: number('log-level') }),
    medConfig: defined({ ptime: number('ptime'), rtpPort: number('rtp-port') }),
  } as Parameters<Endpoint['libInit']>[0])
  const boundAddress = options['bound-addr']
  const transport = { ...(boundAddress === undefined ? {} : { boundAddress }), port: number('local-port') ?? 5060 }
  if (!options['no-udp']) endpoint.transportCreate('udp', transport)
  if (!options['no-tcp']) endpoint.transportCreate('tcp', transport)
  if (options['use-tls'])
    endpoint.transportCreate('tls', {
      ...transport,
      port: transport.port === 0 ? 0 : transport.port + 1,
      tlsConfig: defined({
        ...{ caListFile: options['tls-ca-file'], certFile: options['tls-cert-file'] },
        privKeyFile: options['tls-privkey-file'],
      }),
    })
  for (const codec of options['dis-codec'] ?? []) endpoint.codecSetPriority(codec, 0)
  for (const [at, codec] of (options['add-codec'] ?? []).entries())
    endpoint.codecSetPriority(codec, FIRST_PRIORITY - at)
  await endpoint.libStart()
  return { endpoint, accounts: [addAccount(options, endpoint, newAccount, newBuddy)], ...sound(options, endpoint) }
}

function addAccount(
  options: PersonOptions,
  endpoint: Endpoint,
  newAccount: () => Account,
  newBuddy: (uri: string, account: Account) => Buddy,
): Account {
  const { id, registrar = '', realm = '*', username, password, proxy = [], publish = false, mwi = false } = options
  const own = endpoint.transportGetInfo(endpoint.transportEnum()[0]!).localAddress
  const account = newAccount()
  account.create({
    idUri: id ?? `sip:${own}`,
    regConfig: {
      registrarUri: registrar,
      ...(options['reg-timeout'] && { timeoutSec: Number(options['reg-timeout']) }),
    },
    sipConfig: {
      proxies: proxy,
      authCreds: username === undefined || password === undefined ? [] : [{ realm, username, data: password }],
    },
    mediaConfig: { srtpUse: (['disabled', 'optional', 'mandatory'] as const)[Number(options['use-srtp'] ?? 0)]! },
    presConfig: { publishEnabled: publish },
    mwiConfig: { enabled: mwi },
  })
  for (const uri of options['add-buddy'] ?? []) newBuddy(uri, account)
  return account
}

function sound(options: PersonOptions, endpoint: Endpoint): Pick<Telephone, 'player' | 'recorder'> {
  const devices = endpoint.audDevManager()
  if (options['null-audio']) devices.setNullDev()
  if (options['capture-dev'] !== undefined) devices.setCaptureDev(options['capture-dev'])
  if (options['playback-dev'] !== undefined) devices.setPlaybackDev(options['playback-dev'])
  const player = options['play-file'] === undefined ? undefined : new AudioMediaPlayer(endpoint)
  player?.createPlayer(options['play-file']!)
  const recorder = options['rec-file'] === undefined ? undefined : new AudioMediaRecorder(endpoint)
  recorder?.createRecorder(options['rec-file']!)
  return { player, recorder }
}
