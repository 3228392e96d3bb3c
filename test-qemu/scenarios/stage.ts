// What stands around the phone in a scenario: DHCP and DNS, broker and operator, Kamailio, and a friend who speaks with it.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Baresip, startBaresip } from '../../firmware/testing/interop/baresip.ts'
import { type Kamailio, startKamailio } from '../../firmware/testing/interop/kamailio.ts'
import { writeTone } from '../../firmware/testing/tone.ts'
import { type Broker, startBroker } from '../../provisioning/testing/mosquitto.ts'
import { type Observer, observe } from '../../provisioning/testing/observer.ts'
import { demandNetwork, HERE, NAME, startNameServer } from '../network/network.ts'
import { type End, endAll } from './ends.ts'
import { inTime } from './in-time.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Who has accounts at Kamailio, with their passwords. */
export const USERS = { '200': 'phone-secret', '101': 'friend-secret' } as const
export const [PHONE_USER, FRIEND] = ['200', '101'] as const
/** What the friend says, Hz. */
export const FRIEND_SAYS = 600
export const DEVICE = 'desk'
/** In a network of their own all are free; who was kept as it had started knows them already. */
const [SIP_PORT, MQTT_PORT, MQTTS_PORT] = [5060, 1883, 8883]

export interface Stage {
  /** Everything a scenario leaves behind. */
  readonly folder: string
  readonly broker: Broker
  readonly operator: Observer
  readonly kamailio: Kamailio
  readonly friend: Baresip
  /** The broker's place as the phone is told, and its access. */
  readonly bootstrap: Readonly<Record<string, string>>
  /** Files it names, for the phone's side disk. */
  readonly files: Readonly<Record<string, string>>
  /** A configuration for the phone: its account and handset, and what is changed of it. Returns its version. */
  configure(change?: Readonly<Record<string, unknown>>): Promise<number>
  /** Kamailio ends; `registrarBack` starts another, which knows nobody. */
  registrarAway(): Promise<void>
  registrarBack(): Promise<void>
  strike(): Promise<void>
}

export interface StageOptions {
  /** The broker is reached over TLS: its certificate, and the one that signed it, as PEM files. */
  readonly tls?: (folder: string) => { readonly ca: string; readonly cert: string; readonly key: string }
}

/** `name`: of the scenario, and of its folder in build/hil. */
export async function setStage(name: string, options: StageOptions = {}): Promise<Stage> {
  demandNetwork()
  const folder = join(project, 'build/hil', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  /** Of those who stand here already, the newest first. */
  const ends: End[] = []
  const strike = () => endAll(ends.splice(0))
  try {
    return Object.assign(await whoStandsHere(folder, options, (end) => ends.unshift(end)), { strike })
  } catch (error) {
    await strike()
    throw error
  }
}

async function whoStandsHere(
  folder: string,
  options: StageOptions,
  atEnd: (end: End) => void,
): Promise<Omit<Stage, 'strike'>> {
  const names = await startNameServer(folder)
  atEnd(names.stop)
  const tls = options.tls?.(folder)
  const secure = tls && `listener ${MQTTS_PORT} ${HERE}\ncafile ${tls.ca}\ncertfile ${tls.cert}\nkeyfile ${tls.key}\n`
  const broker = await startBroker(`allow_anonymous true\n${secure ?? ''}`, '', MQTT_PORT)
  atEnd(broker.dispose)
  const operator = await observe(broker.port, `offhook/1/${DEVICE}`)
  atEnd(operator.close)
  const log = (name: string, text: string) => writeFileSync(join(folder, name), text)
  atEnd(() => log('mqtt.log', operator.seen.map(({ topic, text }) => `${topic} ${text}\n`).join('')))
  const startRegistrar = () => startKamailio({ users: USERS, address: HERE, port: SIP_PORT })
  let kamailio: Kamailio | undefined = await startRegistrar()
  atEnd(async () => {
    log('kamailio.log', kamailio?.log() ?? 'it is away\n')
    await kamailio?.stop()
  })
  const speaks = join(folder, 'friend-says.wav')
  writeTone(speaks, FRIEND_SAYS, 60, 8000)
  const registrar = { domain: kamailio.domain, password: USERS[FRIEND] }
  const friend = await startBaresip({ speaks, user: FRIEND, answer: 'auto', address: HERE, registrar })
  atEnd(friend.stop)
  atEnd(async () => {
    log('friend.log', friend.log())
    if (!friend.log().includes('Call established')) return
    // Whole once the call is closed.
    await inTime('the friend to hang up', 5000, friend.hangUp())
    copyFileSync(friend.heard(), join(folder, 'friend-heard.wav'))
  })
  let version = 0
  return {
    ...{ folder, broker, operator, friend },
    get kamailio() {
      if (kamailio === undefined) throw new Error('the registrar is away')
      return kamailio
    },
    bootstrap: {
      broker: tls ? `mqtts://${NAME}:${MQTTS_PORT}` : `mqtt://${NAME}:${MQTT_PORT}`,
      ...(tls && { ca: '/etc/offhook/ca.pem' }),
      deviceId: DEVICE,
      boardFile: '/etc/offhook/board.json',
    },
    files: tls ? { 'ca.pem': readFileSync(tls.ca, 'utf8') } : {},
    async configure(change = {}) {
      version++
      const account = { id: 'main', aor: `sip:${PHONE_USER}@${HERE}`, registrar: `sip:${HERE}` }
      // An emulated machine on a busy one is late by tens of milliseconds.
      const network = { jitter: { minMs: 60, maxMs: 400 } }
      const config = { accounts: [account], tones: { country: 'de' }, network, report: { keys: true }, ...change }
      const document = { contract: 1, version, config, secrets: { main: { password: USERS[PHONE_USER] } } }
      await operator.publish('config/desired', JSON.stringify(document), '-r')
      return version
    },
    async registrarAway() {
      await kamailio?.stop()
      kamailio = undefined
    },
    async registrarBack() {
      kamailio = await startRegistrar()
    },
  }
}
