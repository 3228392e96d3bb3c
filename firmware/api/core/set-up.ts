// From the start options to what the stacks are set up with.
import type { SipConfig } from '../../sip/core/contract.ts'
import type { StackOptions } from './stack.ts'
import type { StartOptions } from './start-options.ts'

/** Signalling (RFC 4594 §4.1). */
const DSCP = 24

export function setUp(options: StartOptions, localIp: string, packages: Record<string, string>): StackOptions {
  const { localUdpPort, localTcpPort, localTlsPort, rtpPortRange } = options
  const sip: SipConfig = {
    userAgent: options.userAgent,
    timers: { t1: 500, t2: 4000, t4: 5000, d: 32_000 },
    applicationMethods: options.requestMethods,
    unsolicited: options.unsolicitedEvents,
    supported: ['replaces'],
    refer: true,
    terms: options.sessionTerms,
    packages,
    notifies: Object.fromEntries(
      Object.entries(options.notifierEvents).map(([event, types]) => [event, types.join(', ')]),
    ),
    limits: { sessions: options.maxSessions, transactions: options.maxTransactions },
  }
  const tls = {
    port: localTlsPort ?? 0,
    ca: options.tlsCaFile,
    certificate: options.tlsCertificateFile,
    key: options.tlsKeyFile,
    ciphers: options.tlsCiphers,
    verify: options.tlsVerifyServer,
    verifyClients: options.tlsVerifyClients,
  }
  return {
    sip,
    address: localIp,
    rtpPorts: { min: rtpPortRange[0], max: rtpPortRange[1] },
    mediaDscp: options.mediaDscp,
    dns: options.nameServers,
    sockets: {
      addresses: [localIp],
      port: localUdpPort ?? 0,
      tcpPort: localTcpPort === 'udp' ? undefined : (localTcpPort ?? 0),
      udp: localUdpPort !== null,
      tcp: localTcpPort !== null,
      tls: localTlsPort === null ? undefined : tls,
      dscp: DSCP,
    },
  }
}
