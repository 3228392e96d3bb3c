// Benchmarks that parts have beside them, run as they are: the UDP adapter beside node:dgram, the engine's own figures.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { measureDgram, measureNative } from '../../net/udp.bench.ts'
import { alternate, type Bench, OURS } from './bench.ts'

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
