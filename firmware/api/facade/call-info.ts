// What a call says of itself.
import type { StreamStats } from '../core/index.ts'
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

/** ms since it was answered, and since it began; both stand still at the end. */
export function durationsOf({ endedAt, connectedAt, began }: Line) {
  const until = endedAt ?? performance.now()
  return { connectedMs: until - (connectedAt ?? until), totalMs: until - began }
}

/** As of now; after the end as of the end. */
export function infoOf(line: Line, bridge: Bridge | undefined): CallInfo {
  const { peer, account, invitation } = line
  const { callId, localTag, remoteTag, remoteContact } = invitation.dialog
  const { connectedMs, totalMs } = durationsOf(line)
  return {
    ...{ id: line.id, role: line.role, accountId: account.getId() },
    ...{ localUri: line.localUri, localContact: invitation.contactUser },
    ...{ remoteUri: peer.uri, remoteDisplay: peer.display, remoteContact },
    ...{ callIdString: callId, localTag, remoteTag, setting: line.setting },
    ...{ state: line.state, stateText: STATE_TEXT[line.state] },
    ...{ lastStatusCode: line.status, lastReason: line.reason, media: mediaOf(line, bridge) },
    ...{ connectDuration: connectedMs / 1000, totalDuration: totalMs / 1000 },
  }
}

function mediaOf({ sound }: Line, bridge: Bridge | undefined): readonly CallMediaInfo[] {
  const { status, direction: dir, codec, telephoneEvents, srtp } = sound.media
  if (status === 'none') return []
  const audioConfSlot = sound.port === undefined ? -1 : (bridge?.slot(sound) ?? -1)
  return [{ index: 0, type: 'audio', dir, status, codec, telephoneEvents, srtp, audioConfSlot }]
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
