// What `npm start --` understands.
import { err, ok, type Result } from '../base/result.ts'
import { readArguments } from './arguments.ts'

export interface StartOptions {
  readonly mode: 'interactive' | 'demo' | 'help'
  /** Bootstrap file of a real broker and PBX instead of the lab. */
  readonly config: string | undefined
  readonly audio: 'auto' | 'alsa' | 'null' | 'wav'
  readonly json: boolean
  /** Folder for logs, state and recordings; undefined: a temporary one that goes with the phone, except for the log. */
  readonly folder: string | undefined
}

export const USAGE = `Usage: npm start -- [options]

Without options: a simulated phone in this terminal, provisioned over MQTT by a broker of its own, with
a registrar, an echo and a second phone to talk to. Everything runs on loopback and ends with it.

  --demo            two calls without hands: frames, and a table of measurements; exits 1 if a step fails
  --json            with --demo: one JSON object instead of text
  --config FILE     a real broker and PBX: FILE is a bootstrap document (see docs/provisioning.md)
  --audio KIND      auto (ALSA when there is a sound device, else null), alsa, null, wav
  --folder DIR      keep logs, state and recordings in DIR
  --help            this text
`

const AUDIO = ['auto', 'alsa', 'null', 'wav'] as const

export function readOptions(args: readonly string[]): Result<StartOptions, string> {
  const options = {
    demo: { type: 'boolean' },
    json: { type: 'boolean' },
    config: { type: 'string' },
    audio: { type: 'string' },
    folder: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const given = readArguments(args, options)
  if (!given.ok) return given
  const { demo = false, json = false, help = false, config, folder } = given.value
  const audio = AUDIO.find((kind) => kind === (given.value.audio ?? 'auto'))
  if (audio === undefined) return err(`--audio ${given.value.audio}: expected one of ${AUDIO.join(', ')}.`)
  if (json && !demo) return err('--json goes with --demo.')
  if (demo && config !== undefined) return err('--demo brings its own lab: it does not go with --config.')
  if (demo && audio !== 'auto') return err('--demo speaks and records WAV files: it does not go with --audio.')
  return ok({ mode: help ? 'help' : demo ? 'demo' : 'interactive', config, audio, json, folder })
}
