// RTCP on the port of RTP with baresip, called and calling, plain and encrypted: who asks, who agrees, and whose reports arrive.
import { expect, test } from 'vitest'
import { toneIn } from '../tone.ts'
import { OURS, THEIRS, toneConsole } from './tone-console.ts'

/** The first report of baresip is due after 5 s. */
const REPORT_MS = 10_000
const us = toneConsole('rtcp-mux')
const { file } = us

/** Talks until a report of theirs is here, then ends the call; both sides heard each other. */
async function reportOf(call: string) {
  await us.console.do({ do: 'record', call, file: file(`${call.replace(':', '-')}.wav`) })
  const until = Date.now() + REPORT_MS
  let { stats } = await us.console.do({ do: 'stats', call })
  while (Date.now() < until && stats.peerLostPackets === null) {
    await us.console.do({ do: 'wait', ms: 250 })
    stats = (await us.console.do({ do: 'stats', call })).stats
  }
  const from = us.console.lines.length
  await us.console.do({ do: 'hangup', call })
  await us.console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
  await us.peer.event('CALL_CLOSED')
  expect(toneIn(file(`${call.replace(':', '-')}.wav`), THEIRS).seconds).toBeGreaterThan(0.5)
  expect(toneIn(us.peer.heard(), OURS).seconds).toBeGreaterThan(0.5)
  return stats
}

const WAYS = [
  ['out', 'offer', true, true],
  ['in', 'offer', true, true],
  ['out', 'offer', false, false],
  ['in', 'accept', true, true],
  ['in', 'off', true, false],
] as const

test.each(WAYS)('%s, ours %s, baresip %s: shared %s', { timeout: 30_000 }, async (way, rtcpMux, muxes, shared) => {
  const encrypted = rtcpMux === 'offer' && muxes
  await us.console.do({ do: 'account', account: 'me', aor: us.at, rtcpMux, srtp: encrypted ? 'mandatory' : 'off' })
  const peer = await us.meet({ muxes, ...(encrypted ? { encrypts: 'srtp-mand' } : {}) })
  const from = us.console.lines.length
  if (way === 'in') await peer.dial(us.at)
  const { call } =
    way === 'in'
      ? await us.console.heard({ event: 'incoming' }, from)
      : await us.console.do({ do: 'call', to: peer.uri })
  if (way === 'in') await us.console.do({ do: 'answer', call })
  await us.console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
  const { local, remote } = await us.console.heard({ event: 'sdp', call, stage: 'active' }, from)
  expect([local, remote].every((sdp) => sdp.includes('a=rtcp-mux'))).toBe(shared)
  const stats = await reportOf(call)
  expect(stats.peerLostPackets).toBe(0)
  // baresip opens its way through NATs with something of its own.
  expect(stats.malformedPackets).toBeLessThan(2)
})
