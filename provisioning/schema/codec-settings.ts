// What is wanted of each codec beyond its name.

export const CODEC_SETTINGS = {
  type: 'object',
  propertyNames: { pattern: '^[A-Z0-9/-]{1,32}$' },
  maxProperties: 20,
  description: 'By the name of a codec, what is wanted of it beyond the usual',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: [],
    properties: {
      payloadType: { type: 'integer', minimum: 96, maximum: 127, description: 'Of our offers' },
      ptimeMs: { type: 'integer', minimum: 10, maximum: 60, multipleOf: 10, description: 'Packet time, ms' },
      maxPtimeMs: {
        type: 'integer',
        minimum: 10,
        maximum: 60,
        multipleOf: 10,
        description: 'The longest packets wanted, ms',
      },
      complexity: {
        type: 'integer',
        minimum: 0,
        maximum: 10,
        description: 'OPUS: what encoding may cost; absent: as the processor is',
      },
      bitRate: {
        type: 'integer',
        minimum: 6000,
        maximum: 510_000,
        description: 'OPUS: what is sent at most, bit/s',
      },
      parameters: {
        type: 'object',
        propertyNames: { pattern: '^[A-Za-z0-9_-]{1,32}$' },
        maxProperties: 8,
        description: 'fmtp: what we like to receive',
        additionalProperties: {
          type: 'string',
          maxLength: 32,
          pattern: '^[!-:<-~]*$',
          description: 'No space and no semicolon',
        },
      },
    },
  },
} as const
