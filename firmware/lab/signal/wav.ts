// WAV files of 16-bit PCM as bytes: written for the handset to speak, read to judge what came back.
import { err, ok, type Result } from '../../base/result.ts'

export interface Sound {
  /** Samples a second. */
  readonly rate: number
  /** One channel, −1…1. */
  readonly samples: Float32Array
}

const HEADER = 44
const text = (view: DataView, at: number, name: string) => {
  for (let i = 0; i < name.length; i++) view.setUint8(at + i, name.charCodeAt(i))
}

/** Clips to full scale. */
export function encodeWav(sound: Sound): Uint8Array {
  const data = sound.samples.length * 2
  const view = new DataView(new ArrayBuffer(HEADER + data))
  text(view, 0, 'RIFF')
  view.setUint32(4, HEADER - 8 + data, true)
  text(view, 8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sound.rate, true)
  view.setUint32(28, sound.rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(view, 36, 'data')
  view.setUint32(40, data, true)
  for (let i = 0; i < sound.samples.length; i++) {
    view.setInt16(HEADER + i * 2, Math.round(Math.max(-1, Math.min(1, sound.samples[i]!)) * 32767), true)
  }
  return new Uint8Array(view.buffer)
}

/** The first channel of a PCM16 file; a `data` chunk cut short, as of a file still being written, counts as far as it goes. */
export function decodeWav(bytes: Uint8Array): Result<Sound, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || name(0) !== 'RIFF' || name(8) !== 'WAVE') return err('not a RIFF/WAVE file')
  let rate = 0
  let frame = 0
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (name(at) === 'fmt ' && size >= 16 && body + 16 <= bytes.length) {
      if (view.getUint16(body, true) !== 1 || view.getUint16(body + 14, true) !== 16) return err('not 16-bit PCM')
      rate = view.getUint32(body + 4, true)
      frame = view.getUint16(body + 12, true)
    }
    if (name(at) === 'data') {
      if (rate === 0 || frame < 2) return err('data before fmt')
      const count = Math.floor(Math.min(size, bytes.length - body) / frame)
      const samples = new Float32Array(count)
      for (let i = 0; i < count; i++) samples[i] = view.getInt16(body + i * frame, true) / 32768
      return ok({ rate, samples })
    }
    at = body + size + (size & 1)
  }
  return err('no data chunk')
}
