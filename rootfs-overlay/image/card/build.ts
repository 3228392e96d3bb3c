// Puts the card together without being root and without loop devices: file systems are made inside the file, in place.
import { globSync, mkdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../run.ts'
import { BOOT, CARD_BYTES, DATA, DATA_UUID, DISK_ID, PARTITIONS, ROOT_A, ROOT_B, SECTOR } from './layout.ts'

export interface CardOptions {
  /** The file to write. */
  readonly card: string
  /** A folder whose tree becomes the FAT volume. */
  readonly boot: string
  readonly squashfs: string
  /** Seconds; every time on the card is this one. */
  readonly epoch: number
  /** An existing folder for what is needed in between. */
  readonly scratch: string
}

/** Throws when something does not fit its place. */
export function buildCard({ card, boot, squashfs, epoch, scratch }: CardOptions): void {
  const rootBytes = statSync(squashfs).size
  if (rootBytes > ROOT_A.bytes) throw new Error(`the root has ${rootBytes} bytes, a slot of the card ${ROOT_A.bytes}`)
  rmSync(card, { force: true })
  writeFileSync(card, '')
  truncateSync(card, CARD_BYTES)
  partition(card, scratch)
  fillBoot(card, boot, epoch)
  for (const slot of [ROOT_A, ROOT_B]) put(squashfs, card, slot.start)
  const data = join(scratch, 'data.ext4')
  makeData(data, epoch)
  put(data, card, DATA.start)
}

function partition(card: string, scratch: string): void {
  const table = PARTITIONS.map(
    ({ start, bytes, type, number }) =>
      `start=${start / SECTOR},size=${bytes / SECTOR},type=${type}${number === 1 ? ',bootable' : ''}\n`,
  )
  const file = join(scratch, 'partitions')
  writeFileSync(file, `label: dos\nlabel-id: 0x${DISK_ID}\n${table.join('')}`)
  run('sh', ['-ec', 'sfdisk -q "$1" < "$2"', 'sh', card, file])
}

/** Written as it is: what is zero in the file is zero on a card that had something else there. */
const put = (file: string, card: string, start: number) =>
  run('dd', [`if=${file}`, `of=${card}`, 'bs=1M', `seek=${start}B`, 'conv=notrunc', 'status=none'])

function fillBoot(card: string, folder: string, epoch: number): void {
  const env = { SOURCE_DATE_EPOCH: `${epoch}` }
  const kib = BOOT.bytes / 1024
  const label = ['-n', 'OFFHOOK', '--invariant']
  run('mkfs.vfat', ['-F', '32', '-s', '2', ...label, `--offset=${BOOT.start / SECTOR}`, card, `${kib}`], { env })
  const volume = ['-i', `${card}@@${BOOT.start}`]
  const made = new Set(['.'])
  const makeFolder = (path: string) => {
    if (made.has(path)) return
    makeFolder(dirname(path))
    run('mmd', [...volume, `::/${path}`], { env })
    made.add(path)
  }
  for (const name of globSync('**/*', { cwd: folder }).sort()) {
    if (!statSync(join(folder, name)).isFile()) continue
    makeFolder(dirname(name))
    utimesSync(join(folder, name), epoch, epoch)
    run('mcopy', [...volume, '-m', join(folder, name), `::/${name}`], { env })
  }
}

/** The reserve of group descriptors, in blocks of 4 KiB: to 256 GiB it grows while it is mounted. */
const RESIZE = 'resize=67108864'

/** Small, with room in its tables to grow to the size of any card. */
function makeData(file: string, epoch: number): void {
  mkdirSync(dirname(file), { recursive: true })
  const extended = [
    'lazy_itable_init=0',
    'lazy_journal_init=0',
    'nodiscard',
    'root_owner=0:0',
    RESIZE,
    `hash_seed=${DATA_UUID}`,
  ]
  const shape = ['-t', 'ext4', '-b', '4096', '-i', '16384', '-m', '1', '-J', 'size=4', '-e', 'remount-ro']
  run(
    'mke2fs',
    ['-q', '-F', ...shape, '-L', 'offhook-data', '-U', DATA_UUID, '-E', extended.join(), file, `${DATA.bytes / 1024}k`],
    { env: { E2FSPROGS_FAKE_TIME: `${epoch}`, SOURCE_DATE_EPOCH: `${epoch}` } },
  )
}
