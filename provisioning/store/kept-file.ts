// One value in a file, checked by its CRC and replaced as a whole: after a power cut the old value or the new one is there.
import { readFile, rename } from 'node:fs/promises'
import { replaceFile } from './atomic-file.ts'
import { line, readRecords } from './journal.ts'
import type { FileFault } from './json-file.ts'

export interface KeptFile {
  /** What was kept last; undefined: nothing, or it is damaged. */
  readonly value: unknown
  /** What is wrong with it. A damaged file has been set aside as `FILE.damaged`, in the place of an earlier one. */
  readonly fault: FileFault | undefined
  /** Resolves when it is safe against power loss. Rejects with the system's error; the file is then as before. Done in the order asked for. */
  write(value: unknown): Promise<void>
}

/** Never rejects: what cannot be read is a fault, and the next `write` takes its place. The directory must exist. */
export async function openKeptFile(path: string): Promise<KeptFile> {
  const { value, fault } = await readKept(path)
  let last: Promise<unknown> = Promise.resolve()
  return {
    value,
    fault,
    write(next) {
      const done = last.then(() => replaceFile(path, line(next)))
      last = done.catch(() => undefined)
      return done
    },
  }
}

type Read = Pick<KeptFile, 'value' | 'fault'>

async function readKept(path: string): Promise<Read> {
  const fault = (expected: string, got: string, hint: string): Read => ({
    value: undefined,
    fault: { file: path, errors: [{ path: '', expected, got, hint }] },
  })
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? { value: undefined, fault: undefined } : fault('a readable file', `${code}`, '')
  }
  const { records, length } = readRecords(bytes)
  if (records.length === 1 && length === bytes.length) return { value: records[0], fault: undefined }
  const aside = `${path}.damaged`
  const hint = await rename(path, aside).then(
    () => `set aside as ${aside}`,
    (error: NodeJS.ErrnoException) => `not set aside: ${error.code}`,
  )
  return fault('one record with its CRC-32', `${bytes.length} bytes that are not`, hint)
}
