// The operator's tool: checks a configuration document and publishes it, retained, to one phone.
//
//   node provisioning/fleet/publish.ts --broker mqtt://HOST[:PORT] --device ID [--prefix offhook] FILE
//   node provisioning/fleet/publish.ts --check FILE
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { dialMapFault } from '../../firmware/phone/dial-map.ts'
import { type ConnectionOptions, connect } from '../mqtt/client.ts'
import { topics } from '../mqtt/topics.ts'
import { type Desired, readDesired } from '../schema/desired.ts'
import { plainFormats } from '../schema/formats.ts'
import { readBootstrap } from '../store/bootstrap.ts'
import { showFault } from '../store/json-file.ts'

const USAGE = `usage: publish.ts --broker mqtt://HOST[:PORT] --device ID [options] FILE
       publish.ts --check FILE

Checks the configuration document in FILE and publishes it, retained, to the phone ID.

  --check              only check it
  --prefix PREFIX      beginning of all topics (offhook)
  --credentials FILE   JSON file with username and password
  --ca FILE            PEM file with the certificates the broker is known by
  --cert FILE          PEM file with a client certificate
  --key FILE           PEM file with its key`

const TEXT = { type: 'string' } as const
const FLAG = { type: 'boolean' } as const
const OPTIONS = {
  ...{ broker: TEXT, device: TEXT, prefix: TEXT, credentials: TEXT, ca: TEXT, cert: TEXT, key: TEXT },
  ...{ check: FLAG, help: FLAG },
} as const

export interface Target extends Omit<ConnectionOptions, 'clientId' | 'will'> {
  readonly prefix: string
  readonly deviceId: string
}

/** Publishes a document to a phone. Throws with the reason: what is wrong with it, or with the broker. */
export async function publishDesired(target: Target, document: string, name = 'document'): Promise<Desired> {
  const desired = valid(name, document)
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>()
  const connection = await connect(
    { ...target, clientId: `publish-${randomUUID()}`, will: undefined },
    { connected: resolve, message: () => {}, closed: (reason) => reject(new Error(`${target.broker}: ${reason}`)) },
  )
  await connected
  await connection.publish(topicOf(target), document, { retain: true })
  await connection.end()
  return desired
}

const topicOf = ({ prefix, deviceId }: Target) => topics(prefix, deviceId).full('config/desired')

function valid(file: string, document: string): Desired {
  const desired = readDesired(document, { ...plainFormats, 'digit-map': dialMapFault })
  if (!desired.ok) throw new Error(showFault({ file, errors: desired.error.errors }))
  return desired.value
}

/** One line for the user. Throws with the reason. */
async function main(): Promise<string> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  if (values.help) return USAGE
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new Error(`name one file\n\n${USAGE}`)
  const document = await readFile(file, 'utf8')
  if (values.check) {
    const { version, config } = valid(file, document)
    return `${file}: valid, version ${version}, lines: ${config.accounts.map(({ id }) => id).join(', ')}`
  }
  // The same rules as on the phone hold for where the broker is and how to get in.
  const access = await readBootstrap(undefined, {
    OFFHOOK_BROKER: values.broker,
    OFFHOOK_DEVICE_ID: values.device,
    OFFHOOK_PREFIX: values.prefix,
    OFFHOOK_CREDENTIALS: values.credentials,
    OFFHOOK_CA: values.ca,
    OFFHOOK_CERT: values.cert,
    OFFHOOK_KEY: values.key,
  })
  if (!access.ok) throw new Error(showFault(access.error))
  const { broker, deviceId, prefix, credentials, ca, cert, key } = access.value
  if (broker === undefined || deviceId === undefined) throw new Error(`--broker and --device are needed\n\n${USAGE}`)
  const target = { broker, deviceId, prefix, credentials, ca, cert, key }
  const { version } = await publishDesired(target, document, file)
  return `version ${version} published on ${topicOf(target)}`
}

if (import.meta.main) {
  try {
    console.log(await main())
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
