// The settings of an endpoint: user agent, logging, media.
import type { Schema, Static } from '../../../provisioning/schema/json-schema.ts'

const FILE = { type: 'string', maxLength: 1024 } as const

export const EP_CONFIG = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    uaConfig: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        maxCalls: {
          type: 'integer',
          minimum: 1,
          maximum: 1000,
          default: 32,
          description: 'Calls at once; half as many may come each second',
        },
        userAgent: {
          type: 'string',
          maxLength: 128,
          default: '',
          description: 'User-Agent and Server; empty: the product',
        },
        nameserver: {
          type: 'array',
          items: { type: 'string', format: 'name-server' },
          maxItems: 4,
          default: [],
          description: 'Instead of those of the system',
        },
        stunServer: {
          type: 'array',
          items: { type: 'string', pattern: '^[A-Za-z0-9.\\-]+(:[0-9]{1,5})?$', description: 'host or host:port' },
          maxItems: 1,
          default: [],
          description: 'Asked by natDetectType',
        },
        natTypeInSdp: {
          type: 'integer',
          minimum: 0,
          maximum: 2,
          default: 0,
          description: 'What NAT we are behind, in descriptions: 0 not, 1 its number, 2 its name too',
        },
        outboundProxies: {
          type: 'array',
          items: { type: 'string', format: 'sip-uri', maxLength: 255 },
          maxItems: 4,
          default: [],
          description: 'Before the proxies of every account, first hop first',
        },
      },
    },
    logConfig: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        level: {
          type: 'integer',
          minimum: 0,
          maximum: 5,
          default: 3,
          description: '0 nothing, 1 errors … 4 everything',
        },
        consoleLevel: {
          type: 'integer',
          minimum: 0,
          maximum: 5,
          default: 0,
          description: 'Of those, to standard error',
        },
        msgLogging: {
          type: 'boolean',
          default: true,
          description: 'SIP messages as they come and go, at level 4, without what proves who somebody is',
        },
        filename: { ...FILE, default: '', description: 'Appended to; empty: no file' },
      },
    },
    medConfig: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        sndClockRate: { type: 'integer', enum: [8000, 16_000, 32_000, 48_000], default: 16_000, description: 'Hz' },
        ptime: {
          type: 'integer',
          minimum: 10,
          maximum: 60,
          multipleOf: 10,
          default: 20,
          description: 'Packet time, ms',
        },
        jbMin: { type: 'integer', minimum: 0, maximum: 1000, default: 20, description: 'Least playout delay, ms' },
        jbMax: { type: 'integer', minimum: 10, maximum: 2000, default: 200, description: 'Greatest playout delay, ms' },
        rtpPort: {
          type: 'integer',
          minimum: 1024,
          maximum: 65_000,
          default: 16_384,
          description: 'First port of media',
        },
        rtpPortRange: {
          type: 'integer',
          minimum: 2,
          maximum: 60_000,
          default: 200,
          description: 'Ports from there on',
        },
        dscp: { type: 'integer', minimum: 0, maximum: 63, default: 46, description: 'Traffic class of media' },
      },
    },
  },
} as const satisfies Schema

/** A checked one: everything is there. */
export type EpSettings = Static<typeof EP_CONFIG>
