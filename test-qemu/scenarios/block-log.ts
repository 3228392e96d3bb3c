// Every write to a disk in order, as QEMU's blklogwrites keeps it (the kernel's dm-log-writes format): a power cut at any of them.
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'

const SECTOR = 512
/** Little endian: "shwusj" of the kernel's Documentation/admin-guide/device-mapper/log-writes.rst. */
const MAGIC = 0x6a736677736872n
const DISCARD = 4n

export interface Write {
  /** Where, bytes. */
  readonly at: number
  readonly data: Buffer
}

/** A disk in a raw file whose writes are logged, in the words of QEMU's `-drive`; the log begins anew. */
export function loggedDrive(disk: string, log: string): string {
  writeFileSync(log, '')
  const file = (name: string, path: string) => `${name}.driver=file,${name}.filename=${path}`
  return `driver=blklogwrites,${file('file', disk)},${file('log', log)},log-sector-size=${SECTOR}`
}

/** In the order they were made. A log cut short counts as far as it goes; discards are left out, as they promise nothing. */
export function readBlockLog(log: string): readonly Write[] {
  const bytes = readFileSync(log)
  if (bytes.length < SECTOR || bytes.readBigUInt64LE(0) !== MAGIC) throw new Error(`${log} is no log of writes`)
  const writes: Write[] = []
  for (let at = SECTOR; at + SECTOR <= bytes.length; ) {
    const [sector, sectors, flags] = [0, 8, 16].map((field) => bytes.readBigUInt64LE(at + field)) as [
      bigint,
      bigint,
      bigint,
    ]
    at += SECTOR
    const discard = (flags & DISCARD) !== 0n
    const end = at + (discard ? 0 : Number(sectors) * SECTOR)
    if (end > bytes.length) break
    if (end > at) writes.push({ at: Number(sector) * SECTOR, data: bytes.subarray(at, end) })
    at = end
  }
  return writes
}

/** Makes the writes to a disk's file. */
export function replay(disk: string, writes: readonly Write[]): void {
  const file = openSync(disk, 'r+')
  for (const { at, data } of writes) writeSync(file, data, 0, data.length, at)
  fsyncSync(file)
  closeSync(file)
}
