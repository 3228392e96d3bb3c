// What the phone's process and the PortAudio process say to each other, beside the samples, which go to the engine's socket.

/** A sound device as PortAudio sees it. */
export interface AudioDevice {
  /** Its number, good until devices come or go. */
  readonly id: number
  readonly name: string
  /** Which of the system's ways to sound it belongs to: `ALSA`, `JACK`, … */
  readonly host: string
  /** Channels; 0: that direction does not exist. */
  readonly inputs: number
  readonly outputs: number
  /** Hz. */
  readonly defaultRate: number
}

/** Devices by name, or by number as `#3`; '' leaves the direction closed. */
export interface SoundOrder {
  /** Unix-domain socket the media engine listens on. */
  readonly socket: string
  readonly capture: string
  readonly playback: string
  readonly rate: 8000 | 16000 | 32000 | 48000
}

/** The one message to the child. */
export type ChildOrder = { readonly kind: 'list' } | ({ readonly kind: 'carry' } & SoundOrder)

/** The answer to `list`. */
export type ChildAnswer =
  | { readonly kind: 'devices'; readonly devices: readonly AudioDevice[] }
  | { readonly kind: 'failed'; readonly reason: string }
