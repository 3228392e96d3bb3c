// The bundled appliance as its service runs it, in its lab: process start to registered, memory registered and at rest.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../runtime/bundle.ts'
import { startLab } from '../../runtime/lab-client.ts'
import { createLabOperator } from '../../runtime/lab-operator.ts'
import { ADDON, startBaresip } from './answerers.ts'
import { alternate, type Bench, OURS, type Samples } from './bench.ts'
import { bareNode } from './live.ts'
import { startMeasured } from './process.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const start: Bench = {
  name: 'start',
  about: 'the bundled appliance, provisioned before: process start to registered, memory with broker connected',
  async run({ rounds }) {
    const file = await bundle(here('../../runtime/main.ts'), here('../../../build/bench/offhook.cjs'))
    const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
    const lab = await startLab({ folder, speak: '', record: '', mouth: '' })
    if (!lab.ok) throw new Error(lab.error)
    const { ready } = lab.value
    const operator = createLabOperator(folder, ready)
    const phone = () =>
      startMeasured([process.execPath, file, operator.bootstrap], {
        STATE_DIRECTORY: join(folder, 'state'),
        NODE_COMPILE_CACHE: join(folder, 'cache'),
        OFFHOOK_ADDON: ADDON,
      })
    try {
      // The first run is provisioned by its operator; the second leaves the compiled JavaScript behind.
      const first = phone()
      await first.says('provisioning.mqtt connected')
      await operator.publish()
      await first.says('line registered')
      await sleep(500)
      await first.stop()
      const memory: Record<string, number[]> = { [OURS]: [], baresip: [], 'bare Node': [] }
      const times = await alternate(rounds * 2, {
        [OURS]: async () => {
          const process = phone()
          const took = await process.says('line registered')
          await process.says('provisioning.mqtt connected')
          await sleep(1000)
          memory[OURS]!.push(process.rssMb())
          await process.stop()
          return took
        },
        baresip: async () => {
          const began = performance.now()
          const process = await startBaresip({ domain: ready.domain, ...ready.guest })
          const took = performance.now() - began
          memory.baresip!.push(process.rssMb())
          await process.stop()
          return took
        },
        'bare Node': async () => {
          const began = performance.now()
          const node = startMeasured([process.execPath, '-e', 'console.log("ready")'])
          await node.says('ready')
          const took = performance.now() - began
          await node.stop()
          memory['bare Node']!.push(await bareNode())
          return took
        },
      })
      return [
        { what: 'process start → registered', unit: 'ms', samples: times },
        { what: 'memory, registered, broker connected', unit: 'MB', samples: memory satisfies Samples },
      ]
    } finally {
      await lab.value.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
