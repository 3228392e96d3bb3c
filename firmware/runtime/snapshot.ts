// Makes the startup snapshot of a bundle: the heap of V8 with the whole program loaded, as a file that Node starts from.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Without the first two the same bundle gives another snapshot each time; the seed of hashes that is in it by them is
 * replaced at each start. With the third, what is called first has not to be compiled first.
 */
const V8 = ['--predictable', '--random-seed=42', '--no-lazy']

/**
 * Runs `node`, which is the very Node (with what has to run it before it) that the snapshot will be started with. The
 * bytes depend on that Node, on the bundle and its path, and on the name of `blob`. Throws with what Node says.
 */
export function buildSnapshot(node: readonly string[], bundle: string, blob: string): void {
  // Node keeps the names it was given in the snapshot: without folders they are always the same.
  const cwd = dirname(blob)
  const config = `${basename(blob)}.json`
  // Compiled code of Node's own modules is 5 of 8 MB and as much memory later. Without it, too, a snapshot fits every
  // processor of its architecture; with it only one that has the same extensions.
  writeFileSync(join(cwd, config), JSON.stringify({ builder: bundle, withoutCodeCache: true }))
  const [command = '', ...before] = node
  const files = ['--snapshot-blob', basename(blob), '--build-snapshot-config', config]
  const args = [...before, ...V8, '--no-warnings', ...files]
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } })
  rmSync(join(cwd, config))
  if (done.error) throw new Error(`${command}: ${done.error.message}`)
  if (done.status !== 0) throw new Error(`no snapshot of ${bundle} (${done.status ?? done.signal}): ${done.stderr}`)
}
