// The sound devices of a running engine: opened, changed, closed; and digits made audible there.
import type { DeviceConfig, MediaEvent } from '../../media/contract.ts'
import { digitTones } from '../../media/digit-tones.ts'
import { DEVICE } from './bridge.ts'
import { deviceOf } from './sound-devices.ts'
import type { Stack } from './stack.ts'
import type { SampleRate } from './start-options.ts'

/** What became of the devices: open, with what was really opened, or not, and why. */
export interface SoundDeviceChange {
  readonly isOpen: boolean
  readonly detail: string
  /** Of what was opened, Hz; undefined: nothing was. */
  readonly rate: number | undefined
}

/** Of one engine. */
export class Sound {
  readonly #stack: Stack
  readonly #tell: (change: SoundDeviceChange) => void
  #isOpen = false

  constructor(stack: Stack, tell: (change: SoundDeviceChange) => void) {
    this.#stack = stack
    this.#tell = tell
  }

  /** Both directions, in the place of what was open. Throws a CoreError for names that cannot go together. */
  open(operation: string, playback: string | undefined, recording: string | undefined, rateKhz: SampleRate): void {
    this.openDevice(deviceOf(operation, playback, recording, rateKhz))
    this.#stack.bridge.join(DEVICE)
  }

  /** The same, of any kind; who hears it and whom it hears, the bridge is told. */
  openDevice(device: DeviceConfig): void {
    const stack = this.#stack
    if (this.#isOpen) {
      stack.media({ kind: 'close-port', port: DEVICE })
      stack.bridge.gone(DEVICE)
    }
    this.#isOpen = true
    stack.claimPort(DEVICE, (event) => this.#onEvent(event))
    stack.media({ kind: 'open-device', port: DEVICE, device })
  }

  /** The digit sounds for that long. */
  playDigit(digit: string, durationMs: number): void {
    if (!this.#isOpen) return
    const stack = this.#stack
    const port = stack.newName('digit')
    stack.claimPort(port, (event) => {
      if (event.kind === 'port-ended') stack.closePort(port)
    })
    stack.media({ kind: 'open-tone', port, tone: digitTones(digit, durationMs) })
    stack.bridge.sound(port)
  }

  #onEvent(event: MediaEvent): void {
    if (event.kind === 'port-opened') this.#tell({ isOpen: true, detail: event.detail, rate: event.rate })
    if (event.kind === 'port-failed' || event.kind === 'port-lost')
      this.#tell({ isOpen: false, detail: event.reason, rate: undefined })
  }
}
