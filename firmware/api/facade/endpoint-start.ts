// What an endpoint starts its engine with.

import { showAddress } from '../../base/address.ts'
import { PACKAGES, SERVED, UNSOLICITED } from '../../sip/packages/table.ts'
import { defaultAddress, type Engine, RtpTransport, type StartOptions, type Traced } from '../core/index.ts'
import type { EpSettings } from './endpoint-schema.ts'
import { OperationError } from './errors.ts'
import type { Transports } from './transports.ts'

const LOOPBACK = '127.0.0.1'
/** Requests handed to the façade. */
const METHODS = ['MESSAGE', 'INFO', 'NOTIFY']
/** A call leaves two behind for 32 s (timers J and L): for each call there can be at once, one every two seconds. */
const TRANSACTIONS = 32
/** Of SIP messages in the log. */
export const MESSAGE_LEVEL = 4
const typesOf = (packages: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(packages).map(([event, types]) => [event, types.split(', ')]))

/** Everything the settings of an endpoint say of its engine. */
export function startOptions(
  { uaConfig, medConfig, logConfig }: EpSettings,
  transports: Transports,
  localIp: string,
): Partial<StartOptions> {
  const { maxCalls, userAgent, nameserver } = uaConfig
  const { jbMin, jbMax } = medConfig
  return {
    ...transports.options,
    ...{ localIp, autoSound: false, playbackDtmf: false, logLevel: 5 },
    traceSip: logConfig.msgLogging && logConfig.level >= MESSAGE_LEVEL,
    ...(userAgent !== '' && { userAgent }),
    ...(nameserver.length > 0 && { nameServers: nameserver }),
    ...{ maxSessions: Math.max(32, maxCalls), maxTransactions: TRANSACTIONS * Math.max(32, maxCalls) },
    ...{ requestMethods: METHODS, unsolicitedEvents: UNSOLICITED },
    ...{ events: typesOf(PACKAGES), notifierEvents: typesOf(SERVED) },
    rtpPortRange: portRange(medConfig),
    ...{ mediaDscp: medConfig.dscp, ptime: medConfig.ptime },
    jitter: { minMs: jbMin, maxMs: Math.max(jbMin + 10, jbMax) },
  }
}

/** First and last port of media. */
export const portRange = ({ rtpPort, rtpPortRange }: EpSettings['medConfig']): readonly [number, number] =>
  [...[rtpPort, Math.min(65_535, rtpPort + rtpPortRange - 1)]] as const

/** That of the default route, or of no network at all. */
export const usualAddress = (): Promise<string> => defaultAddress('libStart').catch(() => LOOPBACK)

/** Rejects where there is no port for media. */
export async function portsOf(engine: Engine): Promise<void> {
  const transport = new RtpTransport({ engine })
  const { notifications } = engine
  const opened = notifications.next('rtp-transport-did-initialize', { sender: transport })
  const failed = notifications.next('rtp-transport-did-fail', { sender: transport }).then(({ data }) => {
    throw new OperationError('libStart', 'system', `no ports for media: ${data.reason}`)
  })
  transport.init()
  await Promise.race([opened, failed])
  transport.close()
}

/** A SIP message as the log has it. */
export const messageText = ({ direction, protocol, from, to, message }: Traced): string =>
  `${direction} ${protocol} ${showAddress(from)} to ${showAddress(to)}:\n${message.trimEnd()}\n`
