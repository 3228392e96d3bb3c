// A call with everything on it, to be run with the guard preloaded: codecs, loss of the peer's word, digits, files, tones, a conference;
// meanwhile JavaScript stands still for two seconds and then collects garbage for two. Prints what the streams counted meanwhile.
// Run: node --expose-gc guarded.ts FOLDER
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec, StreamStats } from '../../../firmware/media/contract.ts'
import { Lab, tone, writeSine } from './harness.ts'

const folder = process.argv[2] ?? '.'
const CODECS: readonly Codec[] = [
  { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 },
  { name: 'G722', payloadType: 9, clockRate: 8000, channels: 1 },
  { name: 'OPUS', payloadType: 96, clockRate: 48_000, channels: 2, parameters: { useinbandfec: '1' } },
]

interface Told {
  readonly codec: string
  readonly blocked: Change
  readonly collecting: Change
}
interface Change {
  readonly sent: number
  readonly lost: number
  readonly late: number
  readonly concealedMs: number
}

const change = (before: StreamStats, after: StreamStats): Change => ({
  sent: after.sentPackets - before.sentPackets,
  lost: after.lostPackets - before.lostPackets,
  late: after.latePackets - before.latePackets,
  concealedMs: after.concealedMs - before.concealedMs,
})

async function during(lab: Lab, act: () => void): Promise<Change> {
  const before = await lab.stats('b')
  act()
  return change(before, await lab.stats('b'))
}

function blockFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** Garbage in large and small pieces, and full collections one after the other. */
function collectFor(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) {
    const waste = Array.from({ length: 20_000 }, (_, n) => ({ n, text: `${n}` }))
    new Uint8Array(1 << 20).fill(waste.length & 0xff)
    gc?.()
  }
}

async function converse(codec: Codec): Promise<Told> {
  const lab = new Lab()
  lab.do(
    { kind: 'open-player', port: 'player', file: join(folder, 'song.wav'), loops: 0, pauseMs: 100 },
    { kind: 'open-recorder', port: 'recorder', file: join(folder, 'heard.wav'), rate: 16_000, maxBytes: 0 },
    { kind: 'open-device', port: 'handset', device: { kind: 'null', rate: 48_000 } },
    tone('beep', 440, -20),
  )
  await lab.pairOfStreams({ send: codec, receive: [codec] })
  for (const [from, to] of [
    ...[['player', 'a'] as const, ['beep', 'a'] as const, ['handset', 'a'] as const, ['a', 'handset'] as const],
    ...[['b', 'recorder'] as const, ['b', 'handset'] as const, ['handset', 'b'] as const, ['beep', 'b'] as const],
  ])
    lab.do({ kind: 'connect', from, to })
  await lab.wait('stream-receiving', (event) => event.port === 'b')
  lab.do({ kind: 'send-dtmf', port: 'a', digits: '1234', durationMs: 80, gapMs: 60 })
  lab.do({ kind: 'set-gain', port: 'b', giveDb: -3, takeDb: 3 }, { kind: 'seek', port: 'player', atMs: 15_000 })
  lab.do({ kind: 'set-paused', port: 'recorder', paused: true }, { kind: 'query-port', port: 'player', ref: 1 })
  await lab.wait('port-state')
  await lab.wait('dtmf-sent')
  lab.do({ kind: 'set-paused', port: 'recorder', paused: false })
  await sleep(200)
  const told = {
    codec: codec.name,
    blocked: await during(lab, () => blockFor(2000)),
    collecting: await during(lab, () => collectFor(2000)),
  }
  await lab.engine.close()
  return told
}

writeSine(join(folder, 'song.wav'), 700, 16_000, 30_000, 5000)
const told: Told[] = []
for (const codec of CODECS) told.push(await converse(codec))
console.log(JSON.stringify(told))
