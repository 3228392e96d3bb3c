// G.711 µ-law between bytes and samples of −1…1, for what a measuring caller says and hears.

const BIAS = 0x84
const CLIP = 32_635

export function encodeMuLaw(sample: number): number {
  const value = Math.round(sample * 32_768)
  const size = Math.min(Math.abs(value), CLIP) + BIAS
  const exponent = 24 - Math.clz32(size)
  const mantissa = (size >> (exponent + 3)) & 0x0f
  return ~((value < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
}

export function decodeMuLaw(byte: number): number {
  const code = ~byte & 0xff
  const size = ((((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)) - BIAS
  return (code & 0x80 ? -size : size) / 32_768
}
