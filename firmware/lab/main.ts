// The lab as a process of its own, so that the phone's CPU and memory are its own: broker, registrar, echo, second phone.
// Says where everything is in one line of JSON, takes requests line by line, and ends when its standard input does.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Secret } from '../base/secret.ts'
import { openUdp } from '../net/udp.ts'
import { accountOf, startAgent } from '../runtime/agent.ts'
import { createClock } from '../runtime/clock.ts'
import { instrument } from '../runtime/demo/instrument.ts'
import { createHub } from '../runtime/hub.ts'
import type { LabOptions, LabReady, LabRequest } from '../runtime/lab-client.ts'
import { createLogSink } from '../runtime/log-sink.ts'
import { systemRng } from '../runtime/system-rng.ts'
import type { AccountConfig } from '../ua/contract.ts'
import { startBroker } from './broker.ts'
import { createDigest } from './digest.ts'
import { freePort } from './free-port.ts'
import { createParties } from './parties.ts'
import { createRegistrar, type RegistrarInput } from './registrar.ts'

const ADDRESS = '127.0.0.1'
const [PHONE, ECHO, SECOND, GUEST] = ['100', '101', '102', '103']
const HANDSET = 'handset'

const options = JSON.parse(process.argv[2] ?? '{}') as LabOptions
const scratch = mkdtempSync(join(tmpdir(), 'offhook-lab-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))
const sink = createLogSink({
  ...{ file: join(options.folder, 'lab.log'), format: 'text', level: 'debug', perSecond: 200, maxBytes: 8_000_000 },
})
const hub = createHub(createClock(), sink.write)

const broker = await startBroker(scratch)
if (!broker.ok) {
  process.stderr.write(broker.error + '\n')
  process.exit(1)
}

// ---- registrar -------------------------------------------------------------------------------------------------------
const passwords = new Map(
  [PHONE, ECHO, SECOND, GUEST].map((user) => [user, new Secret(randomBytes(12).toString('base64url'))]),
)
const datagram = hub.inlet<RegistrarInput>({ name: 'registrar', rank: 'sip', capacity: 1024 }, (input) =>
  toRegistrar(input),
)
const socket = openUdp({
  address: ADDRESS,
  port: 0,
  onDatagrams: (batch) => batch.forEach(datagram),
  onUnreachable: () => {},
  onError: (code) => sink.write({ kind: 'log', level: 'error', from: 'lab', what: 'socket broken', fields: { code } }),
})
const toRegistrar = hub.attach(
  'registrar',
  createRegistrar({
    local: socket.local,
    users: [...passwords.keys()],
    authenticate: createDigest('offhook-lab', passwords, systemRng(), new Set([GUEST])),
    expires: { least: 10, most: 600 },
  }),
  ({ to, data }) => socket.send(to, data),
)
const domain = `${ADDRESS}:${socket.local.port}`

// ---- echo and second phone -------------------------------------------------------------------------------------------
const parties = createParties({ echo: ECHO, second: SECOND, handset: HANDSET, echoAfterMs: 1000, secondAfterMs: 2000 })
const agent = startAgent(
  {
    ...{ name: 'lab', address: ADDRESS, hub },
    ua: { rtpPorts: { min: 22_000, max: 22_199 } },
  },
  { ua: (event) => toParties({ from: 'ua', event }), log: sink.write },
)
const toParties = hub.attach('parties', parties, (output) => {
  if (output.to === 'ua') agent.ua(output.command)
  else agent.media(output.command)
})
const account = (user: string, displayName: string, more: Partial<AccountConfig> = {}) =>
  accountOf(`sip:${user}@${domain}`, passwords.get(user), { displayName, ...more })
agent.media({
  kind: 'open-device',
  port: HANDSET,
  device:
    options.speak === '' && options.record === ''
      ? { kind: 'null', rate: 16000 }
      : { kind: 'wav', capture: options.speak, playback: options.record, rate: 16000, loop: true },
})
if (options.mouth !== '') for (const command of instrument(HANDSET, options.mouth)) agent.media(command)
agent.ua({ kind: 'set-account', account: ECHO, config: account(ECHO, 'Echo') })
agent.ua({ kind: 'set-account', account: SECOND, config: account(SECOND, 'Second phone', { watchers: 'accept' }) })

// ---- the parent ------------------------------------------------------------------------------------------------------
const request = hub.inlet<LabRequest>({ name: 'parent', rank: 'hardware', capacity: 16 }, (asked) =>
  toParties(
    asked.do === 'call' ? { from: 'operator', do: 'call', target: PHONE } : { from: 'operator', do: 'hang-up' },
  ),
)
const stop = async () => {
  socket.close()
  broker.value.stop()
  await agent.stop()
  await sink.close()
  process.exit(0)
}
createInterface({ input: process.stdin })
  .on('line', (line) => request(JSON.parse(line) as LabRequest))
  .once('close', stop)
// Ctrl-C and a terminal that closes reach the whole group; the phone says when to go, or its end does.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
process.once('SIGTERM', stop)

const ready: LabReady = {
  domain,
  phone: { user: PHONE, password: passwords.get(PHONE)!.reveal(), sipPort: await freePort() },
  ...{ echo: ECHO, second: SECOND },
  guest: { user: GUEST, password: passwords.get(GUEST)!.reveal() },
  broker: { url: broker.value.url, username: broker.value.username, password: broker.value.password },
}
process.stdout.write(JSON.stringify(ready) + '\n')
