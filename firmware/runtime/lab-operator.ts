// What an operator does for a new phone in the lab: tells it where its broker is, and publishes its configuration.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PhoneConfig } from '../../provisioning/schema/phone-config.ts'
import type { LabReady } from './lab-client.ts'

const PUBLISH = fileURLToPath(new URL('../../provisioning/fleet/publish.ts', import.meta.url))
const DEVICE = 'lab-phone'

export interface LabOperator {
  /** The phone's bootstrap file. */
  readonly bootstrap: string
  /** The phone's name in all topics. */
  readonly device: string
  /** With the operator's own tool, in a process of its own. Rejects with what the tool says. */
  publish(): Promise<void>
}

/** `domain`: `host:port` of registrar and proxy. */
export interface LabAccount {
  readonly domain: string
  readonly user: string
  readonly password: string
  /** Default udp. */
  readonly transport?: 'udp' | 'tcp' | 'tls'
  /** Names in order of preference. */
  readonly codecs?: readonly string[]
  /** Further keys of the configuration's `network`. */
  readonly network?: object
  /** Devices beside the handset. */
  readonly routes?: Pick<PhoneConfig, 'speaker' | 'headset' | 'ringer'>
}

/** `folder` gets the files; `account` is the phone's, by default the lab's for it. */
export function createLabOperator(folder: string, ready: LabReady, account: Partial<LabAccount> = {}): LabOperator {
  const file = (name: string, content: unknown) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(content, undefined, 2), { mode: 0o600 })
    return path
  }
  const { url, username, password } = ready.broker
  const credentials = file('credentials.json', { username, password })
  return {
    device: DEVICE,
    bootstrap: file('bootstrap.json', { broker: url, deviceId: DEVICE, credentials }),
    async publish() {
      const access = ['--broker', url, '--device', DEVICE, '--credentials', credentials]
      await promisify(execFile)(process.execPath, [
        PUBLISH,
        ...access,
        file('desired.json', desired(ready.phone.sipPort, { domain: ready.domain, ...ready.phone, ...account })),
      ])
    },
  }
}

const desired = (
  sipPort: number,
  { domain, user, password, transport = 'udp', codecs, network, routes }: LabAccount,
) => ({
  contract: 1,
  version: 1,
  config: {
    accounts: [
      {
        ...{ id: 'main', label: user, aor: `sip:${user}@${domain}`, registrar: `sip:${domain}` },
        ...{ displayName: 'Lab phone', username: user, transport, codecs },
      },
    ],
    handset: { kind: 'null' },
    ...routes,
    // The step that plays what the network sends, unchanged.
    audio: { volume: 6 },
    contacts: [
      { name: 'Second phone', numbers: ['102'] },
      { name: 'Guest', numbers: ['103'] },
    ],
    keys: [
      { label: 'Echo', kind: 'speed-dial', target: '101', digit: 2 },
      { label: 'Second', kind: 'blf', target: '102', digit: 3 },
    ],
    // As sipPort below the ports the kernel chooses from.
    network: { sipPort, rtpPorts: { min: 21_000, max: 21_199 }, ...network },
  },
  secrets: { main: { password } },
})
