// The audio devices of a configuration: the handset's, and those of loudspeaker, headset and ringer where a board has them.

const RATE = {
  type: 'integer',
  enum: [8000, 16000, 32000, 48000],
  default: 16000,
  description: 'Sample rate, Hz',
} as const

const DEVICE_NAME = { type: 'string', maxLength: 128 } as const
const PERIOD = { type: 'integer', minimum: 5, maximum: 40, default: 20, description: 'Period, ms' } as const
const PORTAUDIO = {
  ...{ ...DEVICE_NAME, default: 'default', description: 'PortAudio device, by name or as #3; empty: none' },
} as const

const WAV = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'capture', 'playback'],
  properties: {
    kind: { type: 'string', const: 'wav' },
    capture: { ...DEVICE_NAME, maxLength: 1024, description: 'WAV file that is spoken' },
    playback: { ...DEVICE_NAME, maxLength: 1024, description: 'WAV file that is written' },
    rate: RATE,
    loop: { type: 'boolean', default: true, description: 'Repeat the spoken file; else silence follows' },
  },
} as const
const NULL = {
  type: 'object',
  additionalProperties: false,
  required: ['kind'],
  properties: { kind: { type: 'string', const: 'null' }, rate: RATE },
} as const

export const HANDSET = {
  description: 'The audio device of the handset',
  default: { kind: 'alsa' },
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: { type: 'string', const: 'alsa' },
        capture: { ...DEVICE_NAME, default: 'handset_capture', description: 'ALSA PCM name; empty: none' },
        playback: { ...DEVICE_NAME, default: 'handset_playback', description: 'ALSA PCM name; empty: none' },
        rate: RATE,
        periodMs: PERIOD,
      },
    },
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind'],
      properties: {
        kind: { type: 'string', const: 'portaudio' },
        capture: PORTAUDIO,
        playback: PORTAUDIO,
        rate: RATE,
      },
    },
    WAV,
    NULL,
  ],
} as const

/** Of a route beside the handset. */
export const ROUTE = {
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'playback'],
      properties: {
        kind: { type: 'string', const: 'alsa' },
        capture: { ...DEVICE_NAME, default: '', description: 'ALSA PCM name; empty: none' },
        playback: { ...DEVICE_NAME, minLength: 1, description: 'ALSA PCM name' },
        rate: RATE,
        periodMs: PERIOD,
      },
    },
    WAV,
    NULL,
  ],
} as const
