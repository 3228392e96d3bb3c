// A call as text for people, in the manner of PJSUA's dump.
import type { StreamStats } from './contract.ts'

/** What is known of the call. */
export interface DumpedCall {
  readonly role: 'uac' | 'uas'
  readonly state: string
  /** Of the last response; 0: there was none. */
  readonly status: number
  readonly reason: string
  readonly local: string
  readonly peer: { readonly uri: string; readonly display: string }
  readonly media: {
    readonly status: string
    readonly direction: string
    readonly codec: string
    readonly srtp?: string | undefined
  }
  readonly connectedMs: number
  readonly totalMs: number
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const measured = (value: number, unit: string): string => (Number.isNaN(value) ? '-' : `${Math.round(value)}${unit}`)

const score = (mos: number): string => (Number.isNaN(mos) ? '-' : mos.toFixed(1))

const heardThere = ({ peerVoice }: StreamStats): string =>
  peerVoice?.mosConversational === undefined ? '' : `, MOS ${score(peerVoice.mosConversational)}`

/** Lines without their ends; `withMedia` adds what is known of its stream. */
export function dumpCall(
  call: string,
  record: DumpedCall,
  stats: StreamStats | undefined,
  withMedia: boolean,
): readonly string[] {
  const { state, status, reason, peer, role, local, media, connectedMs, totalMs } = record
  const last = status === 0 ? '' : `, last ${status} ${reason}`
  const lines = [
    `${call} [${state}${last}]`,
    `  ${role === 'uac' ? 'to' : 'from'} ${peer.display === '' ? '' : `"${peer.display}" `}<${peer.uri}>, as <${local}>`,
    `  connected ${seconds(connectedMs)}, total ${seconds(totalMs)}`,
  ]
  if (!withMedia) return lines
  lines.push(
    `  audio ${media.status}, ${media.direction}${media.codec === '' ? '' : `, ${media.codec}`}${media.srtp ? `, ${media.srtp}` : ''}`,
  )
  if (stats === undefined) return lines
  const { remote } = stats
  lines.push(
    `    peer ${remote.address} port ${remote.port}, round trip ${measured(stats.roundTripMs, ' ms')}`,
    `    RX ${stats.receivedPackets} packets, ${stats.receivedBytes} bytes, ${stats.lostPackets} lost, ` +
      `${stats.latePackets} late, ${stats.duplicatePackets} twice, ${stats.malformedPackets} malformed, ` +
      `${stats.forgedPackets + stats.replayedPackets} not authentic`,
    `       jitter ${measured(stats.jitterMs, ' ms')}, delay ${measured(stats.playoutDelayMs, ' ms')}, ` +
      `concealed ${measured(stats.concealedMs, ' ms')}, MOS ${score(stats.mosConversational)}`,
    `    TX ${stats.sentPackets} packets, ${stats.sentBytes} bytes, ${measured(stats.peerLostPackets, '')} lost, ` +
      `jitter ${measured(stats.peerJitterMs, ' ms')}${heardThere(stats)}`,
  )
  return lines
}
