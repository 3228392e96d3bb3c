// The configuration of a line, and of what it proves itself with.
import { ACCOUNT_MEDIA } from './account-media.ts'
import type { Schema, Static } from './json-schema.ts'

/** Pattern of the name of an account. */
export const ACCOUNT_ID = '^[a-z][a-z0-9-]{0,31}$'
const KEY = { type: 'string', pattern: '^[0-9a-fA-F]{32}$', description: '32 hexadecimal digits' } as const

export const ACCOUNT = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'aor'],
  properties: {
    id: {
      type: 'string',
      pattern: ACCOUNT_ID,
      description: 'a name of 1–32 characters: a–z first, then a–z, 0–9 and -',
    },
    label: {
      type: 'string',
      minLength: 1,
      maxLength: 20,
      'x-effect': 'live',
      description: 'Shown on the screen; the user part of `aor` when missing',
    },
    aor: { type: 'string', format: 'sip-uri', maxLength: 255, description: 'Address of record' },
    displayName: { type: 'string', maxLength: 64, default: '', 'x-effect': 'live', description: 'Shown to the peer' },
    registrar: {
      type: 'string',
      format: 'sip-uri',
      maxLength: 255,
      description: 'Where to register; a line without one does not register',
    },
    proxies: {
      type: 'array',
      items: { type: 'string', format: 'sip-uri', maxLength: 255 },
      maxItems: 4,
      default: [],
      description: 'Outbound proxies, first hop first',
    },
    username: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      description: 'For authentication; the user part of `aor` when missing',
    },
    realm: {
      type: 'string',
      minLength: 1,
      maxLength: 128,
      default: '*',
      description: 'Realm the password is for; * for any',
    },
    digest: {
      type: 'array',
      items: { type: 'string', enum: ['SHA-512-256', 'SHA-256', 'MD5'] },
      minItems: 1,
      maxItems: 3,
      uniqueItems: true,
      default: ['SHA-512-256', 'SHA-256', 'MD5'],
      description: 'Hashes of challenges the password answers; the server says which it prefers',
    },
    transport: {
      type: 'string',
      enum: ['auto', 'udp', 'tcp', 'tls'],
      default: 'auto',
      description:
        'What SIP is spoken over where the URI leaves that open; auto: as the DNS records of its domain say, else UDP; tls: nothing less',
    },
    keepAlive: {
      type: 'string',
      enum: ['options', 'crlf', 'off'],
      default: 'options',
      description:
        'How the registrar is watched: options must be answered; crlf keeps a NAT open and, over TCP and TLS, is answered too',
    },
    keepAliveS: {
      type: 'integer',
      minimum: 5,
      maximum: 3600,
      default: 20,
      description:
        'How often, seconds; with options a dead registrar shows 4 s later at the latest, over TCP and TLS 6 s',
    },
    expires: {
      type: 'integer',
      minimum: 30,
      maximum: 86_400,
      default: 300,
      description: 'Registration time asked for, seconds',
    },
    outbound: {
      type: 'array',
      items: { type: 'string', format: 'sip-uri', maxLength: 255 },
      maxItems: 4,
      uniqueItems: true,
      default: [],
      description:
        'Registers through each of these proxies at once (RFC 5626), the first preferred; they stand before `proxies`',
    },
    instance: {
      type: 'string',
      pattern: '^urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
      description: 'a UUID as urn:uuid:00000000-0000-4000-8000-000000000000; of the device when missing',
    },
    gruu: {
      type: 'boolean',
      default: false,
      description: 'Asks the registrar for addresses that lead here from anywhere (RFC 5627), and gives them to peers',
    },
    serviceRoute: {
      type: 'boolean',
      default: true,
      description: 'Calls take the Service-Route the registrar gives (RFC 3608)',
    },
    retry: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      description: 'When a registration that failed is tried again',
      properties: {
        firstMs: {
          type: 'integer',
          minimum: 500,
          maximum: 60_000,
          default: 2000,
          description: 'After the first failure, ms; the window doubles with each. With `outbound` as RFC 5626 says',
        },
        longestMs: {
          type: 'integer',
          minimum: 1000,
          maximum: 3_600_000,
          default: 300_000,
          description: 'Never later than this, ms',
        },
        refusedMs: {
          type: 'integer',
          minimum: 0,
          maximum: 86_400_000,
          default: 0,
          description:
            'After a refusal, such as of a wrong password, ms; 0: twice more within minutes, then not by itself',
        },
        spreadMs: {
          type: 'integer',
          minimum: 0,
          maximum: 600_000,
          default: 30_000,
          description:
            'When the first try of a start finds the registrar silent or overloaded: the second within this time, ms',
        },
      },
    },
    mwi: {
      type: 'boolean',
      default: false,
      'x-effect': 'live',
      description: 'Asks its server for messages that wait; told unasked, they are shown anyway',
    },
    voicemail: {
      type: 'string',
      maxLength: 128,
      default: '',
      'x-effect': 'live',
      description: 'Number or address that plays the messages',
    },
    buddyList: {
      type: 'string',
      format: 'sip-uri',
      maxLength: 255,
      'x-effect': 'live',
      description: 'Address of a list of people whose calls are watched (RFC 4662)',
    },
    watchers: {
      type: 'string',
      enum: ['refuse', 'accept'],
      default: 'refuse',
      'x-effect': 'live',
      description: 'Whoever subscribes to its presence or its calls is told, or refused',
    },
    publish: {
      type: 'boolean',
      default: false,
      'x-effect': 'live',
      description: 'Its server is told of its presence (RFC 3903)',
    },
    anonymous: {
      type: 'boolean',
      default: false,
      'x-effect': 'live',
      description: 'Calls go out without a name or number (RFC 3323); emergency calls never do',
    },
    autoAnswer: {
      type: 'string',
      enum: ['never', 'trusted', 'anyone'],
      default: 'never',
      'x-effect': 'live',
      description:
        'Whose calls may ask to be answered by themselves (RFC 5373, answer-after): nobody, the own servers and trusted addresses, anyone',
    },
    redirects: {
      type: 'string',
      enum: ['follow', 'refuse'],
      default: 'follow',
      'x-effect': 'live',
      description: 'Whether calls a 3xx sends on go there',
    },
    reliable: {
      type: 'string',
      enum: ['off', 'supported', 'required'],
      default: 'supported',
      'x-effect': 'live',
      description:
        'Ringing and early media that are acknowledged (100rel, RFC 3262); required: who does not support it is not called or taken',
    },
    sessionTimer: {
      type: 'object',
      additionalProperties: false,
      required: [],
      default: {},
      'x-effect': 'live',
      description: 'Calls are refreshed, and ended when the peer is gone (RFC 4028)',
      properties: {
        mode: {
          type: 'string',
          enum: ['off', 'supported', 'required', 'always'],
          default: 'supported',
          description:
            'supported: when the peer or a proxy wants it too; required: who does not support it is not called or taken; always: with who does not support it the phone refreshes by itself',
        },
        expiresS: {
          type: 'integer',
          minimum: 90,
          maximum: 86_400,
          default: 1800,
          description: 'Asked for, seconds; refreshed at half of it',
        },
        minS: {
          type: 'integer',
          minimum: 90,
          maximum: 86_400,
          default: 90,
          description: 'The shortest taken, seconds',
        },
      },
    },
    ...ACCOUNT_MEDIA,
  },
} as const satisfies Schema

/** One of the three; a password in most cases. */
export const SECRETS = {
  type: 'object',
  propertyNames: { pattern: ACCOUNT_ID },
  maxProperties: 8,
  default: {},
  writeOnly: true,
  description: 'By account id: password, ha1 or aka. Never reported',
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: [],
    properties: {
      password: { type: 'string', minLength: 1, maxLength: 128 },
      ha1: {
        type: 'object',
        additionalProperties: false,
        required: ['value'],
        description: 'The hash of username:realm:password, for servers that use this hash; the account names its realm',
        properties: {
          hash: { type: 'string', enum: ['MD5', 'SHA-256', 'SHA-512-256'], default: 'MD5' },
          value: {
            type: 'string',
            pattern: '^([0-9a-fA-F]{32}|[0-9a-fA-F]{64})$',
            description: '32 hexadecimal digits of MD5, 64 of the others',
          },
        },
      },
      aka: {
        type: 'object',
        additionalProperties: false,
        required: ['k'],
        description:
          'The keys of a subscriber (AKA with Milenage): K, and the operator’s OP or what is made of both, OPc',
        properties: { k: KEY, op: KEY, opc: KEY },
      },
    },
  },
} as const satisfies Schema

/** What lines prove themselves with, in clear, by account id. */
export type Secrets = Static<typeof SECRETS>
