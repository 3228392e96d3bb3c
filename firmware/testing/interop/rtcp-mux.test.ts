// RTCP on the port of RTP with baresip, called and calling, plain and encrypted: who asks, who agrees, and whose reports arrive.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'

const [OURS, THEIRS] = [1000, 440]
/** The first report of baresip is due after 5 s. */
const REPORT_MS = 10_000
const folder = mkdtempSync(join(tmpdir(), 'rtcp-mux-'))
const file = (name: string) => join(folder, name)

let console: ConsoleProcess
let at: string
let peer: Baresip | undefined

beforeAll(async () => {
  writeTone(file('ours.wav'), OURS, 30, 8000)
  writeTone(file('theirs.wav'), THEIRS, 30, 8000)
  console = startConsole()
  const device = { kind: 'wav', in: file('ours.wav'), out: file('heard.wav'), loop: true, rate: 8000 }
  const { port } = await console.do({ do: 'start', address: '127.0.0.1', device, trace: true, codecs: ['PCMU'] })
  at = `sip:me@127.0.0.1:${port}`
}, 20_000)
afterEach(async () => {
  await peer?.stop()
  peer = undefined
})
afterAll(async () => {
  await console?.end()
  rmSync(folder, { recursive: true, force: true })
})

/** Talks until a report of theirs is here, then ends the call; both sides heard each other. */
async function reportOf(call: string) {
  await console.do({ do: 'record', call, file: file(`${call.replace(':', '-')}.wav`) })
  const until = Date.now() + REPORT_MS
  let { stats } = await console.do({ do: 'stats', call })
  while (Date.now() < until && stats.peerLostPackets === null) {
    await console.do({ do: 'wait', ms: 250 })
    stats = (await console.do({ do: 'stats', call })).stats
  }
  const from = console.lines.length
  await console.do({ do: 'hangup', call })
  await console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
  await peer!.event('CALL_CLOSED')
  expect(toneIn(file(`${call.replace(':', '-')}.wav`), THEIRS).seconds).toBeGreaterThan(0.5)
  expect(toneIn(peer!.heard(), OURS).seconds).toBeGreaterThan(0.5)
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
  await console.do({ do: 'account', account: 'me', aor: at, rtcpMux, srtp: encrypted ? 'mandatory' : 'off' })
  const speaks = { speaks: file('theirs.wav'), user: 'peer', answer: 'auto', muxes } as const
  peer = await startBaresip({ ...speaks, ...(encrypted ? { encrypts: 'srtp-mand' } : {}) })
  const from = console.lines.length
  if (way === 'in') await peer.dial(at)
  const { call } =
    way === 'in' ? await console.heard({ event: 'incoming' }, from) : await console.do({ do: 'call', to: peer.uri })
  if (way === 'in') await console.do({ do: 'answer', call })
  await console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
  const { local, remote } = await console.heard({ event: 'sdp', call, stage: 'active' }, from)
  expect([local, remote].every((sdp) => sdp.includes('a=rtcp-mux'))).toBe(shared)
  const stats = await reportOf(call)
  expect(stats.peerLostPackets).toBe(0)
  // baresip opens its way through NATs with something of its own.
  expect(stats.malformedPackets).toBeLessThan(2)
})
