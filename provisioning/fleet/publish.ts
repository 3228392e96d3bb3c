// The operator's tool: checks a configuration document and publishes it, retained, to one phone.
//
//   node provisioning/fleet/publish.ts --broker mqtt://HOST[:PORT] --device ID [--prefix offhook] FILE
//   node provisioning/fleet/publish.ts --check FILE
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { connect } from '../mqtt/client.ts'
import { topics } from '../mqtt/topics.ts'
import { readDesired } from '../schema/desired.ts'
import { plainFormats } from '../schema/formats.ts'
import { readBootstrap, showFault } from '../store/bootstrap.ts'

const USAGE = `usage: publish.ts --broker mqtt://HOST[:PORT] --device ID [options] FILE
       publish.ts --check FILE

Checks the configuration document in FILE and publishes it, retained, to the phone ID.

  --check              only check it
  --prefix PREFIX      beginning of all topics (offhook)
  --credentials FILE   JSON file with username and password
  --ca FILE            PEM file with the certificates the broker is known by
  --cert FILE          PEM file with a client certificate
  --key FILE           PEM file with its key`

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ broker: text, device: text, prefix: text, credentials: text, ca: text, cert: text, key: text },
  check: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const [file, ...more] = positionals
  const { broker, device } = values
  if (file === undefined || more.length > 0) return fail(`name one file\n\n${USAGE}`)
  if (!values.check && (broker === undefined || device === undefined))
    return fail(`--broker and --device are needed\n\n${USAGE}`)
  const content = await readFile(file, 'utf8')
  const desired = readDesired(content, plainFormats)
  if (!desired.ok) return fail(showFault({ file, errors: desired.error.errors }))
  const { version, config } = desired.value
  if (values.check) {
    console.log(`${file}: version ${version}, ${config.accounts.length} line(s): valid`)
    return 0
  }
  // The same rules as on the phone hold for where the broker is and how to get in.
  const access = await readBootstrap(undefined, {
    OFFHOOK_BROKER: broker,
    OFFHOOK_DEVICE_ID: device,
    OFFHOOK_PREFIX: values.prefix,
    OFFHOOK_CREDENTIALS: values.credentials,
    OFFHOOK_CA: values.ca,
    OFFHOOK_CERT: values.cert,
    OFFHOOK_KEY: values.key,
  })
  if (!access.ok) return fail(showFault(access.error))
  const { prefix, credentials, ca, cert, key } = access.value
  const topic = topics(prefix, device!).full('config/desired')
  await publish({ broker: broker!, credentials, ca, cert, key }, topic, content)
  console.log(`version ${version} published on ${topic}`)
  return 0
}

type Access = Omit<Parameters<typeof connect>[0], 'clientId' | 'will'>

async function publish(access: Access, topic: string, content: string): Promise<void> {
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>()
  const clientId = `publish-${process.pid}-${Date.now().toString(36)}`
  const connection = await connect(
    { ...access, clientId, will: undefined },
    { connected: resolve, message: () => {}, closed: (reason) => reject(new Error(`${access.broker}: ${reason}`)) },
  )
  await connected
  await connection.publish(topic, content, { retain: true })
  await connection.end()
}

function fail(why: string): number {
  console.error(why)
  return 1
}

process.exitCode = await main().catch((error: Error) => fail(error.message))
