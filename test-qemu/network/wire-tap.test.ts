// A capture made here, with speech sox has encoded: it is heard as it was spoken, pauses and other voices included.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { toneOf } from '../../firmware/testing/tone.ts'
import { spokenOverWire } from './wire-tap.ts'

const folder = mkdtempSync(join(tmpdir(), 'tap-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'wire.pcap')
const [PHONE, FRIEND] = ['192.0.2.10', '192.0.2.1']
const bytesOf = (address: string) => address.split('.').map(Number)

interface Packet {
  readonly from?: string
  readonly to?: string
  readonly source?: number
  readonly timestamp: number
  readonly type?: number
  readonly payload: Buffer
}

function frame({ from = PHONE, to = FRIEND, source = 7, timestamp, type = 8, payload }: Packet): Buffer {
  const rtp = Buffer.alloc(12)
  rtp.writeUInt16BE(0x8000 | type)
  rtp.writeUInt32BE(timestamp >>> 0, 4)
  rtp.writeUInt32BE(source, 8)
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(8 + 12 + payload.length, 4)
  const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, ...bytesOf(from), ...bytesOf(to)])
  const bytes = Buffer.concat([Buffer.alloc(12), Buffer.from([8, 0]), ip, udp, rtp, payload])
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, 60 - bytes.length))])
}

function capture(frames: readonly Buffer[]): void {
  const record = (bytes: Buffer) => {
    const header = Buffer.alloc(16)
    header.writeUInt32LE(bytes.length, 8)
    return [header, bytes]
  }
  writeFileSync(file, Buffer.concat([Buffer.alloc(24), ...frames.flatMap(record)]))
}

/** Half of full scale, in packets of 20 ms. */
function spoken(seconds: number, hertz: number, law: 'a-law' | 'mu-law' = 'a-law'): Buffer[] {
  const sine = ['synth', `${seconds}`, 'sine', `${hertz}`, 'vol', '0.5']
  const all = execFileSync('sox', ['-n', '-r', '8000', '-c', '1', '-e', law, '-t', 'raw', '-', ...sine])
  return Array.from({ length: all.length / 160 }, (_, n) => all.subarray(160 * n, 160 * (n + 1)))
}

test('a tone with a pause amid it, across the turn of the time stamps', () => {
  const first = 2 ** 32 - 4000
  const packets = spoken(2, 1000).map((payload, n) => ({ timestamp: first + 160 * n, payload }))
  capture(packets.filter((_, n) => n < 40 || n >= 60).map(frame))
  const sound = spokenOverWire(file, PHONE, FRIEND)
  expect(sound.samples).toHaveLength(16_000)
  const { seconds, levelDb, missing } = toneOf(sound, 1000)
  expect(seconds).toBeCloseTo(1.6)
  expect(missing).toBeCloseTo(0.4)
  expect(levelDb).toBeCloseTo(-6, 0)
})

test('only speech, only from there to there; another source comes after the first', () => {
  const [a, b] = [spoken(0.5, 600), spoken(0.5, 800, 'mu-law')]
  capture([
    ...a.map((payload, n) => frame({ timestamp: 160 * n, payload })),
    ...a.map((payload, n) => frame({ timestamp: 160 * n, payload, from: FRIEND, to: PHONE })),
    frame({ timestamp: 99_999, payload: Buffer.alloc(4), type: 101 }),
    Buffer.alloc(60),
    ...b.map((payload, n) => frame({ timestamp: 160 * n, payload, source: 8, type: 0 })),
  ])
  const sound = spokenOverWire(file, PHONE, FRIEND)
  expect(sound.samples).toHaveLength(8000)
  expect(toneOf({ ...sound, samples: sound.samples.subarray(0, 4000) }, 600).seconds).toBeCloseTo(0.5)
  const second = toneOf({ ...sound, samples: sound.samples.subarray(4000) }, 800)
  expect(second.seconds).toBeCloseTo(0.5)
  expect(second.levelDb).toBeCloseTo(-6, 0)
})
