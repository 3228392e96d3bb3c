// What the phone has to know before it can be told anything: where its broker is, and who it is there.
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { Secret } from '../../firmware/base/secret.ts'
import { type ConfigError, check } from '../schema/check.ts'
import { plainFormats } from '../schema/formats.ts'
import type { Schema, Static } from '../schema/json-schema.ts'
import { type FileFault, readJson } from './json-file.ts'

const FILE = { type: 'string', minLength: 1, maxLength: 1024 } as const

const BOOTSTRAP = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    broker: {
      type: 'string',
      maxLength: 255,
      format: 'broker-url',
      description: 'name and password stand in the credentials file',
    },
    deviceId: {
      type: 'string',
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'a name of 1–64 characters out of A–Z, a–z, 0–9, _ and -',
    },
    prefix: {
      type: 'string',
      maxLength: 128,
      pattern: '^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$',
      default: 'offhook',
      description: 'the beginning of all topics, such as acme/phones',
    },
    board: {
      type: 'string',
      pattern: '^[a-z0-9-]{1,64}$',
      default: 'pi-usb-handset',
      description: 'name of a board profile: which lines and buses keys, hook, lamps and display are on',
    },
    boardFile: { ...FILE, description: 'JSON file that describes the board, in place of a profile' },
    credentials: { ...FILE, description: 'JSON file with username and password' },
    ca: { ...FILE, description: 'PEM file with the certificates the broker is known by' },
    cert: { ...FILE, description: 'PEM file with the certificate of this phone' },
    key: { ...FILE, description: 'PEM file with its key' },
  },
} as const satisfies Schema

const CREDENTIALS = {
  type: 'object',
  additionalProperties: false,
  required: ['username', 'password'],
  properties: {
    username: { type: 'string', minLength: 1, maxLength: 256 },
    password: { type: 'string', minLength: 1, maxLength: 1024, writeOnly: true },
  },
} as const satisfies Schema

export interface Bootstrap extends Omit<Static<typeof BOOTSTRAP>, 'credentials'> {
  readonly credentials: { readonly username: string; readonly password: Secret } | undefined
}

const ENVIRONMENT = {
  OFFHOOK_BROKER: 'broker',
  OFFHOOK_DEVICE_ID: 'deviceId',
  OFFHOOK_PREFIX: 'prefix',
  OFFHOOK_BOARD: 'board',
  OFFHOOK_BOARD_FILE: 'boardFile',
  OFFHOOK_CREDENTIALS: 'credentials',
  OFFHOOK_CA: 'ca',
  OFFHOOK_CERT: 'cert',
  OFFHOOK_KEY: 'key',
} as const

/**
 * Reads `file`, then lets the environment's OFFHOOK_… variables have their way. Without a file there must be none.
 * A phone without a broker is whole: it runs on what it has stored.
 */
export async function readBootstrap(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Bootstrap, FileFault>> {
  const fromFile = file === undefined ? ok({}) : await readJson(file)
  if (!fromFile.ok) return fromFile
  const named = Object.entries(ENVIRONMENT).map(([name, key]) => [key, environment[name]])
  const overrides = Object.fromEntries(named.filter(([, value]) => value !== undefined && value !== ''))
  // The file on its own first, so that a fault is told where it stands.
  const alone = check(BOOTSTRAP, fromFile.value, plainFormats)
  if (!alone.ok) return err({ file: file ?? '', errors: alone.error })
  const whole = check<Static<typeof BOOTSTRAP>>(
    BOOTSTRAP,
    { ...(fromFile.value as object), ...overrides },
    plainFormats,
  )
  if (!whole.ok) return err({ file: 'environment', errors: whole.error.map(environmentPath) })
  const { credentials: path, ...rest } = whole.value
  if (path === undefined) return ok({ ...rest, credentials: undefined })
  const text = await readJson(path)
  if (!text.ok) return text
  const credentials = check<Static<typeof CREDENTIALS>>(CREDENTIALS, text.value, plainFormats)
  if (!credentials.ok) return err({ file: path, errors: credentials.error })
  const { username, password } = credentials.value
  return ok({ ...rest, credentials: { username, password: new Secret(password) } })
}

const environmentPath = (error: ConfigError): ConfigError => {
  const name = Object.entries(ENVIRONMENT).find(([, key]) => `/${key}` === error.path)?.[0]
  return { ...error, path: name ?? error.path }
}
