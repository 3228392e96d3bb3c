// The addons of npm packages, cross-built for the device's Node; kept, since they change only with their versions.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchArm64Node } from './arm64-node.ts'
import { run } from './run.ts'

const installed = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** Each with its addon, which the bundle looks for there. */
const NATIVE = { epoll: 'build/Release/epoll.node', 'i2c-bus': 'build/Release/i2c.node' } as const
/** With what the addons are built with. */
const PACKAGES = [...Object.keys(NATIVE), 'nan']

/** A node_modules folder for the device: the addons alone, everything else is in the bundle. */
export function crossAddons(cache: string): string {
  const manifests = PACKAGES.map((name) => readFileSync(join(installed, name, 'package.json'), 'utf8'))
  const key = createHash('sha256')
    .update(process.version + manifests.join())
    .digest('hex')
    .slice(0, 16)
  const made = join(cache, `addons-${key}`)
  if (existsSync(made)) return made
  const work = join(cache, `addons-${key}.partial`)
  rmSync(work, { recursive: true, force: true })
  const [modules, addons] = [join(work, 'node_modules'), join(work, 'addons')]
  for (const name of PACKAGES) cpSync(join(installed, name), join(modules, name), { recursive: true })
  const tools = {
    CC: 'aarch64-linux-gnu-gcc',
    CXX: 'aarch64-linux-gnu-g++',
    AR: 'aarch64-linux-gnu-ar',
    LINK: undefined,
    // node-gyp lets the user's own npm configuration win over its options.
    npm_config_nodedir: fetchArm64Node(),
  }
  // npm's own, wherever npm is.
  const gyp = run('npm', ['config', 'get', 'node-gyp']).trim()
  for (const [name, file] of Object.entries(NATIVE)) {
    const cwd = join(modules, name)
    rmSync(join(cwd, 'build'), { recursive: true, force: true })
    run(process.execPath, [gyp, 'rebuild', '--arch=arm64'], { cwd, env: tools })
    const addon = join(addons, name, file)
    mkdirSync(dirname(addon), { recursive: true })
    run('aarch64-linux-gnu-strip', ['-o', addon, join(cwd, file)])
  }
  mkdirSync(dirname(made), { recursive: true })
  renameSync(addons, made)
  rmSync(work, { recursive: true })
  return made
}
