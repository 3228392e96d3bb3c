// `npm pack` begins with this: JavaScript and types of every layer, and the native addon, into build/package.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(root, 'build/package')

/** Ends with the status of a command that fails. */
function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(folder, { recursive: true, force: true })
run(join(root, 'node_modules/.bin/tsc'), '-p', 'firmware/api/layers/tsconfig.package.json')
// Without what only a debugger reads, which is nine tenths of it.
run('strip', '-S', '-o', join(folder, 'native/lib/offhook.node'), join(root, 'build/native/offhook.node'))
