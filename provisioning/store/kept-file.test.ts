// The kept file: read as written, and whatever happened to its bytes, told and set aside.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { showFault } from './json-file.ts'
import { openKeptFile } from './kept-file.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-kept-'))
  path = join(directory, 'things.kept')
})
afterEach(() => rm(directory, { recursive: true }))

test('nothing, then what was written last; for its owner alone', async () => {
  const file = await openKeptFile(path)
  expect([file.value, file.fault]).toEqual([undefined, undefined])
  await Promise.all([file.write([1]), file.write({ name: 'zwölf\nlines' }), file.write({ name: 'last' })])
  const again = await openKeptFile(path)
  expect([again.value, again.fault]).toEqual([{ name: 'last' }, undefined])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('any byte that is missing or another one is noticed; the file is set aside, and the next one stands', async () => {
  const file = await openKeptFile(path)
  await file.write({ volume: 7 })
  const whole = await readFile(path)
  const damaged: Buffer[] = [Buffer.concat([whole, whole]), Buffer.from('not ours\n'), Buffer.from([...whole, 0])]
  for (let at = 0; at < whole.length; at++)
    damaged.push(whole.subarray(0, at), whole.with(at, whole[at]! ^ 4) as Buffer)
  for (const bytes of damaged) {
    await writeFile(path, bytes)
    const read = await openKeptFile(path)
    expect(read.value).toBeUndefined()
    expect(showFault(read.fault!)).toBe(
      `${path}: expected one record with its CRC-32, got ${bytes.length} bytes that are not (set aside as ${path}.damaged)`,
    )
    expect(await readFile(`${path}.damaged`)).toEqual(Buffer.from(bytes))
    expect((await openKeptFile(path)).fault).toBeUndefined()
    await read.write('new')
    expect((await openKeptFile(path)).value).toBe('new')
  }
  expect((await readdir(directory)).sort()).toEqual(['things.kept', 'things.kept.damaged'])
})

test('what cannot be read is told with the system’s word, what cannot be written rejects with it', async () => {
  await mkdir(path)
  const file = await openKeptFile(path)
  expect([file.value, showFault(file.fault!)]).toEqual([undefined, `${path}: expected a readable file, got EISDIR`])
  await expect(file.write(1)).rejects.toMatchObject({ code: 'EISDIR' })
  await rm(path, { recursive: true })
  await file.write(2)
  expect((await openKeptFile(path)).value).toBe(2)
})
