// Runs the scenarios, in a network of their own: builds the image and what is laid over it first, while there is another one.
//
//   node test-qemu/scenarios/run.ts test-qemu/scenarios[/FILE] [VITEST'S ARGUMENTS]
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildExtra } from '../guest/extra.ts'
import { EXTRA, IMAGE } from './phone.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

function run(...words: readonly string[]): void {
  const { status, signal } = spawnSync(process.execPath, words, { cwd: project, stdio: 'inherit' })
  if (status === 0) return
  if (signal !== null) console.error(`ended by ${signal}: ${words.join(' ')}`)
  process.exit(status ?? 1)
}

run('rootfs-overlay/image/image.ts', '--compression=lz4', '--firmware=none', `--out=${IMAGE}`)
await buildExtra(EXTRA)
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...process.argv.slice(2)]
run('test-qemu/network/inside.ts', process.execPath, ...vitest)
