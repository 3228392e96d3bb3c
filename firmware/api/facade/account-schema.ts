// The settings of an account, in PJSUA2's groups.
import { CODEC_SETTINGS } from '../../../provisioning/schema/codec-settings.ts'
import type { Schema, Static } from '../../../provisioning/schema/json-schema.ts'

const URI = { type: 'string', format: 'sip-uri', maxLength: 255 } as const
const TEXT = { type: 'string', maxLength: 255 } as const
/** As in a header: `;name=value;flag`. */
const PARAMS = {
  type: 'string',
  maxLength: 255,
  pattern: `^(;[A-Za-z0-9.!%*_+'~-]+(=("[^"\\\\\\x00-\\x1f]*"|[^;"\\\\<>,\\s]+))?)*$`,
  default: '',
} as const
const SECONDS = { type: 'integer', minimum: 0, maximum: 86_400 } as const
const group = <const P extends Readonly<Record<string, Schema>>>(properties: P) =>
  ({ type: 'object', additionalProperties: false, required: [], default: {}, properties }) as const
const HEADERS = {
  type: 'object',
  propertyNames: { pattern: "^[A-Za-z0-9.!%*_+`'~-]{1,64}$" },
  maxProperties: 32,
  additionalProperties: { type: 'string', maxLength: 1024 },
  default: {},
} as const

const CREDENTIALS = {
  type: 'object',
  additionalProperties: false,
  required: ['username', 'data'],
  properties: {
    scheme: { type: 'string', enum: ['digest'], default: 'digest' },
    realm: { ...TEXT, default: '*', description: 'Realm it is for; * for any' },
    username: { ...TEXT, minLength: 1 },
    dataType: { type: 'string', enum: ['password', 'ha1'], default: 'password' },
    data: { type: 'string', minLength: 1, maxLength: 128, writeOnly: true },
  },
} as const

export const ACCOUNT_CONFIG = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    idUri: { type: 'string', maxLength: 320, default: '', description: 'Address of record, with or without a name' },
    priority: {
      type: 'integer',
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'The highest gets a call for nobody',
    },
    regConfig: group({
      registrarUri: { type: 'string', maxLength: 255, default: '', description: 'Empty: a local account' },
      registerOnAdd: { type: 'boolean', default: true },
      timeoutSec: { ...SECONDS, minimum: 30, default: 300, description: 'Registration time asked for' },
      firstRetryIntervalSec: {
        ...SECONDS,
        maximum: 60,
        minimum: 1,
        default: 2,
        description: 'After a failure at least this; the window doubles with each',
      },
      retryIntervalSec: { ...SECONDS, minimum: 1, maximum: 3600, default: 300, description: 'Never later than this' },
      randomRetryIntervalSec: { ...SECONDS, maximum: 600, default: 30, description: 'Spread of the first retry' },
      proxyUse: {
        type: 'integer',
        minimum: 0,
        maximum: 3,
        default: 3,
        description: 'Proxies of REGISTER: 0 none, 1 the endpoint’s, 2 the account’s, 3 both',
      },
      contactParams: { ...PARAMS, description: 'Of the Contact in REGISTER, behind those of sipConfig: ;name=value' },
      contactUriParams: { ...PARAMS, description: 'Of the URI in it, before those of sipConfig' },
      headers: { ...HEADERS, description: 'Of every REGISTER' },
      dropCallsOnFail: { type: 'boolean', default: false, description: 'Calls end when the registration fails' },
    }),
    sipConfig: group({
      authCreds: {
        type: 'array',
        items: CREDENTIALS,
        maxItems: 8,
        default: [],
        description: 'Of each realm the first that fits',
      },
      proxies: { type: 'array', items: URI, maxItems: 4, default: [], description: 'Outbound, first hop first' },
      contactParams: { ...PARAMS, description: 'Of the Contact, in requests and responses: ;name=value' },
      contactUriParams: { ...PARAMS, description: 'Of the URI in the Contact: ;name=value' },
      contactForced: {
        ...{ type: 'string', maxLength: 255, default: '' },
        description: 'SIP URI others reach us at, named in the Contact: user, host, port, parameters; empty: our own',
      },
      transport: { type: 'string', enum: ['auto', 'udp', 'tcp', 'tls'], default: 'auto' },
      transportId: {
        type: 'integer',
        minimum: -1,
        maximum: 1_000_000,
        default: -1,
        description: 'The transport of that number, with sound at its address; -1: any',
      },
    }),
    callConfig: group({
      ringTimeoutSec: {
        ...SECONDS,
        maximum: 600,
        default: 0,
        description: 'A call nobody answers is cancelled; 0: never',
      },
      redirectTimeoutSec: {
        ...SECONDS,
        minimum: 1,
        maximum: 180,
        default: 30,
        description: 'How long a redirection left pending waits for processRedirect',
      },
      headers: { ...HEADERS, description: 'Of every INVITE of this account' },
      prackUse: {
        type: 'string',
        enum: ['notUsed', 'optional', 'mandatory'],
        default: 'optional',
        description: 'Reliable provisional responses (RFC 3262)',
      },
      timerUse: {
        type: 'string',
        enum: ['inactive', 'optional', 'required', 'always'],
        default: 'optional',
        description: 'Session timers (RFC 4028)',
      },
      timerMinSESec: { ...SECONDS, minimum: 90, default: 90, description: 'The shortest taken' },
      timerSessExpiresSec: { ...SECONDS, minimum: 90, default: 1800, description: 'Asked for' },
    }),
    presConfig: group({
      publishEnabled: { type: 'boolean', default: false, description: 'The online status is published' },
      headers: { ...HEADERS, description: 'Of subscriptions and publications' },
      expirationSec: { ...SECONDS, minimum: 30, default: 600 },
    }),
    mwiConfig: group({
      enabled: { type: 'boolean', default: false, description: 'Subscribes to the message-waiting state of idUri' },
      expirationSec: { ...SECONDS, minimum: 30, default: 3600 },
    }),
    natConfig: group({
      udpKaIntervalSec: {
        ...SECONDS,
        maximum: 3600,
        default: 20,
        description: 'How often the registrar is asked; 0: not',
      },
      sipOutboundUse: { type: 'boolean', default: false, description: 'Registers through each proxy (RFC 5626)' },
      sipOutboundInstanceId: { ...TEXT, default: '', description: 'urn:uuid:…; needed with sipOutboundUse' },
      sipOutboundRegId: {
        type: 'string',
        pattern: '^([1-9][0-9]{0,8})?$',
        default: '',
        description: 'reg-id of the first flow, 1 when empty; given without proxies, of one straight to the registrar',
      },
      iceEnabled: { type: 'boolean', default: false },
      turnEnabled: { type: 'boolean', default: false },
    }),
    mediaConfig: group({
      codecs: {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: 32 },
        maxItems: 8,
        default: [],
        description: 'In order of preference; empty: those of the endpoint by their priorities',
      },
      codecSettings: { ...CODEC_SETTINGS, default: {} },
      srtpUse: { type: 'string', enum: ['disabled', 'optional', 'mandatory'], default: 'disabled' },
      srtpSecureSignaling: {
        type: 'boolean',
        default: false,
        description: 'No SRTP where its keys would pass in clear',
      },
    }),
    ipChangeConfig: group({
      hangupCalls: { type: 'boolean', default: false, description: 'Calls end when the address changes' },
    }),
  },
} as const satisfies Schema

/** A checked one: everything is there. */
export type AccountSettings = Static<typeof ACCOUNT_CONFIG>
