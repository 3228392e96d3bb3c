// The padding MD5 and SHA-256 share: message, one bit, zeros, length in bits, as 32-bit words (RFC 1321 §3.1, RFC 6234 §4.1).

/** Words of all 64-byte blocks. Characters above 255 count as their low byte. */
export function paddedWords(bytes: string, littleEndian: boolean): Int32Array {
  const length = bytes.length
  const words = new Int32Array((((length + 8) >> 6) + 1) * 16)
  const flip = littleEndian ? 0 : 3
  for (let i = 0; i < length; i++) words[i >> 2]! |= (bytes.charCodeAt(i) & 0xff) << (((i & 3) ^ flip) * 8)
  words[length >> 2]! |= 0x80 << (((length & 3) ^ flip) * 8)
  const high = Math.floor(length / 0x2000_0000)
  words[words.length - (littleEndian ? 2 : 1)] = length << 3
  words[words.length - (littleEndian ? 1 : 2)] = high
  return words
}

export function bigEndianHex(words: readonly number[]): string {
  let text = ''
  for (const word of words) text += (word >>> 0).toString(16).padStart(8, '0')
  return text
}
