// Engines of the core objects on loopback, and what tests say of them.
import { onTestFinished } from 'vitest'
import {
  type AnyNotification,
  Credentials,
  Engine,
  Route,
  SdpAttribute,
  SdpConnection,
  SdpMedia,
  SdpSession,
  SipUri,
  type StartOptions,
} from '../api/core/index.ts'
import { rtpRanges } from './interop/ports.ts'

export interface CoreParty {
  readonly engine: Engine
  readonly credentials: Credentials
  readonly uri: SipUri
  /** Straight to where it listens over UDP. */
  readonly route: Route
  /** Everything it has told. */
  readonly told: AnyNotification[]
}

const nextRange = rtpRanges()

/** A running engine that ends with the test; its RTP ports are its own. */
export async function startParty(user: string, options: Partial<StartOptions> = {}): Promise<CoreParty> {
  const engine = new Engine()
  const told: AnyNotification[] = []
  engine.notifications.addObserver((notification) => {
    if (notification.name !== 'engine-log') told.push(notification)
  })
  const rtpPortRange = nextRange()
  await engine.start({ localIp: '127.0.0.1', localTlsPort: null, autoSound: false, rtpPortRange, ...options })
  onTestFinished(async () => {
    if (engine.state === 'running') await engine.stop()
  })
  const port = engine.localUdpPort ?? engine.localTcpPort ?? 0
  const credentials = new Credentials(new SipUri({ user, host: '127.0.0.1', port }), { token: user })
  return { engine, credentials, uri: credentials.uri, route: new Route('127.0.0.1', port), told }
}

/** A description with one audio stream in PCMA. */
export const audioSdp = (port = 40_000, direction = 'sendrecv', media: readonly SdpMedia[] = []) =>
  new SdpSession('127.0.0.1', {
    connection: new SdpConnection('127.0.0.1'),
    media: [
      new SdpMedia('audio', port, 'RTP/AVP', {
        formats: ['8'],
        attributes: [new SdpAttribute('rtpmap', '8 PCMA/8000'), new SdpAttribute(direction)],
      }),
      ...media,
    ],
  })

/** What a party told under these names, as `pick` has it. */
export const toldBy = ({ told }: CoreParty, ...names: readonly AnyNotification['name'][]) =>
  told.filter(({ name }) => names.length === 0 || names.includes(name))
