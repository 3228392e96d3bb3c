// What a call says of itself.
import type { StreamStats } from '../../media/contract.ts'
import type { Bridge } from './bridge.ts'
import type { CallInfo, CallMediaInfo, StreamStat } from './call-types.ts'
import type { Line } from './line.ts'
import type { CallState } from './names.ts'

const STATE_TEXT: Readonly<Record<CallState, string>> = {
  null: 'NULL',
  calling: 'CALLING',
  incoming: 'INCOMING',
  early: 'EARLY',
  connecting: 'CONNECTING',
  confirmed: 'CONFIRMED',
  disconnected: 'DISCONNCTD',
}

/** As of now; after the end as of the end. */
export function infoOf(line: Line, bridge: Bridge | undefined): CallInfo {
  const { record, peer, account } = line
  const until = line.endedAt ?? performance.now()
  return {
    id: line.id,
    role: line.role,
    accountId: account.getId(),
    localUri: record?.local ?? account.uri,
    localContact: record?.contactUser ?? '',
    remoteUri: peer.uri,
    remoteDisplay: peer.display,
    remoteContact: record?.peerContact ?? '',
    callIdString: record?.callId ?? '',
    localTag: record?.localTag ?? '',
    remoteTag: record?.remoteTag ?? '',
    setting: line.setting,
    state: line.state,
    stateText: STATE_TEXT[line.state],
    lastStatusCode: line.status,
    lastReason: line.reason,
    media: mediaOf(line, bridge),
    connectDuration: (until - (line.connectedAt ?? until)) / 1000,
    totalDuration: (until - line.began) / 1000,
  }
}

export function mediaOf({ media }: Line, bridge: Bridge | undefined): readonly CallMediaInfo[] {
  if (media === undefined || media.status === 'none') return []
  const { status, direction: dir, codec, port, dtmf: telephoneEvents, srtp } = media
  return [
    { index: 0, type: 'audio', dir, status, codec, telephoneEvents, srtp, audioConfSlot: bridge?.slot(port) ?? -1 },
  ]
}

export const streamStatOf = (stats: StreamStats): StreamStat => ({
  codec: stats.codec,
  remoteAddress: stats.remote.address,
  remotePort: stats.remote.port,
  rx: {
    packets: stats.receivedPackets,
    bytes: stats.receivedBytes,
    lost: stats.lostPackets,
    late: stats.latePackets,
    duplicate: stats.duplicatePackets,
    malformed: stats.malformedPackets,
    jitterMs: stats.jitterMs,
    delayMs: stats.playoutDelayMs,
    concealedMs: stats.concealedMs,
  },
  tx: {
    packets: stats.sentPackets,
    bytes: stats.sentBytes,
    lost: stats.peerLostPackets,
    jitterMs: stats.peerJitterMs,
  },
  roundTripMs: stats.roundTripMs,
})
