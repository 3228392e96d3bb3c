// What the console for people has at the bridge: the device, files, tones, calls; who hears whom by itself and by command.
import {
  type AudioMedia,
  AudioMediaPlayer,
  AudioMediaRecorder,
  type Call,
  type Endpoint,
  OperationError,
  ToneGenerator,
} from '../../api/facade/index.ts'
import type { PersonOptions } from './options.ts'

export class Sound {
  readonly #options: PersonOptions
  readonly #endpoint: Endpoint
  readonly #players: readonly AudioMediaPlayer[]
  readonly #tones: readonly ToneGenerator[]
  readonly #recorder: AudioMediaRecorder | undefined

  /** Opens what the options name. Throws an OperationError where that cannot be. */
  constructor(options: PersonOptions, endpoint: Endpoint, say: (line: string) => void) {
    this.#options = options
    this.#endpoint = endpoint
    const devices = endpoint.audDevManager()
    const { 'capture-dev': capture, 'playback-dev': playback, 'rec-file': recording } = options
    if (options['null-audio']) devices.setNullDev()
    else {
      if (capture !== undefined) devices.setCaptureDev(capture)
      if (playback !== undefined) devices.setPlaybackDev(playback)
    }
    this.#players = (options['play-file'] ?? []).map((file) => {
      const player = new AudioMediaPlayer(endpoint)
      player.on('failed', ({ reason }) => say(`--play-file ${file}: ${reason}`))
      player.on('eof', () => options['auto-play-hangup'] && endpoint.hangupAllCalls())
      player.createPlayer(file, { loops: options['auto-play-hangup'] ? 1 : 0 })
      return player
    })
    this.#tones = (options['play-tone'] ?? []).map((text) => playTone(text, endpoint))
    if (recording === undefined) return
    this.#recorder = new AudioMediaRecorder(endpoint)
    this.#recorder.on('failed', ({ reason }) => say(`--rec-file ${recording}: ${reason}`))
    this.#recorder.createRecorder(recording)
  }

  /** A call's sound began: it is connected as the options say. */
  begin(media: AudioMedia, others: readonly Call[]): void {
    const [player] = this.#players
    const { 'auto-play-hangup': once = false, 'auto-play': play = once } = this.#options
    if (this.#options['auto-loop']) {
      media.startTransmit(media)
      return
    }
    if (play && player !== undefined) {
      if (once) player.setPos(0)
      player.startTransmit(media)
    } else {
      const devices = this.#endpoint.audDevManager()
      devices.getCaptureDevMedia().startTransmit(media)
      media.startTransmit(devices.getPlaybackDevMedia())
    }
    if (this.#options['auto-rec'] && this.#recorder) media.startTransmit(this.#recorder)
    if (!this.#options['auto-conf']) return
    for (const other of others) {
      other.getAudioMedia().startTransmit(media)
      media.startTransmit(other.getAudioMedia())
    }
  }

  /** Each with its number, and the numbers of those that hear it. */
  ports(calls: readonly Call[]): readonly AudioMedia[] {
    const devices = this.#endpoint.audDevManager()
    return [
      ...(devices.getDevice() === undefined ? [] : [devices.getCaptureDevMedia()]),
      ...[...this.#players, ...this.#tones, ...(this.#recorder ? [this.#recorder] : [])],
      ...calls.filter((call) => call.hasMedia()).map((call) => call.getAudioMedia()),
    ].sort((a, b) => a.getPortId() - b.getPortId())
  }

  /** Of the device: how loud the microphone is to calls, and calls to the loudspeaker; 1 as it comes. */
  setVolume(microphone: number, loudspeaker: number): void {
    const device = this.#endpoint.audDevManager().getCaptureDevMedia()
    device.adjustRxLevel(microphone)
    device.adjustTxLevel(loudspeaker)
  }
}

/** `F1,F2,ON,OFF`, in Hz and ms. */
function playTone(text: string, endpoint: Endpoint): ToneGenerator {
  const [freq1, freq2, onMsec, offMsec] = text.split(',').map(Number)
  if (!/^\d+,\d+,\d+,\d+$/.test(text))
    throw new OperationError('--play-tone', 'argument', `expected F1,F2,ON,OFF in Hz and ms, got ${text}`)
  const tone = new ToneGenerator(endpoint)
  tone.createToneGenerator()
  tone.play([{ freq1: freq1!, freq2: freq2!, onMsec: onMsec!, offMsec: offMsec! }], true)
  return tone
}
