// The boards' device trees from Debian's kernel package, and which modules drive what they describe.
import { copyFileSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DEVICE_TREES, LEFT_OUT_MODULES } from './contents.ts'
import { run } from './run.ts'

/** Copies them out of the root into `folder`; resolves to their paths there. Throws when the kernel lacks one. */
export function takeDeviceTrees(root: string, folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  return DEVICE_TREES.map((name) => {
    const [file] = globSync(`usr/lib/linux-image-*/broadcom/${name}.dtb`, { cwd: root })
    if (file === undefined) throw new Error(`the kernel package has no device tree ${name}.dtb`)
    copyFileSync(join(root, file), join(folder, basename(file)))
    return join(folder, basename(file))
  })
}

/** The `compatible` strings of every node. */
export function compatibles(file: string): Set<string> {
  const source = run('dtc', ['-q', '-I', 'dtb', '-O', 'dts', file])
  const lists = [...source.matchAll(/\bcompatible = "([^"]*)"/g)].map(([, list]) => list!.split('\\0'))
  return new Set(lists.flat())
}

/** Modules that say in modules.alias that they drive one of those devices, less those left out on purpose. */
export function deviceTreeModules(files: readonly string[], modulesAlias: string): string[] {
  const wanted = new Set(files.flatMap((file) => [...compatibles(file)]))
  const names = [...readFileSync(modulesAlias, 'utf8').matchAll(/^alias of:N\*T\*C([^* ]+) (\S+)$/gm)]
    .filter(([, compatible]) => wanted.has(compatible!))
    .map(([, , module]) => module!)
  return [...new Set(names)].filter((name) => !LEFT_OUT_MODULES.includes(name)).sort()
}
