// FFmpeg's codecs at the other end of a stream: what it encodes we hear, what we encode it hears, at its frequency. Its two kinds of
// G.726 differ in the order of the bits alone (RFC 3551 §4.5.4), so each name is that of one on the wire. It encodes no iLBC.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { knownCodecs } from '../../firmware/media/codecs.ts'
import { codecAttributes, framing } from '../../firmware/sdp/rtp.ts'
import { freePort, takePorts } from '../../firmware/testing/interop/ports.ts'
import { Lab, levelOf, readWav, restOf, sleep, tone } from './testing/harness.ts'

/** Our name; FFmpeg's encoder, and the largest packet it is to make, bytes: some of its frames last half a second. */
const CODECS: readonly (readonly [name: string, encoder: readonly string[], packet: number])[] = [
  ['PCMA', ['pcm_alaw'], 172],
  ['G722', ['g722'], 172],
  ['L16/16000', ['pcm_s16be'], 652],
  ['SPEEX/8000', ['libspeex'], 400],
  ['SPEEX/16000', ['libspeex'], 400],
  ['SPEEX/32000', ['libspeex'], 400],
  ['OPUS', ['libopus'], 1400],
  ['G726-24', ['g726le', '-b:a', '24k'], 72],
  ['G726-32', ['g726le', '-b:a', '32k'], 92],
  ['AAL2-G726-24', ['g726', '-b:a', '24k'], 72],
  ['AAL2-G726-32', ['g726', '-b:a', '32k'], 92],
  ['ILBC', [], 0],
]
const [OURS, THEIRS] = [600, 1100]
const HEAR_MS = 2200

const ffmpeg = (...args: readonly string[]) =>
  spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args], { stdio: ['ignore', 'ignore', 2] })

test.concurrent.each(CODECS)('%s', { timeout: 30_000 }, async (name, [encoder, ...bits], packet) => {
  const [codec] = knownCodecs([name])
  const rate = name === 'OPUS' ? 48_000 : name === 'G722' ? 16_000 : Number(name.split('/')[1] ?? 8000)
  const folder = mkdtempSync(join(tmpdir(), 'offhook-foreign-'))
  const file = (what: string) => join(folder, what)
  const lab = new Lab()
  const theirPort = await freePort(2)
  const min = takePorts(20)
  lab.do({ kind: 'stock-pairs', address: '127.0.0.1', min, max: min + 19, want: 1, dscp: 46 })
  const { pair, rtpPort } = await lab.wait('pair-ready')
  const described = codecAttributes(codec!).map(({ name: key, value }) => `a=${key}:${value}`)
  const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
  const media = `m=audio ${theirPort} RTP/AVP ${codec!.payloadType}`
  writeFileSync(file('ours.sdp'), `${[...lines, media, ...described].join('\n')}\n`)
  const sound = ['-f', 's16le', '-ar', `${rate}`, '-ac', '1', file('theirs.raw')]
  const ear = ffmpeg('-protocol_whitelist', 'file,udp,rtp', '-i', file('ours.sdp'), '-t', '1.5', ...sound)
  const heard = new Promise((resolve) => ear.once('close', resolve))
  const to = { address: '127.0.0.1', port: theirPort }
  const ptimeMs = Math.max(20, framing(codec!).frameMs)
  const stream = {
    ...{ rtp: to, rtcp: { ...to, port: theirPort + 1 }, send: codec!, ptimeMs, receive: [codec!], symmetric: false },
    direction: 'sendrecv',
    ...{ cname: 'test', jitter: { minMs: 600, maxMs: 900 }, keepAliveMs: 0, silenceMs: 0 },
  } as const
  lab.do(
    { kind: 'open-stream', port: 'call', pair, stream },
    tone('mouth', OURS, -12),
    { kind: 'open-recorder', port: 'ear', file: file('ours.wav'), rate: rate === 48_000 ? 16_000 : rate, maxBytes: 0 },
    { kind: 'connect', from: 'mouth', to: 'call' },
    { kind: 'connect', from: 'call', to: 'ear' },
  )
  const mouth =
    encoder === undefined
      ? undefined
      : ffmpeg(
          ...['-re', '-f', 'lavfi', '-i', `sine=frequency=${THEIRS}:sample_rate=${rate}`],
          ...['-ac', '1', '-c:a', encoder, ...bits, '-payload_type', `${codec!.payloadType}`],
          ...['-f', 'rtp', `rtp://127.0.0.1:${rtpPort}?pkt_size=${packet}`],
        )
  try {
    await heard
    if (mouth) {
      await lab.wait('stream-receiving')
      await sleep(HEAR_MS)
      expect(await lab.stats('call')).toMatchObject({ codec: codec!.name, malformedPackets: 0, lostPackets: 0 })
    }
  } finally {
    mouth?.kill('SIGKILL')
    await lab.engine.close()
  }
  const raw = readFileSync(file('theirs.raw'))
  const theirs = new Int16Array(raw.buffer, raw.byteOffset, raw.length >> 1).slice(-rate / 2)
  expect(levelOf(theirs, OURS, rate), 'what FFmpeg hears').toBeGreaterThan(-15)
  expect(restOf(theirs, OURS, rate)).toBeLessThan(-21)
  if (mouth) {
    const { samples, rate: at } = readWav(file('ours.wav'))
    const ours = samples.slice(-at / 2)
    expect(levelOf(ours, THEIRS, at), 'what we hear').toBeGreaterThan(-18)
    expect(restOf(ours, THEIRS, at)).toBeLessThan(-24)
  }
  rmSync(folder, { recursive: true })
})
