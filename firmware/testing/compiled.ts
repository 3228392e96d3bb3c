// Programs against the package, as its types see them: what the compiler says of a text that imports `offhook` or a layer of it.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import manifest from '../../package.json' with { type: 'json' }
import { root } from './docs.ts'

/** What the package makes of its sources, back to them: `./build/package/firmware/api/core/index.js`. */
export const sourceOf = (built: string): string =>
  join(root, built.replace('build/package/', '').replace(/\.js$/, '.ts'))

const layers = Object.entries(manifest.exports).filter(([, built]) => built.endsWith('.js'))
const TSCONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    paths: Object.fromEntries(layers.map(([name, built]) => [name.replace('.', 'offhook'), [sourceOf(built)]])),
  },
  include: ['.'],
}

/** What the compiler says of these modules, by name; '': nothing. */
export async function compiled(modules: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(join(root, 'build'), { recursive: true })
  const folder = mkdtempSync(join(root, 'build/types-'))
  try {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG))
    for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, `${name}.ts`), text)
    const tsc = promisify(execFile)(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'])
    return await tsc.then(() => '').catch(({ stdout, message }) => stdout || message)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** For a module: `Key` is the name where some of the type has it, else never. */
export const KEY = 'type Key<T, K extends PropertyKey> = T extends unknown ? (K extends keyof T ? K : never) : never\n'

/** A line that compiles where the type has that name. */
export const key = (type: string, name: string): string => `'${name}' satisfies Key<${type}, '${name}'>`
