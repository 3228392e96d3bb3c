// Power spectra of real signals by a radix-2 FFT.

/** A periodic Hann window of `size`. */
export const hann = (size: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size))

/** Power at the bins 0 … size/2 of `samples[at … at + window.length)` weighted by `window`, filled up with zeros to `size`, a power of two. */
export function powerSpectrum(samples: Float32Array, at: number, window: Float64Array, size: number): Float64Array {
  const re = new Float64Array(size)
  const im = new Float64Array(size)
  for (let i = 0; i < window.length; i++) re[reversed(i, size)] = (samples[at + i] ?? 0) * window[i]!
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k++) {
      const angle = (-Math.PI * k) / half
      const [c, s] = [Math.cos(angle), Math.sin(angle)]
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half
        const x = re[b]! * c - im[b]! * s
        const y = re[b]! * s + im[b]! * c
        re[b] = re[a]! - x
        im[b] = im[a]! - y
        re[a] = re[a]! + x
        im[a] = im[a]! + y
      }
    }
  }
  return Float64Array.from({ length: size / 2 + 1 }, (_, k) => re[k]! ** 2 + im[k]! ** 2)
}

function reversed(index: number, size: number): number {
  let out = 0
  for (let bit = 1; bit < size; bit *= 2) {
    out = out * 2 + (index & 1)
    index >>= 1
  }
  return out
}
