// The part of the package naudiodon that is used; an own description, so that type checking works where it is not installed.
declare module 'naudiodon' {
  import type { Readable, Writable } from 'node:stream'

  interface DeviceInfo {
    readonly id: number
    readonly name: string
    readonly maxInputChannels: number
    readonly maxOutputChannels: number
    readonly defaultSampleRate: number
    readonly hostAPIName: string
  }
  interface AudioOptions {
    readonly deviceId: number
    readonly sampleRate: number
    readonly channelCount: number
    readonly sampleFormat: 16
    /** Frames per call of PortAudio. */
    readonly framesPerBuffer: number
    /** Blocks stored between PortAudio and the stream. */
    readonly maxQueue: number
    /** Bytes of one read. */
    readonly highwaterMark: number
    readonly closeOnError: boolean
  }
  interface Started {
    start(): void
  }
  const naudiodon: {
    getDevices(): DeviceInfo[]
    AudioIO(options: { readonly inOptions: AudioOptions }): Readable & Started
    AudioIO(options: { readonly outOptions: AudioOptions }): Writable & Started
  }
  export default naudiodon
}
