// Builds the phone's root for arm64, its kernel and its initrd, from Debian packages and this project alone; root is not needed.
//
//   npm run image [-- --out=FOLDER] [--compression=zstd|lz4] [--fresh]
//
// FOLDER (build/image) then holds root.squashfs, vmlinuz, initrd.gz and packages.tsv. The Debian packages are fetched once
// and kept in build/image-cache; --fresh asks the archive for today's. SOURCE_DATE_EPOCH is the commit's unless it is set.
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { debianArchive, unpackDebian } from './debian.ts'
import { finishSystem } from './finish.ts'
import { addFirmware } from './firmware.ts'
import { makeInitrd, takeKernel } from './kernel.ts'
import { crossPackages } from './packages.ts'
import { run } from './run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(project, 'build/image-cache')
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(project, 'build/image') },
    compression: { type: 'string', default: 'zstd' },
    fresh: { type: 'boolean', default: false },
  },
})
const COMPRESSION: Readonly<Record<string, readonly string[]>> = {
  zstd: ['-comp', 'zstd', '-Xcompression-level', '15'],
  lz4: ['-comp', 'lz4', '-noI', '-noX'],
}
const compression = COMPRESSION[values.compression]
if (compression === undefined) throw new Error(`--compression is one of ${Object.keys(COMPRESSION).join(', ')}`)
const out = resolve(values.out)
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct'], { cwd: project }))
if (!Number.isInteger(epoch)) throw new Error('SOURCE_DATE_EPOCH is a whole number of seconds')

const begun = performance.now()
const step = (text: string) =>
  process.stderr.write(`[image ${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s] ${text}\n`)

if (values.fresh) rmSync(cache, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const scratch = mkdtempSync(join(project, 'build/image-'))
const root = join(scratch, 'root')
try {
  step('Debian packages')
  const archive = debianArchive(cache)
  step('unpacking and pruning')
  unpackDebian(archive, root, join(out, 'packages.tsv'))
  step('kernel and initrd')
  const version = takeKernel(root, join(out, 'vmlinuz'))
  makeInitrd(
    root,
    version,
    join(scratch, 'initrd'),
    join(import.meta.dirname, 'initrd-init.sh'),
    join(out, 'initrd.gz'),
    epoch,
  )
  step('Node, media engine, firmware')
  await addFirmware(root, epoch)
  step('onoff and i2c-bus for arm64')
  cpSync(crossPackages(cache), join(root, 'usr/lib/offhook/node_modules'), { recursive: true })
  step('overlay and system files')
  for (const top of ['etc', 'usr'])
    cpSync(join(project, 'rootfs-overlay', top), join(root, top), { recursive: true, verbatimSymlinks: true })
  finishSystem(root, epoch)
  step(`root.squashfs (${values.compression})`)
  const image = join(out, 'root.squashfs')
  const fixed = [
    '-noappend',
    '-all-root',
    '-all-time',
    `${epoch}`,
    '-mkfs-time',
    `${epoch}`,
    '-no-xattrs',
    '-no-progress',
  ]
  run('mksquashfs', [root, image, ...fixed, ...compression], { env: { SOURCE_DATE_EPOCH: undefined } })
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const size = (name: string) => `${name} ${(statSync(join(out, name)).size / 1e6).toFixed(1)} MB`
step(`${out}: ${['root.squashfs', 'vmlinuz', 'initrd.gz'].map(size).join(', ')}`)
