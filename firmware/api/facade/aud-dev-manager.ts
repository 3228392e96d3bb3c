// PJSUA2's AudDevManager: which sound device the endpoint speaks and hears through.

import { type DeviceConfig, type SoundDevices, soundDevices } from '../core/index.ts'
import { DEVICES, guarded } from './arguments.ts'
import { AudioMedia } from './audio-media.ts'
import { operated } from './errors.ts'
import type { Inner } from './inner.ts'

/** Of an ALSA period, ms. */
const PERIOD_MS = 20

class DeviceMedia extends AudioMedia {
  readonly name = 'device'
  isOpen = false

  get port() {
    return this.isOpen ? this.endpoint.inner('device').engine.soundDevicePort.port : undefined
  }

  open(): void {
    this.isOpen = true
    this.opened('setDevice')
  }
}

/** The sound device of an endpoint: microphone and loudspeaker are one medium of the bridge. From `endpoint.audDevManager()`. */
export class AudDevManager {
  readonly #inner: Inner
  readonly #media: DeviceMedia
  #device: DeviceConfig | undefined
  #names = { capture: 'default', playback: 'default' }

  /** For the façade. */
  constructor(inner: Inner) {
    this.#inner = inner
    this.#media = new DeviceMedia(inner.endpoint)
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

  /** An ALSA PCM name; what was connected to the device is heard on the new one. */
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
    operated('setDevice', () => this.#inner.engine.setSoundDevice(device))
    this.#device = device
    this.#media.open()
  }

  /** Undefined: none was opened yet. */
  getDevice(): DeviceConfig | undefined {
    return this.#device
  }

  /** A device other than the null device was asked for; `mediaEvent` tells whether it opened. */
  sndIsActive(): boolean {
    return this.#device !== undefined && this.#device.kind !== 'null'
  }

  get #rate() {
    return this.#inner.settings.medConfig.sndClockRate
  }

  #openAlsa(): void {
    this.setDevice({ kind: 'alsa', ...this.#names, rate: this.#rate, periodMs: PERIOD_MS })
  }
}

guarded(AudDevManager, DEVICES)
