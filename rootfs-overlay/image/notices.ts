// The licences of what is inside the addons and the bundles, beside them: of Debian's static libraries, npm's packages, Node.
import { copyFileSync, globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchArm64Node } from './arm64-node.ts'
import { npmPackages } from './package-list.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
export const LICENCES = 'usr/lib/offhook/licences'

/** Of an npm package, without the ending. */
export const noticeName = (name: string, version: string): string => `${name.replace('/', '+')}-${version}`

/** `linked`: Debian's packages that the addons are linked with. Throws where a licence is not to be found. */
export function addNotices(root: string, linked: readonly string[]): void {
  const folder = join(root, LICENCES)
  mkdirSync(folder, { recursive: true })
  const take = (from: string, to: string) => copyFileSync(from, join(folder, `${to}.txt`))
  take(join(project, 'LICENSE'), 'offhook')
  take(join(fetchArm64Node(), 'LICENSE'), 'node')
  for (const name of linked) take(join(project, 'build/arm64-sysroot/usr/share/doc', name, 'copyright'), name)
  for (const { path, name, version } of npmPackages()) {
    const [licence] = globSync('{[Ll][Ii][Cc][Ee][Nn][CcSs][Ee],COPYING}{,.md,.txt}', { cwd: join(project, path) })
    if (licence === undefined) throw new Error(`${path}: no licence in it`)
    take(join(project, path, licence), noticeName(name, version))
  }
}
