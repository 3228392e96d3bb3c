// What provisioning costs the start of a phone, in fresh processes, bundled as on the device; and a document's check.
// Run: node provisioning/device/start.bench.ts
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storedDocument } from '../core/testing/bench.ts'
import { readDesired } from '../schema/desired.ts'
import { plainFormats } from '../schema/formats.ts'
import { openStore } from '../store/store.ts'
import { text } from '../testing/documents.ts'

const PROCESSES = 15
const CHECKS = 20_000

const directory = mkdtempSync(join(tmpdir(), 'offhook-start-'))
const store = await openStore(directory)
for (let version = 1; version <= 80; version++) {
  await store.append({ kind: 'candidate', document: storedDocument(version) })
  await store.append({ kind: 'promote', version })
}
await store.close()
const { size } = statSync(join(directory, 'provisioning.journal'))

const here = import.meta.dirname
const program = `
import { createProvisioner } from '${here}/../core/provisioner.ts'
import { plainFormats } from '${here}/../schema/formats.ts'
import { openStore } from '${here}/../store/store.ts'
const begin = performance.now()
openStore('${directory}').then((store) => {
  const fingerprint = (text) => text
  const { initial } = createProvisioner({ stored: store.stored, formats: plainFormats, fingerprint, startedAt: 0 })
  console.log(initial.version === 80 ? performance.now() - begin : NaN)
})`
const bundle = join(directory, 'start.cjs')
const esbuild = join(here, '../../node_modules/.bin/esbuild')
const input = join(directory, 'start.ts')
writeFileSync(input, program)
execFileSync(esbuild, [
  input,
  '--bundle',
  '--minify',
  '--platform=node',
  '--format=cjs',
  `--outfile=${bundle}`,
  '--log-level=error',
])
const times = Array.from({ length: PROCESSES }, () => Number(execFileSync(process.execPath, [bundle]))).sort(
  (a, b) => a - b,
)
const median = times[PROCESSES >> 1]!
console.log(
  `last good configuration out of a journal of ${(size / 1000).toFixed(0)} kB: ${median.toFixed(1)} ms (median of ${PROCESSES} processes)`,
)
console.log(`schema, checker, machine and store, bundled: ${(statSync(bundle).size / 1000).toFixed(1)} kB`)

const document = text()
const begin = performance.now()
for (let check = 0; check < CHECKS; check++) readDesired(document, plainFormats)
console.log(`a document checked: ${(((performance.now() - begin) / CHECKS) * 1000).toFixed(0)} µs`)
rmSync(directory, { recursive: true })
