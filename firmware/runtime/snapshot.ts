// Makes the startup snapshot of a bundle: the heap of V8 with the whole program loaded, as a file that Node starts from.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { withoutCodeCache } from './snapshot-blob.ts'

/**
 * Without the first two the same bundle gives another snapshot each time; the seed of hashes that is in it by them is
 * replaced at each start. With the others, what is called first has not to be compiled first: every function is compiled, none
 * of it is thrown away as unused, and no code of a processor takes the place of what fits each of them.
 */
const V8 = ['--predictable', '--random-seed=42', '--no-lazy', '--no-flush-bytecode', '--no-sparkplug']

/**
 * Runs `node`, which is the very Node (with what has to run it before it) that the snapshot will be started with. The
 * bytes depend on that Node, on the bundle and its path, and on the name of `blob`. Throws with what Node says.
 */
export function buildSnapshot(node: readonly string[], bundle: string, blob: string): void {
  // Node keeps the names it was given in the snapshot: without folders they are always the same.
  const cwd = dirname(blob)
  const config = `${basename(blob)}.json`
  // Without the cache Node throws away what of the program was compiled, too: a thousand functions of a start, to be compiled
  // again in each, half of its time. But the cache itself, of Node's modules, is for none of them, and more than the rest.
  writeFileSync(join(cwd, config), JSON.stringify({ builder: bundle, withoutCodeCache: false }))
  const [command = '', ...before] = node
  const files = ['--snapshot-blob', basename(blob), '--build-snapshot-config', config]
  const args = [...before, ...V8, '--no-warnings', ...files]
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } })
  rmSync(join(cwd, config))
  if (done.error) throw new Error(`${command}: ${done.error.message}`)
  if (done.status !== 0) throw new Error(`no snapshot of ${bundle} (${done.status ?? done.signal}): ${done.stderr}`)
  writeFileSync(blob, withoutCodeCache(readFileSync(blob)))
}
