// A module of the image's kernel that the image leaves out, since a phone has no use for it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { debianArchive } from '../../rootfs-overlay/image/debian.ts'
import { run } from '../../rootfs-overlay/image/run.ts'

const build = fileURLToPath(new URL('../../build', import.meta.url))

/** The module's file; the image must have been built here. */
export async function kernelModule(name: string): Promise<Buffer> {
  const archive = await debianArchive(join(build, 'image-cache'), { step: () => {}, moving: () => {} })
  const scratch = mkdtempSync(join(build, 'module-'))
  try {
    const file = join(scratch, `${name}.ko`)
    const unpack = 'tar xf "$1" --wildcards -O "./lib/modules/*/$2.ko" > "$3"'
    run('sh', ['-ec', unpack, 'sh', archive, name, file])
    run('aarch64-linux-gnu-strip', ['--strip-debug', file])
    return readFileSync(file)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
