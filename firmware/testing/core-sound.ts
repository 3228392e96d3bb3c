// Streams of the core objects between two parties on loopback, and what is heard of them.
import { readFileSync } from 'node:fs'
import {
  AudioTransport,
  CoreError,
  RtpTransport,
  SdpConnection,
  type SdpMedia,
  SdpSession,
  type StartOptions,
} from '../api/core/index.ts'
import { decodeWav } from '../lab/signal/wav.ts'
import { type CoreParty, startParty } from './core.ts'

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A party with the sound device that is none. */
export async function withSound(user: string, options: Partial<StartOptions> = {}): Promise<CoreParty> {
  const party = await startParty(user, { sampleRate: 16, codecs: ['g711'], ...options })
  party.engine.setSoundDevices('null', 'null')
  return party
}

/** One in INIT. */
export async function transport(party: CoreParty, options = {}): Promise<RtpTransport> {
  const made = new RtpTransport({ engine: party.engine, ...options })
  const ready = party.engine.notifications.next('rtp-transport-did-initialize', { sender: made })
  made.init()
  await ready
  return made
}

export const sessionOf = (media: SdpMedia): SdpSession =>
  new SdpSession('127.0.0.1', { connection: new SdpConnection('127.0.0.1'), media: [media] })

/** A stream between two, offered by the first. */
export async function stream(alice: CoreParty, bob: CoreParty, options = {}) {
  const caller = new AudioTransport(await transport(alice), options)
  const offer = sessionOf(caller.getLocalMedia(true))
  const callee = new AudioTransport(await transport(bob), { ...options, remoteSdp: offer })
  const answer = sessionOf(callee.getLocalMedia(false))
  caller.start(offer, answer)
  return { caller, callee, offer, answer }
}

/** `code: text` of the CoreError that is thrown. */
export function thrown(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof CoreError ? `${error.code}: ${error.text}` : String(error)
  }
  return 'nothing thrown'
}

/** Highest sample of a file. */
export function loudest(name: string): number {
  const sound = decodeWav(readFileSync(name))
  if (!sound.ok) throw new Error(sound.error)
  return sound.value.samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
}
