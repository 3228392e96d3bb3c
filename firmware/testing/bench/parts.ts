// Benchmarks that parts have beside them, run as they are: the UDP adapter beside node:dgram, the engine's own figures.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { measureDgram, measureNative } from '../../net/udp.bench.ts'
import { ADDON } from './answerers.ts'
import { alternate, type Bench, OURS, type Row } from './bench.ts'

export const udp: Bench = {
  name: 'udp',
  about: 'a datagram of 600 B in and out, through JavaScript',
  async run({ rounds, scale }) {
    const count = Math.ceil(60_000 * scale)
    const samples = await alternate(rounds, {
      [OURS]: () => measureNative(count),
      'node:dgram': () => measureDgram(count),
    })
    return [{ what: 'datagram in and out', unit: 'µs CPU', samples }]
  },
}

export const native: Bench = {
  name: 'native',
  about: 'the media engine alone: native/bench says it in its own words',
  async run() {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    process.stdout.write(execFileSync('make', ['-s', '-C', 'native', 'bench'], { cwd: root, encoding: 'utf8' }))
    return []
  },
}

/** What `make cross` leaves, stripped already. */
const ARM_ADDON = fileURLToPath(new URL('../../../build/native-arm64/offhook.node', import.meta.url))

export const size: Bench = {
  name: 'size',
  about: 'the addon without what is for debuggers',
  async run() {
    const row = (what: string, file: string): Row => ({
      ...{ what: `addon, ${what}, stripped`, unit: 'MB' },
      samples: { [OURS]: [statSync(file).size / 1e6] },
    })
    const folder = mkdtempSync(join(tmpdir(), 'bench-size-'))
    const stripped = join(folder, 'offhook.node')
    execFileSync('strip', ['-o', stripped, ADDON])
    const rows = [row(process.arch, stripped), ...(existsSync(ARM_ADDON) ? [row('arm64', ARM_ADDON)] : [])]
    rmSync(folder, { recursive: true })
    return rows
  },
}
