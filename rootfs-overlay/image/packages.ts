// The npm packages with native code, cross-built for the device's Node; kept, since they change only with their versions.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchArm64Node } from './arm64-node.ts'
import { run } from './run.ts'

const installed = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** What the bundle leaves outside, and what that needs at run time; nan is for building. */
const PACKAGES = ['onoff', 'epoll', 'i2c-bus', 'bindings', 'file-uri-to-path', 'lodash.debounce', 'nan']
const NATIVE = { epoll: 'epoll.node', 'i2c-bus': 'i2c.node' } as const

/** A node_modules folder for the device. */
export function crossPackages(cache: string): string {
  const manifests = PACKAGES.map((name) => readFileSync(join(installed, name, 'package.json'), 'utf8'))
  const key = createHash('sha256')
    .update(process.version + manifests.join())
    .digest('hex')
    .slice(0, 16)
  const made = join(cache, `packages-${key}`)
  if (existsSync(made)) return made
  const work = join(cache, `packages-${key}.partial`)
  rmSync(work, { recursive: true, force: true })
  const modules = join(work, 'node_modules')
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
  const stripped = join(work, 'stripped')
  for (const [name, file] of Object.entries(NATIVE)) {
    const cwd = join(modules, name)
    rmSync(join(cwd, 'build'), { recursive: true, force: true })
    run(process.execPath, [gyp, 'rebuild', '--arch=arm64'], { cwd, env: tools })
    mkdirSync(stripped, { recursive: true })
    run('aarch64-linux-gnu-strip', ['-o', join(stripped, file), join(cwd, 'build/Release', file)])
    rmSync(join(cwd, 'build'), { recursive: true })
    mkdirSync(join(cwd, 'build/Release'), { recursive: true })
    renameSync(join(stripped, file), join(cwd, 'build/Release', file))
  }
  rmSync(join(modules, 'nan'), { recursive: true })
  const unwanted =
    '*/{src,deps,test,test-example,examples,example,integration-test,doc,.github,binding.gyp,*.md,*.d.ts,.*}'
  for (const file of globSync(unwanted, { cwd: modules })) rmSync(join(modules, file), { recursive: true, force: true })
  mkdirSync(dirname(made), { recursive: true })
  renameSync(modules, made)
  rmSync(work, { recursive: true })
  return made
}
