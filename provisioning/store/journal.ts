// An append-only file of records, one line each: CRC-32 of the JSON in eight hex digits, a space, the JSON.
// What a power cut left half written at the end is not a record; the next append takes its place.
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from '../../firmware/base/hash/crc32.ts'
import { replaceFile, syncDirectory } from './atomic-file.ts'

const PREFIX = 9
const NEWLINE = 10

export interface JournalContent {
  readonly records: readonly unknown[]
  /** Bytes up to the end of the last record; what follows is torn. */
  readonly length: number
  /** Lines in the middle that are not records: the medium lost them. */
  readonly damaged: number
}

export function readRecords(bytes: Buffer): JournalContent {
  const records: unknown[] = []
  let length = 0
  let damaged = 0
  let suspect = 0
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; start = end + 1, end = bytes.indexOf(NEWLINE, start)) {
    const record = parseLine(bytes.subarray(start, end))
    if (record === undefined) {
      suspect++
      continue
    }
    records.push(record.value)
    damaged += suspect
    suspect = 0
    length = end + 1
  }
  return { records, length, damaged }
}

function parseLine(line: Buffer): { readonly value: unknown } | undefined {
  const json = line.subarray(PREFIX)
  if (json.length === 0 || crc(json) !== line.toString('latin1', 0, PREFIX)) return undefined
  try {
    return { value: JSON.parse(json.toString('utf8')) }
  } catch {
    return undefined
  }
}

const crc = (json: Buffer | string): string =>
  `${crc32(typeof json === 'string' ? Buffer.from(json) : json)
    .toString(16)
    .padStart(8, '0')} `

export const line = (record: unknown): string => {
  const json = JSON.stringify(record)
  return `${crc(json)}${json}\n`
}

export interface Journal extends JournalContent {
  /** Resolves when the record is on the medium. Rejects with the system's error; the journal is then as before. */
  append(record: unknown): Promise<void>
  /** Puts these records in the place of all. Rejects with the system's error; the journal is then as before. */
  replace(records: readonly unknown[]): Promise<void>
  /** Bytes in the file. */
  size(): number
  close(): Promise<void>
}

/** The directory must exist. Calls are done one after the other, in the order made. */
export async function openJournal(path: string): Promise<Journal> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const content = readRecords(bytes ?? Buffer.alloc(0))
  let length = content.length
  /** Something beyond `length` may stand in the file. */
  let torn = bytes !== undefined && bytes.length > length
  let exists = bytes !== undefined
  let file: FileHandle | undefined
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(action: () => Promise<T>): Promise<T> => {
    const done = last.then(action)
    last = done.catch(() => undefined)
    return done
  }

  async function opened(): Promise<FileHandle> {
    file ??= await open(path, 'a', 0o600)
    if (!exists) await syncDirectory(dirname(path))
    exists = true
    if (torn) {
      await file.truncate(length)
      torn = false
    }
    return file
  }

  async function shut(): Promise<void> {
    const open = file
    file = undefined
    await open?.close()
  }

  return {
    ...content,
    append: (record) =>
      inTurn(async () => {
        const text = line(record)
        const to = await opened()
        torn = true
        await to.appendFile(text)
        await to.datasync()
        torn = false
        length += Buffer.byteLength(text)
      }),
    replace: (records) =>
      inTurn(async () => {
        const text = records.map(line).join('')
        await replaceFile(path, text)
        await shut()
        length = Buffer.byteLength(text)
        torn = false
        exists = true
      }),
    size: () => length,
    close: () => inTurn(shut),
  }
}
