// A self-signed X.509 certificate (RFC 5280) over a P-256 key: Node makes keys and signatures, but no certificates. DER by hand.
import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'

/** X.690 §8.1: tag, length, content. */
function tlv(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const { length } = body
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...items: readonly Uint8Array[]) => tlv(0x30, ...items)
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, 'hex'))
const TRUE = Buffer.from('0101ff', 'hex')

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'))
const COMMON_NAME = oid('550403')
/** §4.2.1: not an authority; signs; a TLS client, and a server for SIP. */
const EXTENSIONS = sequence(
  sequence(oid('551d13'), TRUE, tlv(0x04, sequence())),
  sequence(oid('551d0f'), TRUE, tlv(0x04, Buffer.from('03020780', 'hex'))),
  sequence(oid('551d25'), tlv(0x04, sequence(oid('2b06010505070302'), oid('2b06010505070301')))),
)

/** §4.1.2.5: years up to 2049 with two digits. */
const utcTime = (ms: number) => tlv(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)}Z`))
/** §4.1.2.5: has no well-defined end; a phone would not know where to get another one. */
const NO_END = tlv(0x18, Buffer.from('99991231235959Z'))

/** DER; `name` is its subject's common name, at most 64 characters of ASCII (§A.1: ub-common-name). */
export function selfSigned(key: KeyObject, name: string, notBeforeMs: number): Buffer {
  const subject = sequence(tlv(0x31, sequence(COMMON_NAME, tlv(0x0c, Buffer.from(name)))))
  // §4.1.2.2: positive; the top bit is clear, the next one keeps the encoding from getting shorter.
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  const tbs = sequence(
    tlv(0xa0, Buffer.from('020102', 'hex')),
    tlv(0x02, serial),
    ECDSA_SHA256,
    subject,
    sequence(utcTime(notBeforeMs), NO_END),
    subject,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    tlv(0xa3, EXTENSIONS),
  )
  return sequence(tbs, ECDSA_SHA256, tlv(0x03, Buffer.from([0]), sign('sha256', tbs, key)))
}
