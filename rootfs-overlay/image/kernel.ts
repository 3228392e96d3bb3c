// Debian's kernel: it leaves the root compressed, and of its modules those stay that a phone's hardware needs.
import { globSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT_MODULES } from './contents.ts'
import { deviceTreeModules } from './device-trees.ts'
import { run } from './run.ts'

const STRIP = 'aarch64-linux-gnu-strip'

/**
 * Compresses the kernel to `kernel`, as U-Boot and QEMU unpack it, and prunes the root's modules to those named and those
 * that drive what is in `deviceTrees`; resolves to the kernel's version.
 */
export function takeKernel(root: string, kernel: string, deviceTrees: readonly string[]): string {
  const [version] = readdirSync(join(root, 'usr/lib/modules'))
  if (version === undefined) throw new Error('the kernel package brought no modules')
  const [image] = globSync('boot/vmlinuz-*', { cwd: root })
  if (image === undefined) throw new Error('the kernel package brought no kernel')
  run('sh', ['-ec', 'gzip -9nc "$1" > "$2"', 'sh', join(root, image), kernel])
  rmSync(join(root, image))
  run('depmod', ['-b', root, version])
  const folder = join(root, 'usr/lib/modules', version)
  const names = [...ROOT_MODULES, ...deviceTreeModules(deviceTrees, join(folder, 'modules.alias'))]
  const wanted = new Set(names.flatMap((name) => moduleFiles(root, version, name)))
  for (const file of globSync('**/*.ko', { cwd: folder }).map((one) => join(folder, one)))
    if (!wanted.has(file)) rmSync(file)
  for (const file of wanted) run(STRIP, ['--strip-debug', file])
  run('depmod', ['-b', root, version])
  return version
}

/** Files of a module and what it needs, in the order of loading; none when it is built in. Throws when there is none such. */
export function moduleFiles(root: string, version: string, name: string): string[] {
  const shown = run('modprobe', ['-d', root, '-S', version, '--show-depends', name])
  return [...shown.matchAll(/^insmod (\S+)/gm)].map(([, file]) => file!.replace(`${root}/lib/`, `${root}/usr/lib/`))
}
