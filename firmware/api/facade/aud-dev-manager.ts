// PJSUA2's AudDevManager: which sound device the endpoint speaks and hears through.
import type { DeviceConfig, PortId } from '../../media/contract.ts'
import { type SoundDevices, soundDevices } from '../core/sound-devices.ts'
import { AudioMedia } from './audio-media.ts'
import type { Endpoint } from './endpoint.ts'
import type { Switchboard } from './switchboard.ts'

const DEVICE: PortId = 'device'
/** Of an ALSA period, ms. */
const PERIOD_MS = 20

class DeviceMedia extends AudioMedia {
  readonly port = DEVICE
}

export class AudDevManager {
  readonly #board: Switchboard
  readonly #media: DeviceMedia
  #device: DeviceConfig | undefined
  #names = { capture: 'default', playback: 'default' }

  /** For the façade. */
  constructor(endpoint: Endpoint, board: Switchboard) {
    this.#board = board
    this.#media = new DeviceMedia(endpoint)
    const tell = (type: 'opened' | 'failed' | 'ended', text: string) =>
      endpoint.tell('mediaEvent', { port: DEVICE, type, text })
    board.ports.set(DEVICE, {
      opened: (detail) => tell('opened', detail),
      failed: (reason) => tell('failed', reason),
      ended: () => tell('ended', ''),
    })
  }

  /** What the microphone gives. The device is opened when it was not yet. */
  getCaptureDevMedia(): AudioMedia {
    if (this.#device === undefined) this.#openAlsa()
    return this.#media
  }

  /** What the loudspeaker takes; the same device. */
  getPlaybackDevMedia(): AudioMedia {
    return this.getCaptureDevMedia()
  }

  /** An ALSA PCM name; those who heard the device hear the new one. */
  setCaptureDev(capture: string): void {
    this.#names = { ...this.#names, capture }
    this.#openAlsa()
  }

  setPlaybackDev(playback: string): void {
    this.#names = { ...this.#names, playback }
    this.#openAlsa()
  }

  /** The names of what this machine has. */
  enumDev(): SoundDevices {
    return soundDevices()
  }

  /** No device: silence in, nothing out. */
  setNullDev(): void {
    this.setDevice({ kind: 'null', rate: this.#rate })
  }

  /** Any kind the media engine has, such as files in place of microphone and loudspeaker. */
  setDevice(device: DeviceConfig): void {
    this.#board.bridge.close(DEVICE)
    this.#device = device
    this.#board.bridge.open({ kind: 'open-device', port: DEVICE, device })
  }

  /** Undefined: none was opened yet. */
  getDevice(): DeviceConfig | undefined {
    return this.#device
  }

  sndIsActive(): boolean {
    return this.#device !== undefined && this.#device.kind !== 'null'
  }

  get #rate() {
    return this.#board.settings.medConfig.sndClockRate
  }

  #openAlsa(): void {
    this.setDevice({ kind: 'alsa', ...this.#names, rate: this.#rate, periodMs: PERIOD_MS })
  }
}
