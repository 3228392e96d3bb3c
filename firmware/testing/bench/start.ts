// The bundled appliance as its service starts it, in its lab, its broker over TLS: from a startup snapshot, beside the same
// bundle without it; process start to registered, memory registered and at rest.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { startBroker } from '../../../provisioning/testing/mosquitto.ts'
import { bundle } from '../../runtime/bundle.ts'
import { startLab } from '../../runtime/lab-client.ts'
import { createLabOperator } from '../../runtime/lab-operator.ts'
import { buildSnapshot } from '../../runtime/snapshot.ts'
import { ADDON, startBaresip } from './answerers.ts'
import { alternate, type Bench, OURS, type Samples } from './bench.ts'
import { bareNode } from './live.ts'
import { startMeasured } from './process.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const start: Bench = {
  name: 'start',
  about:
    'the bundled appliance, provisioned before: process start to registered, memory with broker connected over TLS',
  async run({ rounds }) {
    const file = await bundle(here('../../runtime/main.ts'), here('../../../build/bench/offhook.cjs'))
    const blob = here('../../../build/bench/offhook.blob')
    buildSnapshot([process.execPath], file, blob)
    const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
    const lab = await startLab({ folder, speak: '', record: '', mouth: '' })
    if (!lab.ok) throw new Error(lab.error)
    const { ready } = lab.value
    const operator = createLabOperator(folder, ready)
    const authority = createAuthority(folder, 'bench')
    const { cert, key } = authority.sign('broker', { host: 'localhost' })
    const broker = await startBroker(`cafile ${authority.ca}\ncertfile ${cert}\nkeyfile ${key}\nallow_anonymous true\n`)
    const secure = join(folder, 'secure.json')
    const secureBroker = { broker: `mqtts://localhost:${broker.port}`, deviceId: operator.device, ca: authority.ca }
    writeFileSync(secure, JSON.stringify(secureBroker))
    const phone = (command: readonly string[], bootstrap = secure, env: Record<string, string> = {}) =>
      startMeasured([process.execPath, ...command, bootstrap], {
        STATE_DIRECTORY: join(folder, 'state'),
        OFFHOOK_ADDON: ADDON,
        ...env,
      })
    const cache = { NODE_COMPILE_CACHE: join(folder, 'cache') }
    const firsts: Record<string, number[]> = {}
    const work: Record<string, number[]> = {}
    const memory: Record<string, number[]> = {}
    const measured = (name: string, command: readonly string[], env?: Record<string, string>) => async () => {
      const process = phone(command, secure, env)
      const first = await process.says('line registering')
      const took = await process.says('line registered')
      work[name] = [...(work[name] ?? []), process.liveCpuMs()]
      await process.says('provisioning.mqtt connected')
      await sleep(1000)
      firsts[name] = [...(firsts[name] ?? []), first]
      memory[name] = [...(memory[name] ?? []), process.rssMb()]
      await process.stop()
      return took
    }
    try {
      // The first run is provisioned by its operator; the second leaves the compiled JavaScript behind.
      const first = phone([file], operator.bootstrap)
      await first.says('provisioning.mqtt connected')
      await operator.publish()
      await first.says('line registered')
      await first.stop()
      const second = phone([file], secure, cache)
      await second.says('provisioning.mqtt connected')
      await sleep(500)
      await second.stop()
      const third = phone([file], secure, { NODE_OPTIONS: `--import=${here('../loaded.ts')}` })
      await third.says('line registered')
      process.stderr.write(`  before REGISTER ${/^loaded: .*$/m.exec(third.said())?.[0]}\n`)
      await third.stop()
      const times = await alternate(rounds * 3, {
        [OURS]: measured(OURS, ['--verify-snapshot-checksum', '--snapshot-blob', blob, file]),
        'with a compile cache': measured('with a compile cache', [file], cache),
        plainly: measured('plainly', [file]),
        baresip: async () => {
          const began = performance.now()
          const process = await startBaresip({ registrar: { domain: ready.domain, ...ready.guest } })
          const took = performance.now() - began
          memory.baresip = [...(memory.baresip ?? []), process.rssMb()]
          await process.stop()
          return took
        },
        'bare Node': async () => {
          const node = startMeasured([process.execPath, '-e', 'console.log("ready")'])
          const took = await node.says('ready')
          await node.stop()
          memory['bare Node'] = [...(memory['bare Node'] ?? []), await bareNode()]
          return took
        },
      })
      firsts['bare Node'] = times['bare Node'] as number[]
      return [
        { what: 'process start → first REGISTER', unit: 'ms', samples: firsts satisfies Samples },
        { what: 'process start → registered', unit: 'ms', samples: times },
        { what: 'CPU of that', unit: 'ms', samples: work satisfies Samples },
        { what: 'memory, registered, broker over TLS', unit: 'MB', samples: memory satisfies Samples },
      ]
    } finally {
      await broker.dispose()
      await lab.value.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
