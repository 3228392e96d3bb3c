// Sound devices by name: what this machine has, and what a pair of names opens.
import { readFileSync } from 'node:fs'
import type { DeviceConfig } from '../../media/contract.ts'
import { CoreError } from './errors.ts'

/** The device that hears nothing and is silent; every machine has it. */
export const NO_DEVICE = 'null'
/** ALSA's own choice. */
const DEFAULT = 'default'
/** `wav:/path/to/file.wav`: a file in the place of a sound card. */
const FILE = 'wav:'
const PERIOD_MS = 20

/** Devices of one direction. */
export interface SoundDevices {
  readonly playback: readonly string[]
  readonly recording: readonly string[]
}

/** What the kernel has, ALSA's own choice first; the device that is none last. */
export function soundDevices(file = '/proc/asound/pcm'): SoundDevices {
  const lines = linesOf(file)
  const named = (direction: 'playback' | 'capture') => {
    const found = lines.flatMap((line) => {
      const numbers = /^(\d+)-(\d+):/.exec(line)
      return numbers !== null && line.includes(`: ${direction} `)
        ? [`plughw:${Number(numbers[1])},${Number(numbers[2])}`]
        : []
    })
    return found.length === 0 ? [NO_DEVICE] : [DEFAULT, ...found, NO_DEVICE]
  }
  return { playback: named('playback'), recording: named('capture') }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => `${line} `)
  } catch {
    // A kernel without sound.
    return []
  }
}

/** What the media engine is to open; undefined names are chosen here. Throws a CoreError for what cannot go together. */
export function deviceOf(
  operation: string,
  playback: string | undefined,
  recording: string | undefined,
  rateKhz: 8 | 16 | 32 | 48,
): DeviceConfig {
  const rate = (rateKhz * 1000) as 8000 | 16000 | 32000 | 48000
  const has = soundDevices()
  const out = playback ?? has.playback[0]!
  const into = recording ?? has.recording[0]!
  const names = [out, into]
  const without = (name: string, prefix = '') => (name === NO_DEVICE ? '' : name.slice(prefix.length))
  if (names.some((name) => name.startsWith(FILE))) {
    if (!names.every((name) => name.startsWith(FILE) || name === NO_DEVICE))
      throw new CoreError('argument', operation, `expected files or ${NO_DEVICE} for both, got ${names.join(' and ')}`)
    return { kind: 'wav', playback: without(out, FILE), capture: without(into, FILE), rate, loop: true }
  }
  if (names.every((name) => name === NO_DEVICE)) return { kind: 'null', rate }
  return { kind: 'alsa', playback: without(out), capture: without(into), rate, periodMs: PERIOD_MS }
}
