// npm run bench [-- [--quick] [NAME|sip|media …]]: ours and its peers in turn in one run, medians and ratios in one table. It never fails
// for a figure. The machine should be quiet: ratios hold better than absolute figures.
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench, Effort, Row } from './bench.ts'
import { calls, options, signalling } from './calls.ts'
import { engine, print } from './engine.ts'
import { answer, memory } from './live.ts'
import { mouth } from './mouth.ts'
import { parse } from './parse.ts'
import { native, size, udp } from './parts.ts'
import { playoutBench } from './playout.ts'
import { sound } from './sound.ts'
import { start } from './start.ts'
import { table } from './table.ts'
import { voice } from './voice.ts'

const BENCHES: readonly Bench[] = [
  ...[parse, print, engine, signalling, calls, options, answer],
  ...[sound, voice, playoutBench, mouth, start, memory, size, udp, native],
]
/** Several by one name. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  sip: ['parse', 'print', 'engine', 'signalling', 'calls', 'options', 'answer'],
  media: ['sound', 'voice', 'playout', 'mouth', 'memory', 'size', 'native'],
}
const FULL: Effort = { rounds: 3, scale: 1 }
const QUICK: Effort = { rounds: 1, scale: 0.3 }

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true })
const names = positionals.flatMap((name) => GROUPS[name] ?? [name])
const unknown = names.find((name) => !BENCHES.some((bench) => bench.name === name))
if (unknown !== undefined) {
  console.error(
    `no bench "${unknown}"; there are:\n${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}\n` +
      Object.entries(GROUPS)
        .map(([name, members]) => `  ${name.padEnd(12)}${members.join(', ')}`)
        .join('\n'),
  )
  process.exit(2)
}
const wanted = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))
const effort = values.quick ? QUICK : FULL

const rows: Row[] = []
for (const bench of wanted) {
  const began = performance.now()
  process.stderr.write(`${bench.name}: ${bench.about} …\n`)
  try {
    rows.push(...(await bench.run(effort)))
  } catch (error) {
    process.stderr.write(`${bench.name}: ${(error as Error).stack}\n`)
  }
  process.stderr.write(`  ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}
console.log(
  `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}` +
    `; medians of ${effort.rounds} rounds or more, contenders in turn\n`,
)
if (rows.length > 0) console.log(table(rows))
process.exit(0)
