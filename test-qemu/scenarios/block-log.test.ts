// A log of writes, written here by hand: read whole, cut short, and made to a disk again.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readBlockLog, replay } from './block-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'block-log-'))
afterAll(() => rmSync(folder, { recursive: true }))

const SECTOR = 512
const [FLUSH, DISCARD] = [1, 4]

function entry(sector: number, flags: number, data: Buffer | number): Buffer {
  const length = typeof data === 'number' ? data : data.length
  const head = Buffer.alloc(SECTOR)
  for (const [n, value] of [sector, length / SECTOR, flags, length].entries())
    head.writeBigUInt64LE(BigInt(value), 8 * n)
  return typeof data === 'number' ? head : Buffer.concat([head, data])
}
const head = Buffer.alloc(SECTOR)
head.writeBigUInt64LE(0x6a736677736872n)
const [a, b] = [Buffer.alloc(SECTOR, 'a'), Buffer.alloc(2 * SECTOR, 'b')]
const whole = Buffer.concat([head, entry(3, 0, a), entry(0, FLUSH, 0), entry(7, DISCARD, 8 * SECTOR), entry(1, 0, b)])

test('writes in their order, without flushes and discards', () => {
  const log = join(folder, 'whole')
  writeFileSync(log, whole)
  expect(readBlockLog(log)).toEqual([
    { at: 3 * SECTOR, data: a },
    { at: SECTOR, data: b },
  ])
})

test('a log that ends amid a write has those before it', () => {
  const log = join(folder, 'short')
  writeFileSync(log, whole.subarray(0, -1))
  expect(readBlockLog(log)).toEqual([{ at: 3 * SECTOR, data: a }])
})

test('anything else is refused by name', () => {
  const log = join(folder, 'other')
  writeFileSync(log, Buffer.alloc(SECTOR))
  expect(() => readBlockLog(log)).toThrow(`${log} is no log of writes`)
})

test('writes are made where they belong', () => {
  const disk = join(folder, 'disk')
  writeFileSync(disk, Buffer.alloc(4 * SECTOR))
  replay(disk, [{ at: SECTOR, data: b }])
  expect(readFileSync(disk)).toEqual(Buffer.concat([Buffer.alloc(SECTOR), b, Buffer.alloc(SECTOR)]))
})
