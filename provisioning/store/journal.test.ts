// The journal: cut at every byte, damaged in the middle, and written on after each.
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { line, openJournal, readRecords } from './journal.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-journal-'))
  path = join(directory, 'test.journal')
})
afterEach(() => rm(directory, { recursive: true }))

const RECORDS = [{ a: 1 }, { text: 'zwölf\nlines' }, [1, 2, 3], { b: { c: 'x'.repeat(50) } }]
const reopened = async () => {
  const journal = await openJournal(path)
  await journal.close()
  return journal
}

test('what was appended is read again; the file is for its owner alone', async () => {
  const journal = await openJournal(path)
  expect(journal.records).toEqual([])
  await Promise.all(RECORDS.map((record) => journal.append(record)))
  await journal.close()
  expect(await reopened()).toMatchObject({ records: RECORDS, damaged: 0, length: journal.size() })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('cut at any byte, the records before the cut stand, and the next append is whole', async () => {
  const whole = Buffer.from(RECORDS.map(line).join(''))
  const ends = RECORDS.map((_, index) =>
    Buffer.byteLength(
      RECORDS.slice(0, index + 1)
        .map(line)
        .join(''),
    ),
  )
  for (let cut = 0; cut <= whole.length; cut++) {
    const standing = RECORDS.slice(0, ends.filter((end) => end <= cut).length)
    expect(readRecords(whole.subarray(0, cut))).toMatchObject({ records: standing, damaged: 0 })
  }
  for (const cut of [0, 5, ends[0]! - 1, ends[0]!, ends[1]! + 3, whole.length - 1]) {
    await writeFile(path, whole.subarray(0, cut))
    const journal = await openJournal(path)
    await journal.append({ after: cut })
    await journal.close()
    expect((await reopened()).records).toEqual([...journal.records, { after: cut }])
  }
})

test('any single damaged byte costs one record at most two, never a wrong one', () => {
  const whole = Buffer.from(RECORDS.map(line).join(''))
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 0x21
    const { records } = readRecords(damaged)
    expect(records.length).toBeGreaterThanOrEqual(RECORDS.length - 2)
    for (const record of records) expect(RECORDS).toContainEqual(record)
  }
})

test('a damaged record in the middle is counted, one at the end is taken for torn', async () => {
  await writeFile(path, `${line(1)}${line(2).replace('2', '3')}${line(3)}`)
  expect(await reopened()).toMatchObject({ records: [1, 3], damaged: 1 })
  await appendFile(path, `00000000 4\n${'\0'.repeat(100)}`)
  const journal = await openJournal(path)
  expect(journal.records).toEqual([1, 3])
  await journal.append(5)
  await journal.close()
  expect(await reopened()).toMatchObject({ records: [1, 3, 5], damaged: 1 })
})

test('replaced, it holds the new records only, and goes on', async () => {
  const journal = await openJournal(path)
  for (const record of RECORDS) await journal.append(record)
  await journal.replace(['new'])
  await journal.append('newer')
  await journal.close()
  expect((await reopened()).records).toEqual(['new', 'newer'])
  expect((await readFile(path)).length).toBe(journal.size())
})

test('an append that fails leaves the journal as it was, for the next one', async () => {
  const journal = await openJournal(path)
  await journal.append(1)
  const circle: { self?: unknown } = {}
  circle.self = circle
  await expect(journal.append(circle)).rejects.toThrow()
  await journal.append(2)
  await journal.close()
  expect((await reopened()).records).toEqual([1, 2])
})

test('a directory that is not there is an error', async () => {
  const journal = await openJournal(join(directory, 'missing', 'x'))
  await expect(journal.append(1)).rejects.toThrow(/ENOENT/)
})
