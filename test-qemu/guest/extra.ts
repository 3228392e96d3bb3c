// What a test lays over the unmodified root: a further initrd with root's shell and the person at the handset (`root/`).
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../rootfs-overlay/image/run.ts'
import { kernelModule } from '../machine/kernel-module.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const build = join(project, 'build')

/** Writes it to `outfile`. The addon must have been cross-built once: the ALSA library it links with is taken from there. */
export async function buildExtra(outfile: string): Promise<void> {
  const scratch = mkdtempSync(join(build, 'extra-'))
  try {
    const home = join(scratch, 'extra/usr/lib/hil')
    cpSync(join(import.meta.dirname, 'root'), join(scratch, 'extra'), { recursive: true, verbatimSymlinks: true })
    const sysroot = join(build, 'arm64-sysroot/usr')
    const library = join(sysroot, 'lib/aarch64-linux-gnu')
    run('aarch64-linux-gnu-gcc', [
      ...['-std=gnu11', '-O2', '-s', '-Wall', '-Wextra', '-Werror', '-isystem', join(sysroot, 'include')],
      ...[join(import.meta.dirname, 'handset.c'), '-o', join(home, 'handset'), `-L${library}`, '-lasound'],
    ])
    writeFileSync(join(home, 'virtio_console.ko'), await kernelModule('virtio_console'))
    const pack = 'find extra | sort | cpio -o -H newc --quiet -R 0:0 | gzip -1n > "$1"'
    run('sh', ['-ec', pack, 'sh', outfile], { cwd: scratch })
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
