// PortAudio: the one file that imports naudiodon. Only ever loaded in the child process: its calls block for hundreds of
// milliseconds, its callbacks wait for JavaScript, it takes SIGSEGV for itself and prints to standard output.
import type { Readable, Writable } from 'node:stream'
import naudiodon from 'naudiodon'
import type { AudioDevice, SoundOrder } from './contract.ts'

/** Takes up to a few hundred ms. */
export const devices = (): AudioDevice[] =>
  naudiodon.getDevices().map((each) => ({
    id: each.id,
    name: each.name,
    host: each.hostAPIName,
    inputs: each.maxInputChannels,
    outputs: each.maxOutputChannels,
    defaultRate: each.defaultSampleRate,
  }))

export interface Sound {
  /** Gives blocks of 10 ms, S16_LE mono. */
  readonly capture: Readable | undefined
  /** Takes S16_LE mono; a write is done when PortAudio's store had room for it. */
  readonly playback: Writable | undefined
  readonly detail: string
}

/**
 * Opens and starts what the order names. One PortAudio stream per direction, for one that waits for samples would hold up
 * the other. Throws an Error with the reason when a device is not there or refuses.
 */
export function openSound({ capture, playback, rate }: SoundOrder): Sound {
  const all = devices()
  const options = (device: AudioDevice, maxQueue: number) => ({
    deviceId: device.id,
    sampleRate: rate,
    channelCount: 1,
    sampleFormat: 16 as const,
    framesPerBuffer: rate / 100,
    maxQueue,
    highwaterMark: rate / 50,
    closeOnError: false,
  })
  const mouth = capture === '' ? undefined : find(all, capture, 'inputs')
  const ear = playback === '' ? undefined : find(all, playback, 'outputs')
  const reading = mouth && attempt(capture, () => naudiodon.AudioIO({ inOptions: options(mouth, 8) }))
  const writing = ear && attempt(playback, () => naudiodon.AudioIO({ outOptions: options(ear, 2) }))
  if (reading) attempt(capture, () => reading.start())
  if (writing) attempt(playback, () => writing.start())
  const said = (what: string, device: AudioDevice | undefined) =>
    device === undefined ? `no ${what}` : `${what} '${device.name}' (${device.host})`
  return {
    capture: reading,
    playback: writing,
    detail: `PortAudio, ${rate} Hz: ${said('capture', mouth)}; ${said('playback', ear)}`,
  }
}

function find(all: readonly AudioDevice[], name: string, way: 'inputs' | 'outputs'): AudioDevice {
  const fit = all.filter((each) => each[way] > 0)
  const found = fit.find((each) => each.name === name) ?? fit.find((each) => `#${each.id}` === name)
  if (found) return found
  const known = fit.map((each) => `'${each.name}'`).join(', ') || 'none'
  throw new Error(`PortAudio has no device '${name}' with ${way}; there are: ${known}`)
}

function attempt<T>(name: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw new Error(`PortAudio, '${name}': ${(error as Error).message}`)
  }
}
