// What a caller with SRTP says: its line in the offer, and its packets sealed (AES_CM_128_HMAC_SHA1_80, RFC 3711).
import { createCipheriv, createHmac, randomBytes } from 'node:crypto'

const SUITE = 'AES_CM_128_HMAC_SHA1_80'
const [KEY, SALT, TAG] = [16, 14, 10]

export interface Sealed {
  /** The attribute of an offer. */
  readonly crypto: string
  /** One RTP packet of the first 65,536. */
  seal(packet: Buffer): Buffer
}

export function sealed(): Sealed {
  const master = randomBytes(KEY + SALT)
  const counter = (key: Buffer, iv: Buffer, data: Buffer) => createCipheriv('aes-128-ctr', key, iv).update(data)
  const derive = (label: number, size: number) => {
    const iv = Buffer.concat([master.subarray(KEY), Buffer.alloc(2)])
    iv[7]! ^= label
    return counter(master.subarray(0, KEY), iv, Buffer.alloc(size))
  }
  const [cipher, auth, salt] = [derive(0, KEY), derive(1, 20), derive(2, SALT)]
  return {
    crypto: `a=crypto:1 ${SUITE} inline:${master.toString('base64')}\r\n`,
    seal(packet) {
      const iv = Buffer.concat([salt, Buffer.alloc(2)])
      for (let i = 0; i < 4; i++) iv[4 + i]! ^= packet[8 + i]!
      for (let i = 0; i < 2; i++) iv[12 + i]! ^= packet[2 + i]!
      const body = Buffer.concat([packet.subarray(0, 12), counter(cipher, iv, packet.subarray(12))])
      const tag = createHmac('sha1', auth).update(body).update(Buffer.alloc(4)).digest().subarray(0, TAG)
      return Buffer.concat([body, tag])
    },
  }
}
