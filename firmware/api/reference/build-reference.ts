// `npm run docs`: the reference of every layer's exports, made from the docstrings, into build/reference. Not a warning is let pass.
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const root = join(folder, '../../..')

/** Ends with the status of a command that fails. */
function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const writtenAt = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0)

// Outside the sources, whose tools would take what is installed for a part of them.
const tool = join(root, 'build/typedoc')
// npm writes down what it installed when all of it is there.
if (writtenAt(join(tool, 'node_modules/.package-lock.json')) < writtenAt(join(folder, 'package-lock.json'))) {
  mkdirSync(tool, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(folder, name), join(tool, name))
  run('npm', 'ci', '--prefix', tool, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent')
}
rmSync(join(root, 'build/reference'), { recursive: true, force: true })
run(process.execPath, join(tool, 'node_modules/typedoc/bin/typedoc'), '--options', join(folder, 'typedoc.json'))
