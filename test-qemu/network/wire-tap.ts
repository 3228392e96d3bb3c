// What was said over the wire: the G.711 speech of a capture, from one address to another, as a sound.
import { readFileSync } from 'node:fs'
import type { Sound } from '../../firmware/lab/signal/wav.ts'

const RATE = 8000
const [FILE_HEADER, RECORD_HEADER] = [24, 16]
const [ETHERNET, IPV4, UDP, RTP] = [14, 20, 8, 12]

interface Speech {
  readonly source: number
  readonly timestamp: number
  readonly decode: (code: number) => number
  readonly payload: Buffer
}

/** Every G.711 packet (RFC 3551 §4.5.14) of one source, each at its time stamp; what another source says comes after it. */
export function spokenOverWire(pcap: string, from: string, to: string): Sound {
  const parts: { readonly at: number; readonly speech: Speech }[] = []
  let [end, source, first, base] = [0, -1, 0, 0]
  for (const packet of packets(readFileSync(pcap))) {
    const speech = speechOf(packet, from, to)
    if (speech === undefined) continue
    if (speech.source !== source) [source, first, base] = [speech.source, speech.timestamp, end]
    const at = base + ((speech.timestamp - first) | 0)
    // Before the first one it had been overtaken.
    if (at < 0) continue
    parts.push({ at, speech })
    end = Math.max(end, at + speech.payload.length)
  }
  const samples = new Float32Array(end)
  for (const { at, speech } of parts)
    for (const [i, code] of speech.payload.entries()) samples[at + i] = speech.decode(code) / 32768
  return { rate: RATE, samples }
}

/** The frames of a capture in the classic format, as QEMU writes it, little endian. */
function* packets(file: Buffer): Generator<Buffer> {
  for (let at = FILE_HEADER; at + RECORD_HEADER <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    at += RECORD_HEADER
    yield file.subarray(at, at + length)
    at += length
  }
}

function speechOf(frame: Buffer, from: string, to: string): Speech | undefined {
  const ip = frame.subarray(ETHERNET)
  if (ip.length < IPV4 + UDP + RTP || frame.readUInt16BE(12) !== 0x0800 || ip[0] !== 0x45 || ip[9] !== 17)
    return undefined
  if (dotted(ip, 12) !== from || dotted(ip, 16) !== to) return undefined
  // Frames of less than 60 bytes are padded.
  const rtp = ip.subarray(IPV4 + UDP, IPV4 + ip.readUInt16BE(IPV4 + 4))
  const decode = DECODERS[rtp[1]! & 0x7f]
  if (rtp[0] !== 0x80 || decode === undefined) return undefined
  return { source: rtp.readUInt32BE(8), timestamp: rtp.readUInt32BE(4), decode, payload: rtp.subarray(RTP) }
}

const dotted = (bytes: Buffer, at: number): string => bytes.subarray(at, at + 4).join('.')

/** ITU-T G.711, table 1a: sixteen bits of the thirteen there are. */
function decodeALaw(code: number): number {
  const inverted = code ^ 0x55
  const segment = (inverted >> 4) & 7
  const step = ((inverted & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return inverted & 0x80 ? magnitude : -magnitude
}

/** ITU-T G.711, table 2a: sixteen bits of the fourteen there are. */
function decodeMuLaw(code: number): number {
  const inverted = ~code
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84
  return inverted & 0x80 ? -magnitude : magnitude
}

/** By payload type. */
const DECODERS: Readonly<Record<number, Speech['decode']>> = { 0: decodeMuLaw, 8: decodeALaw }
