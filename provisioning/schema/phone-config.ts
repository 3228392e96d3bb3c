// The configuration of a phone: its schema, and the types that follow from it.
import { ACCOUNT, ACCOUNT_ID } from './account-config.ts'
import { CALLS } from './calls-config.ts'
import type { Schema, Static } from './json-schema.ts'
import { CONTACTS, KEYS } from './keys-config.ts'
import { HANDSET, ROUTE } from './sound-devices.ts'

const PORT = { type: 'integer', minimum: 1024, maximum: 65_535 } as const
const DSCP = { type: 'integer', minimum: 0, maximum: 63 } as const
const DELAY = { type: 'integer', minimum: 10, maximum: 1000 } as const

const FILE = { type: 'string', minLength: 1, maxLength: 1024 } as const
const TLS = {
  type: 'object',
  additionalProperties: false,
  required: [],
  default: {},
  properties: {
    on: { type: 'boolean', default: true, description: 'Off: neither sips: nor transport=tls' },
    port: { ...PORT, default: 5061 },
    ca: { ...FILE, description: 'File of authorities that are believed, PEM; else those this phone brings' },
    caDirectory: { ...FILE, description: 'Folder whose *.pem and *.crt are believed too' },
    certificate: { ...FILE, description: 'File of our own certificate, PEM: needed to be called' },
    key: { ...FILE, description: 'File of its key, PEM' },
    verify: {
      type: 'boolean',
      default: true,
      description: 'Who we connect to has to prove the name asked for (RFC 5922)',
    },
    verifyClients: { type: 'boolean', default: false, description: 'Who connects to us has to have a certificate too' },
    minVersion: { type: 'string', enum: ['1.2', '1.3'], default: '1.2', description: 'Lowest version of TLS' },
    ciphers: { type: 'string', minLength: 1, maxLength: 1024, description: 'As OpenSSL lists them' },
    serverName: {
      type: 'string',
      format: 'host',
      description: 'Whom every server has to prove to be, instead of the host of the URI',
    },
  },
} as const

/** The names of firmware/media/rings.ts. */
const RING = { type: 'string', enum: ['country', 'warble', 'chime', 'rise', 'quarter', 'march', 'low'] } as const

export const PHONE_CONFIG = {
  type: 'object',
  additionalProperties: false,
  required: ['accounts'],
  properties: {
    accounts: { type: 'array', items: ACCOUNT, minItems: 1, maxItems: 8, 'x-effect': 'reregister' },
    handset: { ...HANDSET, 'x-effect': 'media' },
    speaker: {
      ...ROUTE,
      description: 'The loudspeaker for hands-free calls; without a microphone the handset is spoken into',
    },
    headset: { ...ROUTE, description: 'The headset' },
    ringer: { ...ROUTE, description: 'What rings; without one the loudspeaker, else the handset' },
    tones: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        country: {
          type: 'string',
          pattern: '^[a-z]{2}$',
          default: 'us',
          description: 'a country of two lower-case letters (ISO 3166)',
        },
        ring: { ...RING, default: 'country', description: 'What rings: the bell of the country, or a melody' },
        rings: {
          type: 'object',
          additionalProperties: false,
          required: [],
          default: {},
          properties: { internal: RING, external: RING, priority: RING },
          description: 'Other rings for calls whose Alert-Info says where they come from, or that they are urgent',
        },
        keyClicks: { type: 'boolean', default: false, description: 'Keys are heard in the handset while no call is' },
      },
    },
    dial: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        interDigitMs: {
          type: 'integer',
          minimum: 500,
          maximum: 30_000,
          default: 4000,
          description: 'Dials by itself this long after the last digit, ms',
        },
        map: {
          type: 'string',
          format: 'digit-map',
          maxLength: 1024,
          default: '',
          description: 'Digit map (RFC 3435), with <a=b> to dial b for a and , for a second dial tone; empty: none',
        },
      },
    },
    calls: CALLS,
    buddies: {
      type: 'array',
      maxItems: 32,
      default: [],
      'x-effect': 'live',
      description: 'People to see at a glance',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['label', 'uri'],
        properties: {
          label: { type: 'string', minLength: 1, maxLength: 20, description: 'Shown on the screen' },
          uri: { type: 'string', format: 'sip-uri', maxLength: 255, description: 'Whom to watch and to call' },
          account: {
            type: 'string',
            pattern: ACCOUNT_ID,
            description: 'id of the line that watches and calls; the first when missing',
          },
          watch: {
            type: 'string',
            enum: ['calls', 'presence', 'both'],
            default: 'calls',
            description: 'Whether he is on the phone (RFC 4235), what he says of himself (RFC 3856), or both',
          },
        },
      },
    },
    keys: KEYS,
    contacts: CONTACTS,
    report: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        keys: {
          type: 'boolean',
          default: false,
          description: 'Every key that is pressed is told to the broker: for tests, as keys may be a PIN',
        },
      },
    },
    audio: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      properties: {
        volume: { type: 'integer', minimum: 0, maximum: 10, default: 5, description: 'Handset volume at the start' },
      },
    },
    network: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      'x-effect': 'restart',
      properties: {
        sipPort: { ...PORT, default: 5060, description: 'Of UDP and TCP' },
        udp: { type: 'boolean', default: true, description: 'SIP over UDP' },
        tcp: { type: 'boolean', default: true, description: 'SIP over TCP, for large requests too' },
        tls: TLS,
        ipv6: {
          type: 'boolean',
          default: true,
          description: 'SIP and audio over IPv6 too, where this host has an address',
        },
        sipDscp: { ...DSCP, default: 24, description: 'DSCP of SIP packets' },
        strangers: {
          type: 'string',
          enum: ['accept', 'refuse', 'ignore'],
          default: 'accept',
          description:
            'Calls and other new requests from addresses that are neither the registrar nor trusted: taken (at most 2 a second of each), refused with 403, or not answered',
        },
        trusted: {
          type: 'array',
          maxItems: 32,
          default: [],
          description: 'Addresses that are no strangers',
          items: {
            type: 'string',
            format: 'ip-prefix',
            maxLength: 64,
            description: 'an address, or a prefix such as 192.0.2.0/24',
          },
        },
        rtpPorts: {
          type: 'object',
          additionalProperties: false,
          required: ['min', 'max'],
          default: { min: 16_384, max: 16_583 },
          'x-effect': 'live',
          description: 'Ports for RTP and RTCP, both included; calls that stand keep theirs',
          properties: { min: { ...PORT, multipleOf: 2 }, max: PORT },
        },
        dscp: { ...DSCP, default: 46, description: 'DSCP of audio packets' },
        dns: {
          type: 'object',
          additionalProperties: false,
          required: [],
          default: {},
          description: 'How SIP servers are found by name (RFC 3263)',
          properties: {
            servers: {
              type: 'array',
              items: { type: 'string', format: 'name-server', maxLength: 64 },
              maxItems: 4,
              default: [],
              description: 'Name servers to ask; none: those of the system, and /etc/hosts',
            },
            cacheS: {
              type: 'integer',
              minimum: 5,
              maximum: 86_400,
              default: 300,
              description: 'How long an answer is used, seconds, unless it says less itself',
            },
            prefer: {
              type: 'string',
              enum: ['ipv4', 'ipv6'],
              default: 'ipv4',
              description: 'Which address is tried first when a name has both kinds',
            },
          },
        },
        jitter: {
          type: 'object',
          additionalProperties: false,
          required: ['minMs', 'maxMs'],
          default: { minMs: 20, maxMs: 200 },
          description: 'Bounds of the playout delay, ms',
          properties: { minMs: DELAY, maxMs: DELAY },
        },
      },
    },
  },
} as const satisfies Schema

type Checked = Static<typeof PHONE_CONFIG>
/** A line; `label` and `username` have been filled in. */
export type AccountSettings = Checked['accounts'][number] & { readonly label: string; readonly username: string }
export type PhoneConfig = Omit<Checked, 'accounts'> & { readonly accounts: readonly AccountSettings[] }
