// The image as it ships, built twice: the same bytes both times, and each part of card and root where it belongs.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROFILES } from '../../hal/linux/profiles.ts'
import { configTxt } from '../../rootfs-overlay/image/card/boot-files.ts'
import { CARD_BYTES, DATA, DISK_ID, PARTITIONS, ROOT_A, ROOT_B } from '../../rootfs-overlay/image/card/layout.ts'
import { DEVICE_TREES } from '../../rootfs-overlay/image/contents.ts'
import { CLOSED, SHARED } from '../../rootfs-overlay/image/modes.ts'
import { LICENCES, noticeName } from '../../rootfs-overlay/image/notices.ts'
import { boardTests } from './boards.ts'
import { fatFile, fatFiles, part, readMbr } from './contents.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const EPOCH = 1_700_000_000

let folder: string
let image: string
let root: string

/** Without the boards' own firmware, which is no part of the project; lz4 packs in a tenth of the time. */
function build(out: string, epoch: number, umask: string): string {
  const options = ['--compression=lz4', '--firmware=none', `--out=${out}`]
  const words = [process.execPath, 'rootfs-overlay/image/image.ts', ...options]
  execFileSync('sh', ['-c', `umask ${umask} && exec "$@"`, 'sh', ...words], {
    cwd: project,
    env: { ...process.env, SOURCE_DATE_EPOCH: `${epoch}` },
    stdio: 'pipe',
  })
  return readFileSync(join(out, 'SHA256SUMS'), 'utf8')
}
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

let sums: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-image-'))
  image = join(folder, 'first')
  sums = build(image, EPOCH, '022')
  root = join(folder, 'root')
  execFileSync('unsquashfs', ['-q', '-n', '-no-xattrs', '-d', root, join(image, 'root.squashfs')], { stdio: 'pipe' })
}, 240_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const card = () => join(image, 'phone-arm64.img')

test('two builds are byte-identical, whatever the umask, and the commit’s time is in them', {
  timeout: 240_000,
}, () => {
  expect(build(join(folder, 'second'), EPOCH, '077')).toBe(sums)
  const said = execFileSync('unsquashfs', ['-s', join(image, 'root.squashfs')], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC' },
  })
  expect(said).toMatch(/^Creation or last append time Tue Nov 14 22:13:20 2023$/m)
  const newest = execFileSync('find', [root, '-mindepth', '1', '-newermt', `@${EPOCH}`], { encoding: 'utf8' })
  expect(newest).toBe('')
})

test('the sums are those of the files', () => {
  expect(execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: image, encoding: 'utf8' })).toMatch(/^(\S+: OK\n){5}$/)
})

test('four partitions, none over another, the last one at the end', () => {
  const { id, entries } = readMbr(card())
  expect(id).toBe(DISK_ID)
  expect(entries).toEqual(
    PARTITIONS.map(({ start, bytes, type, number }) => ({
      bootable: number === 1,
      type: Number.parseInt(type, 16),
      start,
      bytes,
    })),
  )
  let end = 512
  for (const { start, bytes } of entries) {
    expect(start).toBeGreaterThanOrEqual(end)
    end = start + bytes
  }
  expect(end).toBe(CARD_BYTES)
  expect(statSync(card()).size).toBe(CARD_BYTES)
})

test('both slots hold the root that was built, and its kernel and initrd', () => {
  const squashfs = readFileSync(join(image, 'root.squashfs'))
  for (const { start } of [ROOT_A, ROOT_B]) expect(sha256(part(card(), start, squashfs.length))).toBe(sha256(squashfs))
  for (const slot of ['a', 'b'])
    for (const name of ['vmlinuz', 'initrd.gz'])
      expect(sha256(fatFile(card(), `${slot}/${name}`))).toBe(sha256(readFileSync(join(image, name))))
})

test('the boot volume has what U-Boot and the boards’ firmware look for, and nothing that is not free', () => {
  const trees = DEVICE_TREES.map((name) => `${name}.dtb`)
  const slots = ['a', 'b'].flatMap((slot) => [`${slot}/vmlinuz`, `${slot}/initrd.gz`])
  const own = ['README.txt', 'boot.scr', 'bootstrap.json', 'config.txt', 'slot.txt', 'u-boot.bin', 'uboot.env']
  expect(fatFiles(card()).sort()).toEqual([...trees, ...slots, ...own, 'licences/u-boot.txt'].sort())
  expect(fatFile(card(), 'config.txt').toString()).toBe(configTxt(PROFILES['pi-usb-handset']))
  expect(fatFile(card(), 'slot.txt').toString()).toBe('slot=a\n')
  const script = readFileSync(join(project, 'rootfs-overlay/image/card/boot.cmd'))
  expect(fatFile(card(), 'boot.scr').includes(script)).toBe(true)
})

boardTests(() => ({ card: card(), root, image, scratch: folder }))

test('the data partition is a sound, empty ext4 of that label', () => {
  const data = join(folder, 'data.ext4')
  execFileSync('dd', [
    `if=${card()}`,
    `of=${data}`,
    'bs=1M',
    `skip=${DATA.start}B`,
    `count=${DATA.bytes}B`,
    'status=none',
  ])
  const path = { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }, encoding: 'utf8' } as const
  execFileSync('e2fsck', ['-fn', data], { ...path, stdio: 'pipe' })
  const said = execFileSync('dumpe2fs', ['-h', data], { ...path, stdio: 'pipe' })
  expect(said).toMatch(/^Filesystem volume name: +offhook-data$/m)
  expect(said).toMatch(/^Filesystem created: +Tue Nov 14 2[0-9]:/m)
  const listed = execFileSync('debugfs', ['-R', 'ls -p /', data], { ...path, stdio: 'pipe' })
  expect([...listed.matchAll(/^\/\d+\/\d+\/\d+\/\d+\/([^/]+)\//gm)].map(([, name]) => name)).toEqual([
    '.',
    '..',
    'lost+found',
  ])
})

test('the root has all of the overlay', () => {
  const overlay = join(project, 'rootfs-overlay')
  const files = globSync('{etc,usr}/**/*', { cwd: overlay }).filter((name) => lstatSync(join(overlay, name)).isFile())
  expect(files.length).toBeGreaterThan(10)
  for (const name of files)
    expect(readFileSync(join(root, name)).equals(readFileSync(join(overlay, name))), name).toBe(true)
})

test('every program and library finds the libraries it names', { timeout: 60_000 }, () => {
  const elf = globSync('usr/{bin,sbin,lib}/**/*', { cwd: root })
    .filter((name) => !name.endsWith('.ko'))
    .map((name) => join(root, name))
    .filter(
      (file) =>
        lstatSync(file).isFile() && part(file, 0, Math.min(4, statSync(file).size)).toString('latin1') === '\x7fELF',
    )
  expect(elf.length).toBeGreaterThan(150)
  const there = new Set(globSync('usr/lib/**/*.so*', { cwd: root }).map((name) => basename(name)))
  const said = execFileSync('aarch64-linux-gnu-readelf', ['-d', ...elf], { encoding: 'utf8', maxBuffer: 64_000_000 })
  let file = ''
  const missing: string[] = []
  for (const line of said.split('\n')) {
    file = /^File: (.*)$/.exec(line)?.[1] ?? file
    const needed = /\(NEEDED\).*\[(.*)\]/.exec(line)?.[1]
    if (needed !== undefined && !there.has(needed)) missing.push(`${file.replace(root, '')} needs ${needed}`)
  }
  expect(missing).toEqual([])
})

test('all may read, nobody but root may write: what is not so is named', () => {
  const find = (...wanted: readonly string[]) =>
    execFileSync('find', [root, '-mindepth', '1', '!', '-type', 'l', ...wanted, '-printf', '%P %m\n'], {
      encoding: 'utf8',
    })
  const lines = (mode: string, places: readonly string[]) => places.map((place) => `${place} ${mode}\n`).sort()
  const listed = (...wanted: readonly string[]) =>
    find(...wanted)
      .split(/(?<=\n)/)
      .sort()
  const closed = [...lines('600', CLOSED.files), ...lines('700', CLOSED.folders)]
  expect(listed('!', '-perm', '-o=r')).toEqual(closed.sort())
  expect(listed('-perm', '/go=w')).toEqual(lines('1777', SHARED))
  expect(listed('-perm', '/6000').join('')).toBe('')
  for (const file of CLOSED.files) expect(statSync(join(root, file)).size, file).toBeGreaterThan(100)
})

test('nobody can log in, nothing runs as somebody else, and no packages are installed', () => {
  const shadow = readFileSync(join(root, 'etc/shadow'), 'utf8').trim().split('\n')
  for (const line of shadow) expect(line.split(':')[1], line.split(':')[0]!).toMatch(/^[!*]/)
  expect(globSync('{etc,usr/lib,run}/systemd/{system,generator*}/**/*{getty,shell}*', { cwd: root })).toEqual([])
  for (const name of ['apt', 'apt-get', 'dpkg', 'perl', 'bash', 'login', 'su', 'sudo', 'passwd', 'openssl', 'busybox'])
    expect(existsSync(join(root, 'usr/bin', name)), name).toBe(false)
})

test('what others made is listed with version and licence', () => {
  const rows = readFileSync(join(image, 'packages.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
  for (const row of rows) expect(row.length, row.join()).toBe(5)
  const named = (source: string) => rows.filter(([kind]) => kind === source).map(([, name]) => name)
  for (const name of ['systemd', 'libc6', 'linux-image-arm64', 'u-boot-rpi', 'libportaudio2', 'libopus-dev'])
    expect(named('debian')).toContain(name)
  expect(new Set(named('debian')).size, 'each once').toBe(named('debian').length)
  for (const name of ['mqtt', 'onoff', 'i2c-bus', 'epoll', 'node-addon-api', 'naudiodon'])
    expect(named('npm')).toContain(name)
  expect(named('npm')).not.toContain('vitest')
  expect(rows.find(([kind]) => kind === 'node')).toMatchObject(['node', 'node', process.versions.node, '', /^MIT/])
  for (const [kind, name, version, sum, licences] of rows) {
    expect(version, name).toMatch(/^\d/)
    expect(licences, name).not.toBe('')
    if (kind === 'debian') expect(sum).toMatch(/^[0-9a-f]{64}$/)
  }
  const inside = rows.filter(([kind]) => kind === 'npm').map(([, name, version]) => noticeName(name!, version!))
  const linked = ['libopus-dev', 'libgsm1-dev', 'libspeex-dev', 'libportaudio2', 'node', 'offhook']
  for (const name of [...inside, ...linked])
    expect(statSync(join(root, LICENCES, `${name}.txt`)).size, name).toBeGreaterThan(400)
})
