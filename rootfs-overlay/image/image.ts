// Builds what a phone is started from: root, kernel, initrd, and an SD card of them. Root rights are not needed.
//
//   npm run image [-- --out=FOLDER] [--compression=zstd|lz4] [--firmware=fetch|none|FOLDER] [--fresh]
//
// FOLDER (build/image) then holds root.squashfs, vmlinuz, initrd.gz, phone-arm64.img, packages.tsv and SHA256SUMS; with
// zstd, which is what ships, also phone-arm64.img.zst and phone-arm64.img.bmap. What is fetched is kept in
// build/image-cache; --fresh asks for today's. SOURCE_DATE_EPOCH is the commit's unless it is set. docs/flash.md says more.
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { bootFiles } from './card/boot-files.ts'
import { buildCard } from './card/build.ts'
import { debianArchive, unpackDebian } from './debian.ts'
import { takeDeviceTrees } from './device-trees.ts'
import { finishSystem } from './finish.ts'
import { addFirmware, linkedRows } from './firmware.ts'
import { makeInitrd } from './initrd.ts'
import { takeKernel } from './kernel.ts'
import { setModes } from './modes.ts'
import { addNotices } from './notices.ts'
import { nodeRow, npmRows, packageTable } from './package-list.ts'
import { crossAddons } from './packages.ts'
import { piFirmware } from './pi-firmware.ts'
import { progress } from './progress.ts'
import { prune } from './prune.ts'
import { run } from './run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(project, 'build/image-cache')
const CARD = 'phone-arm64.img'
const COMPRESSION: Readonly<Record<string, readonly string[]>> = {
  zstd: ['-comp', 'zstd', '-Xcompression-level', '15'],
  lz4: ['-comp', 'lz4', '-noI', '-noX'],
}
const says = progress((text) => process.stderr.write(text), process.stderr.isTTY)
const { step } = says

function options() {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(project, 'build/image') },
      compression: { type: 'string', default: 'zstd' },
      firmware: { type: 'string' },
      fresh: { type: 'boolean', default: false },
    },
  })
  const pack = COMPRESSION[values.compression]
  if (pack === undefined)
    throw new Error(`--compression=${values.compression}: expected one of ${Object.keys(COMPRESSION).join(', ')}`)
  const time = process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct'], { cwd: project }).trim()
  if (!/^\d+$/.test(time)) throw new Error(`SOURCE_DATE_EPOCH=${time}: expected a whole number of seconds`)
  return { ...values, out: resolve(values.out), pack, epoch: Number(time), ships: values.compression === 'zstd' }
}

/** Resolves to the names of what it made in `out`. */
async function build(wanted: ReturnType<typeof options>): Promise<string[]> {
  // What is made on the way goes into initrd and root as it is.
  process.umask(0o022)
  const { out, pack, epoch, ships } = wanted
  if (wanted.fresh) rmSync(cache, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  // Of a build before this one, which made them of something else.
  for (const ending of ['zst', 'bmap']) rmSync(join(out, `${CARD}.${ending}`), { force: true })
  const scratch = mkdtempSync(join(project, 'build/image-'))
  const root = join(scratch, 'root')
  try {
    step('Debian packages')
    const archive = await debianArchive(cache, says)
    step('firmware of the Raspberry Pi')
    const firmware = await piFirmware(wanted.firmware, cache, says)
    step('unpacking')
    const packages = unpackDebian(archive, root)
    step('kernel and initrd')
    const deviceTrees = takeDeviceTrees(root, join(scratch, 'device-trees'))
    const [kernel, initrd] = [join(out, 'vmlinuz'), join(out, 'initrd.gz')]
    const version = takeKernel(root, kernel, deviceTrees)
    makeInitrd(root, version, join(scratch, 'initrd'), initrd, epoch)
    await addFirmware(root, epoch, step)
    const linked = linkedRows()
    writeFileSync(join(out, 'packages.tsv'), packageTable([...packages, ...linked, ...npmRows(), nodeRow()]))
    addNotices(
      root,
      linked.map(({ name }) => name),
    )
    step('addons of onoff and i2c-bus')
    cpSync(crossAddons(cache), join(root, 'usr/lib/offhook/node_modules'), { recursive: true })
    step('overlay and system files')
    for (const top of ['etc', 'usr'])
      cpSync(join(project, 'rootfs-overlay', top), join(root, top), { recursive: true, verbatimSymlinks: true })
    finishSystem(root, epoch)
    const boot = join(scratch, 'boot')
    bootFiles(boot, { root, kernel, initrd, deviceTrees, firmware, epoch })
    prune(root)
    setModes(root)
    step(`root.squashfs (${wanted.compression})`)
    const squashfs = join(out, 'root.squashfs')
    const times = ['-all-time', `${epoch}`, '-mkfs-time', `${epoch}`]
    const fixed = ['-noappend', '-all-root', ...times, '-no-xattrs', '-no-progress', '-exit-on-error']
    run('mksquashfs', [root, squashfs, ...fixed, ...pack], { env: { SOURCE_DATE_EPOCH: undefined } })
    step('phone-arm64.img')
    const card = join(out, CARD)
    buildCard({ card, boot, squashfs, epoch, scratch })
    if (ships) {
      step('phone-arm64.img.zst')
      run('bmaptool', ['create', '-o', `${card}.bmap`, card])
      run('zstd', ['-q', '-f', '-9', '--long=27', '-T1', '-o', `${card}.zst`, card])
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const files = ['root.squashfs', 'vmlinuz', 'initrd.gz', 'packages.tsv', CARD]
  if (ships) files.push(`${CARD}.zst`, `${CARD}.bmap`)
  writeFileSync(join(out, 'SHA256SUMS'), run('sha256sum', files, { cwd: out }))
  return files
}

try {
  const wanted = options()
  const files = await build(wanted)
  const size = (name: string) => `${name} ${(statSync(join(wanted.out, name)).size / 1e6).toFixed(1)} MB`
  step(`${wanted.out}: ${files.map(size).join(', ')}`)
} catch (error) {
  step(`failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
