// What an operator does for a new phone in the lab: tells it where its broker is, and publishes its configuration.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LabReady } from './lab-client.ts'

const PUBLISH = fileURLToPath(new URL('../../provisioning/fleet/publish.ts', import.meta.url))
const DEVICE = 'lab-phone'

export interface LabOperator {
  /** The phone's bootstrap file. */
  readonly bootstrap: string
  /** With the operator's own tool, in a process of its own. Rejects with what the tool says. */
  publish(): Promise<void>
}

/** `folder` gets the files. */
export function createLabOperator(folder: string, ready: LabReady): LabOperator {
  const file = (name: string, content: unknown) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(content, undefined, 2), { mode: 0o600 })
    return path
  }
  const { url, username, password } = ready.broker
  const credentials = file('credentials.json', { username, password })
  return {
    bootstrap: file('bootstrap.json', { broker: url, deviceId: DEVICE, credentials }),
    async publish() {
      const access = ['--broker', url, '--device', DEVICE, '--credentials', credentials]
      await promisify(execFile)(process.execPath, [PUBLISH, ...access, file('desired.json', desired(ready))])
    },
  }
}

const desired = ({ domain, phone }: LabReady) => ({
  contract: 1,
  version: 1,
  config: {
    accounts: [
      {
        ...{ id: 'main', label: phone.user, aor: `sip:${phone.user}@${domain}`, registrar: `sip:${domain}` },
        ...{ displayName: 'Lab phone', username: phone.user },
      },
    ],
    handset: { kind: 'null' },
    // The step that plays what the network sends, unchanged.
    audio: { volume: 6 },
    network: { sipPort: phone.sipPort, rtpPorts: { min: 43_000, max: 43_199 } },
  },
  secrets: { main: { password: phone.password } },
})
