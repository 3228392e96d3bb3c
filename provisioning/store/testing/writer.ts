// Confirms one configuration after the other and prints the version once it is stored, until it is killed.
import { writeSync } from 'node:fs'
import { storedDocument } from '../../core/testing/bench.ts'
import { openStore } from '../store.ts'

const [directory, from] = process.argv.slice(2)
const store = await openStore(directory!)
for (let version = Number(from) + 1; ; version++) {
  await store.append({ kind: 'candidate', document: storedDocument(version) })
  await store.append({ kind: 'promote', version })
  writeSync(1, `${version}\n`)
}
