// Messages to the media engine on an external device's socket, as native/src/audio/external_wire.h says.

const HELLO = 1
const FAILED = 2
const SAMPLES = 3
const PLAYED = 4
const MOST_BODY_BYTES = 4096

function message(kind: number, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + body.length)
  bytes.writeUInt16LE(kind, 0)
  bytes.writeUInt16LE(body.length, 2)
  body.copy(bytes, 4)
  return bytes
}

const text = (kind: number, words: string) => message(kind, Buffer.from(words).subarray(0, MOST_BODY_BYTES))

/** Devices are open: which, in words. */
export const hello = (opened: string): Buffer => text(HELLO, opened)
/** They could not be opened. */
export const failed = (why: string): Buffer => text(FAILED, why)
/** Captured samples, S16_LE mono, at most 4096 bytes. */
export const samples = (pcm: Buffer): Buffer => message(SAMPLES, pcm)
/** Samples the device has taken since hello; counts modulo 2³². */
export function played(count: number): Buffer {
  const body = Buffer.allocUnsafe(4)
  body.writeUInt32LE(count >>> 0)
  return message(PLAYED, body)
}
