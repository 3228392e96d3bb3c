// Linphone's Speex and GSM, its digits and ours, and what each side tells the other of how it hears (RFC 3611).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Linphone, startLinphone } from './linphone.ts'

const [OURS, THEIRS] = [1000, 440]
const TALK_MS = 2500
/** Its reports are due after 5 s, more or less. */
const REPORT_MS = 15_000

const folder = mkdtempSync(join(tmpdir(), 'linphone-media-'))
const file = (name: string) => join(folder, name)
let us: ConsoleProcess
let peer: Linphone
let port = 0
beforeAll(async () => {
  // Linphone asks for Speex of variable rate, which takes a tone for noise once it has lasted 100 ms: so it comes and goes.
  writeTone(file('ours.wav'), OURS, 0.3, 16_000)
  us = startConsole()
  port = (await us.do({ do: 'start', address: '127.0.0.1', device: { kind: 'null' } })).port
  peer = await startLinphone(THEIRS)
}, 30_000)
afterAll(async () => {
  await Promise.all([us?.end(), peer?.stop()])
  peer?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** A call of ours that stands; what it hears of us goes into `ear`. */
async function talk(ear: string): Promise<string> {
  peer.tell(`record ${ear}`)
  const from = us.lines.length
  const { call } = await us.do({ do: 'call', to: `sip:linphone@127.0.0.1:${peer.port}` })
  await us.heard({ event: 'call-state', call, state: 'early' }, from)
  peer.tell('answer')
  await us.heard({ event: 'call-state', call, state: 'confirmed' }, from)
  return call
}
async function over(call: string) {
  const from = us.lines.length
  await us.do({ do: 'hangup', call })
  await us.heard({ event: 'call-state', call, state: 'disconnected' }, from)
}

const CODECS = [
  ['SPEEX/8000', 'speex (8000)'],
  ['SPEEX/16000', 'speex (16000)'],
  ['SPEEX/32000', 'speex (32000)'],
  ['GSM', 'GSM (8000)'],
] as const

test.each(CODECS)('%s: both hear each other, and the digits of either', { timeout: 30_000 }, async (ours, theirs) => {
  await us.do({ do: 'account', account: 'me', aor: `sip:me@127.0.0.1:${port}`, codecs: [ours] })
  await peer.speak(theirs)
  const codec = ours.replace('/', '-')
  const [ear, theirEar] = [file(`${codec}-heard.wav`), file(`${codec}-said.wav`)]
  const call = await talk(theirEar)
  await us.do({ do: 'record', call, file: ear, port: 'ear' })
  await us.do({ do: 'play', call, file: file('ours.wav'), loops: 0, pauseMs: 300, port: 'mouth' })
  await us.do({ do: 'wait', ms: TALK_MS })
  const { stats } = await us.do({ do: 'stats', call })
  for (const each of ['ear', 'mouth']) await us.do({ do: 'close', port: each })
  expect(stats).toMatchObject({ codec: ours.split('/')[0], lostPackets: 0, malformedPackets: 0 })
  const tone = toneIn(ear, THEIRS)
  expect(tone.seconds).toBeGreaterThan((TALK_MS / 1000) * 0.8)

  const from = us.lines.length
  peer.tell('5')
  expect(await us.heard({ event: 'dtmf', call, digit: '5' }, from)).toMatchObject({ by: 'rtp' })
  await us.do({ do: 'dtmf', call, digits: '7' })
  await peer.said('Receiving tone 7', 5000)
  await over(call)
  await us.do({ do: 'wait', ms: 500 })
  expect(toneIn(theirEar, OURS).seconds).toBeGreaterThan(0.25)
})

test('each says how it hears the other', { timeout: 40_000 }, async () => {
  await us.do({ do: 'account', account: 'me', aor: `sip:me@127.0.0.1:${port}`, codecs: ['PCMU'], rtcpXr: true })
  await peer.speak('PCMU (8000)')
  const call = await talk(file('reports.wav'))
  const until = Date.now() + REPORT_MS
  let { stats } = await us.do({ do: 'stats', call })
  while (Date.now() < until && !(stats.peerVoice && stats.roundTripMs !== null)) {
    await us.do({ do: 'wait', ms: 250 })
    stats = (await us.do({ do: 'stats', call })).stats
  }
  const { local, remote } = await us.heard({ event: 'sdp', call, stage: 'active' })
  expect(local).toContain('a=rtcp-xr:rcvr-rtt=all voip-metrics')
  expect(remote).toMatch(/a=rtcp-xr:rcvr-rtt=all\S* .*voip-metrics/)
  expect(stats.peerVoice.mosListening).toBeGreaterThan(3.5)
  expect(stats.roundTripMs).toBeLessThan(100)
  await over(call)
})
