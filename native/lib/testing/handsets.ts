// Sound devices made of files, for tests: builds the paced ALSA plug-in of native/test/alsa and writes its configuration.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ZERO_DBM0 } from './harness.ts'

const SOURCE = fileURLToPath(new URL('../../test/alsa/pcm_handset.c', import.meta.url))

export interface Handset {
  readonly rate: number
  readonly channels?: number
  /** Of its clock, ppm. */
  readonly drift?: number
  /** Frequency its microphone hears at −20 dBm0, Hz. */
  readonly hears?: number
}

export interface Handsets {
  path(name: string): string
  /** This process and its children find these PCMs now, each with its files `NAME.in`, `NAME.out` and `NAME.plug`; beside them `nothing`, without a clock. */
  define(all: Readonly<Record<string, Handset>>): void
  /** When the device last started, monotonic ms, and which frame of `NAME.in` or `NAME.out` was the first. */
  started(name: string, side: 'in' | 'out'): { readonly atMs: number; readonly frame: number }
  /** What a handset's ear got, one channel of it. */
  heard(name: string, channels?: number): Int16Array
  remove(): void
}

export function createHandsets(): Handsets {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-alsa-'))
  const path = (name: string): string => join(folder, name)
  execFileSync('cc', ['-shared', '-fPIC', '-DPIC', '-O1', SOURCE, '-lasound', '-o', path('pcm_handset.so')])
  return {
    path,
    define(all) {
      // PortAudio refuses a system that has no default device.
      const parts = [
        `pcm_type.handset { lib "${path('pcm_handset.so')}" }`,
        'pcm.nothing { type null }',
        'pcm.default { type null }',
      ]
      for (const [name, { rate, channels = 1, drift = 0, hears = 1000 }] of Object.entries(all)) {
        const mouth = Buffer.alloc(rate * 2 * channels)
        for (let i = 0; i < rate * channels; i++)
          mouth.writeInt16LE(
            Math.round(0.1 * ZERO_DBM0 * Math.sin((2 * Math.PI * hears * Math.floor(i / channels)) / rate)),
            i * 2,
          )
        writeFileSync(path(`${name}.in`), mouth)
        writeFileSync(path(`${name}.plug`), '')
        for (const file of ['out', 'out.at', 'in.at']) rmSync(path(`${name}.${file}`), { force: true })
        parts.push(`pcm.${name} { type handset capture "${path(`${name}.in`)}" playback "${path(`${name}.out`)}"
      plug "${path(`${name}.plug`)}" rate ${rate} channels ${channels} drift_ppm ${drift} }`)
      }
      writeFileSync(path('asound.conf'), parts.join('\n'))
      process.env.ALSA_CONFIG_PATH = path('asound.conf')
    },
    started(name, side) {
      const [ns, frame] = readFileSync(path(`${name}.${side}.at`), 'utf8')
        .trim()
        .split('\n')
        .at(-1)!
        .split(' ')
      return { atMs: Number(ns) / 1e6, frame: Number(frame) }
    },
    heard(name, channels = 1) {
      const bytes = readFileSync(path(`${name}.out`))
      return Int16Array.from({ length: Math.floor(bytes.length / 2 / channels) }, (_, i) =>
        bytes.readInt16LE(i * 2 * channels),
      )
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
