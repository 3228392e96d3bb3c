// The initrd: busybox, a few modules, and the script that finds the root.
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CARD_MODULES, INITRD_MODULES } from './contents.ts'
import { moduleFiles } from './kernel.ts'
import { run } from './run.ts'

const SCRIPT = join(import.meta.dirname, 'initrd-init.sh')

/** Fills `folder` and packs it to `outfile`; busybox and the modules of kernel `version` are the root's. */
export function makeInitrd(root: string, version: string, folder: string, outfile: string, epoch: number): void {
  for (const name of ['bin', 'dev', 'proc', 'sys', 'modules', 'lower', 'rw', 'newroot'])
    mkdirSync(join(folder, name), { recursive: true })
  copyFileSync(join(root, 'bin/busybox'), join(folder, 'bin/busybox'))
  symlinkSync('busybox', join(folder, 'bin/sh'))
  const filesOf = (names: readonly string[]) => names.flatMap((name) => moduleFiles(root, version, name))
  const first = filesOf(INITRD_MODULES.first)
  for (const [list, names] of Object.entries({ ...INITRD_MODULES, card: CARD_MODULES })) {
    const files = new Set(list === 'first' ? first : filesOf(names).filter((file) => !first.includes(file)))
    for (const file of files) copyFileSync(file, join(folder, 'modules', basename(file)))
    writeFileSync(join(folder, 'modules', list), [...files].map((file) => basename(file) + '\n').join(''))
  }
  copyFileSync(SCRIPT, join(folder, 'init'))
  chmodSync(join(folder, 'init'), 0o755)
  packInitrd(folder, outfile, epoch)
}

/** Packs a folder as an initrd; the kernel unpacks several that stand one behind the other. */
export function packInitrd(folder: string, outfile: string, epoch: number): void {
  const script = `find . -exec touch -h -d @${epoch} {} +
    find . -mindepth 1 | sort | cpio -o -H newc --quiet --reproducible -R 0:0 | gzip -9n > "$1"`
  run('sh', ['-ec', script, 'sh', outfile], { cwd: folder })
}
