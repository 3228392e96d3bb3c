// Debian's kernel: it leaves the root, of its modules those named stay, and the initrd is made of a few of them.
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { INITRD_MODULES, ROOT_MODULES } from './contents.ts'
import { run } from './run.ts'

const STRIP = 'aarch64-linux-gnu-strip'

/** Moves the kernel out of the root to `kernel`, and prunes its modules; resolves to the kernel's version. */
export function takeKernel(root: string, kernel: string): string {
  const [version] = readdirSync(join(root, 'usr/lib/modules'))
  if (version === undefined) throw new Error('the kernel package brought no modules')
  const [image] = globSync('boot/vmlinuz-*', { cwd: root })
  if (image === undefined) throw new Error('the kernel package brought no kernel')
  renameSync(join(root, image), kernel)
  run('depmod', ['-b', root, version])
  const wanted = new Set(ROOT_MODULES.flatMap((name) => withDependencies(root, version, name)))
  for (const file of globSync(`usr/lib/modules/${version}/**/*.ko`, { cwd: root }).map((one) => join(root, one)))
    if (!wanted.has(file)) rmSync(file)
  for (const file of wanted) run(STRIP, ['--strip-debug', file])
  run('depmod', ['-b', root, version])
  return version
}

/** Files of a module and what it needs, in the order of loading; none when it is built in. Throws when there is none such. */
function withDependencies(root: string, version: string, name: string): string[] {
  const shown = run('modprobe', ['-d', root, '-S', version, '--show-depends', name])
  return [...shown.matchAll(/^insmod (\S+)/gm)].map(([, file]) => file!.replace(`${root}/lib/`, `${root}/usr/lib/`))
}

/** The initrd: busybox, a few modules, and the script that finds the root. */
export function makeInitrd(
  root: string,
  version: string,
  folder: string,
  script: string,
  outfile: string,
  epoch: number,
): void {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'modules', 'newroot'])
    mkdirSync(join(folder, name), { recursive: true })
  copyFileSync(join(root, 'bin/busybox'), join(folder, 'bin/busybox'))
  symlinkSync('busybox', join(folder, 'bin/sh'))
  const files = new Set(INITRD_MODULES.flatMap((name) => withDependencies(root, version, name)))
  for (const file of files) copyFileSync(file, join(folder, 'modules', basename(file)))
  writeFileSync(join(folder, 'modules/order'), [...files].map((file) => basename(file) + '\n').join(''))
  copyFileSync(script, join(folder, 'init'))
  chmodSync(join(folder, 'init'), 0o755)
  run(
    'sh',
    [
      '-ec',
      `find . -exec touch -h -d @${epoch} {} +
     find . -mindepth 1 | sort | cpio -o -H newc --quiet --reproducible -R 0:0 | gzip -9n > "$1"`,
      'sh',
      outfile,
    ],
    { cwd: folder },
  )
}
