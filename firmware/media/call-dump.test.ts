// A call as text: with and without its media.
import { expect, test } from 'vitest'
import { type DumpedCall, dumpCall } from './call-dump.ts'

const RECORD: DumpedCall = {
  ...{ role: 'uac', state: 'confirmed', status: 200, reason: 'OK', local: 'sip:a@x' },
  peer: { uri: 'sip:b@y', display: 'Bob' },
  ...{ connectedMs: 61_250, totalMs: 65_000 },
  media: { status: 'active', direction: 'sendrecv', codec: 'PCMA/8000' },
}
const STATS = {
  ...{ sentPackets: 10, sentBytes: 1600, receivedPackets: 9, receivedBytes: 1440, lostPackets: 1, latePackets: 0 },
  ...{ duplicatePackets: 0, malformedPackets: 0, concealedMs: 20, playoutDelayMs: 40.4, jitterMs: 2.5 },
  ...{ roundTripMs: Number.NaN, peerLostPackets: Number.NaN, peerJitterMs: 3, codec: 'PCMA' },
  remote: { address: '192.0.2.9', port: 4000 },
  signalled: { address: '192.0.2.9', port: 4000 },
  source: { address: '192.0.2.9', port: 4000 },
  ...{ rating: 90, mosListening: 4.35, mosConversational: 4.31, srtp: '', forgedPackets: 1, replayedPackets: 2 },
}

test('with everything', () => {
  expect(dumpCall('out:1', RECORD, STATS, true)).toEqual([
    'out:1 [confirmed, last 200 OK]',
    '  to "Bob" <sip:b@y>, as <sip:a@x>',
    '  connected 61.3 s, total 65.0 s',
    '  audio active, sendrecv, PCMA/8000',
    '    peer 192.0.2.9 port 4000, round trip -',
    '    RX 9 packets, 1440 bytes, 1 lost, 0 late, 0 twice, 0 malformed, 3 not authentic',
    '       jitter 3 ms, delay 40 ms, concealed 20 ms, MOS 4.3',
    '    TX 10 packets, 1600 bytes, - lost, jitter 3 ms',
  ])
})

test('with what the peer says of how it hears', () => {
  const shares = { lossRate: 0, discardRate: 0, burstDensity: 0, gapDensity: 0 }
  const times = { burstMs: 0, gapMs: 0, roundTripMs: 0, endSystemMs: 60, bufferMs: 40, bufferMaxMs: 200 }
  const heard = (more: object) =>
    dumpCall('x', RECORD, { ...STATS, peerVoice: { ...shares, ...times, ...more } }, true).at(-1)
  expect(heard({ mosConversational: 4.1 })).toBe('    TX 10 packets, 1600 bytes, - lost, jitter 3 ms, MOS 4.1')
  expect(heard({})).toBe('    TX 10 packets, 1600 bytes, - lost, jitter 3 ms')
})

test('without media, and before anything is known', () => {
  const media = { ...RECORD.media, status: 'none', direction: 'inactive', codec: '', srtp: undefined } as const
  const early: DumpedCall = {
    ...RECORD,
    ...{ role: 'uas', state: 'incoming', status: 0, reason: '', connectedMs: 0, totalMs: 90, media },
    peer: { ...RECORD.peer, display: '' },
  }
  expect(dumpCall('in:1', early, undefined, true)).toEqual([
    'in:1 [incoming]',
    '  from <sip:b@y>, as <sip:a@x>',
    '  connected 0.0 s, total 0.1 s',
    '  audio none, inactive',
  ])
  expect(dumpCall('in:1', early, undefined, false)).toHaveLength(3)
})
