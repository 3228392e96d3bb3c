// For the tests of the media engine: waits for its events, makes and measures WAV files.
import { readFileSync, writeFileSync } from 'node:fs'
import type { MediaCommand, MediaEvent, StreamConfig } from '../../../firmware/media/contract.ts'
import { takePorts } from '../../../firmware/testing/interop/ports.ts'
import { createMediaEngine, type MediaEngine } from '../media.ts'

type WithKind<E, K> = E extends { readonly kind: infer Kinds } ? (K extends Kinds ? E : never) : never
export type EventOf<K extends MediaEvent['kind']> = WithKind<MediaEvent, K>

/** An engine whose events can be waited for; close it at the end of the test. */
export class Lab {
  readonly events: MediaEvent[] = []
  readonly engine: MediaEngine
  #waiting: (() => void)[] = []

  constructor() {
    this.engine = createMediaEngine((events) => {
      this.events.push(...events)
      for (const look of [...this.#waiting]) look()
    })
    this.engine.ref()
  }

  do(...commands: readonly MediaCommand[]): void {
    for (const command of commands) this.engine.command(command)
  }

  /** The first event of this kind (and port) that has come or comes within 5 s. */
  wait<K extends MediaEvent['kind']>(kind: K, match: (event: EventOf<K>) => boolean = () => true): Promise<EventOf<K>> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        this.#waiting = this.#waiting.filter((each) => each !== look)
      }
      const look = (): void => {
        const found = this.events.find((event) => event.kind === kind && match(event as EventOf<K>))
        if (!found) return
        stop()
        resolve(found as EventOf<K>)
      }
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`no ${kind} within 5 s; came: ${JSON.stringify(this.events)}`))
      }, 5000)
      this.#waiting.push(look)
      look()
    })
  }

  opened(port: string): Promise<EventOf<'port-opened'>> {
    return this.wait('port-opened', (event) => event.port === port)
  }

  async stats(port: string): Promise<EventOf<'stats'>['stats']> {
    const ref = this.events.length + 1
    this.do({ kind: 'query-stats', port, ref })
    return (await this.wait('stats', (event) => event.port === port && event.ref === ref)).stats
  }

  /** Opens two streams on loopback that send to each other. */
  async pairOfStreams(change: Partial<StreamConfig> = {}): Promise<void> {
    const min = takePorts(20)
    this.do({ kind: 'stock-pairs', address: '127.0.0.1', min, max: min + 19, want: 2, dscp: 46 })
    await this.wait('pair-ready', () => this.events.filter((event) => event.kind === 'pair-ready').length >= 2)
    const [a, b] = this.events.filter((event) => event.kind === 'pair-ready')
    const config = (remote: EventOf<'pair-ready'>): StreamConfig => ({
      rtp: { address: remote.address, port: remote.rtpPort },
      rtcp: { address: remote.address, port: remote.rtcpPort },
      direction: 'sendrecv',
      send: { name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 },
      ptimeMs: 20,
      receive: [{ name: 'PCMU', payloadType: 0, clockRate: 8000, channels: 1 }],
      eventSend: 101,
      eventReceive: 101,
      symmetric: true,
      cname: 'test',
      jitter: { minMs: 0, maxMs: 200 },
      keepAliveMs: 0,
      silenceMs: 0,
      ...change,
    })
    this.do(
      { kind: 'open-stream', port: 'a', pair: a!.pair, stream: config(b!) },
      { kind: 'open-stream', port: 'b', pair: b!.pair, stream: config(a!) },
    )
    await Promise.all([this.opened('a'), this.opened('b')])
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const tone = (port: string, hz: number, levelDb: number): MediaCommand => ({
  kind: 'open-tone',
  port,
  tone: { steps: [{ frequencies: [hz], ms: 0, levelDb }], repeat: 0 },
})

/** A mono PCM16 file with a sine. */
export function writeSine(path: string, hz: number, rate: number, ms: number, amplitude: number): void {
  const samples = (rate * ms) / 1000
  const bytes = Buffer.alloc(44 + samples * 2)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(rate, 24)
  bytes.writeUInt32LE(rate * 2, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(samples * 2, 40)
  for (let i = 0; i < samples; i++)
    bytes.writeInt16LE(Math.round(amplitude * Math.sin((2 * Math.PI * hz * i) / rate)), 44 + i * 2)
  writeFileSync(path, bytes)
}

/** Samples of a mono PCM16 file with a plain header, and its rate. */
export function readWav(path: string): { readonly rate: number; readonly samples: Int16Array } {
  const bytes = readFileSync(path)
  const count = bytes.readUInt32LE(40) / 2
  const samples = new Int16Array(count)
  for (let i = 0; i < count; i++) samples[i] = bytes.readInt16LE(44 + i * 2)
  return { rate: bytes.readUInt32LE(24), samples }
}

/** 0 dBm0 as the amplitude of a sine in 16-bit samples. */
export const ZERO_DBM0 = 22826

/** Level of one frequency in dBm0; NaN when there are no samples. */
export function levelOf(samples: Int16Array, hz: number, rate: number): number {
  let re = 0
  let im = 0
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hz * i) / rate)
    im += sample * Math.sin((2 * Math.PI * hz * i) / rate)
  })
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length / ZERO_DBM0)
}

/** Level in dBm0 of everything there is. */
export const powerOf = (samples: Int16Array): number =>
  10 * Math.log10((2 * samples.reduce((sum, sample) => sum + sample * sample, 0)) / samples.length / ZERO_DBM0 ** 2)

/** Level in dBm0 of everything that is not this frequency. */
export function restOf(samples: Int16Array, hz: number, rate: number): number {
  const toneAmplitude = ZERO_DBM0 * 10 ** (levelOf(samples, hz, rate) / 20)
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  return 10 * Math.log10(Math.max(1e-9, 2 * (power - toneAmplitude ** 2 / 2)) / ZERO_DBM0 ** 2)
}
