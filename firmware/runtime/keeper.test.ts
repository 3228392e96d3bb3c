// What the phone remembers, over a real disk: written by itself, at the latest on the way out, and read by the next start.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LogRecord } from '../base/log.ts'
import { createClock } from './clock.ts'
import { createHub, type Hub } from './hub.ts'
import { openKeeper } from './keeper.ts'
import { CHOICES } from './kept.ts'

let folder: string
let hub: Hub
const said: LogRecord[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-keeper-'))
  said.length = 0
  hub = createHub(createClock(), (record) => said.push(record))
})
afterEach(async () => {
  hub.stop()
  await rm(folder, { recursive: true, force: true })
})

const open = () => openKeeper(hub, folder, { ...CHOICES, quietMs: 20, apartMs: 50 }, (record) => said.push(record))
const path = () => join(folder, 'choices.kept')
const loud = { chosen: { handsetVolume: 9 }, over: { handsetVolume: 5 } }

test('written by itself, and read by the next start', async () => {
  const first = await open()
  expect(first.value).toEqual({ chosen: {}, over: {} })
  first.keep(loud)
  await vi.waitFor(async () => expect(await readFile(path(), 'utf8')).toContain('"handsetVolume":9'))
  expect((await open()).value).toEqual(loud)
  expect(said).toEqual([])
})

test('on the way out what was set last is written, and nothing that is there already', async () => {
  const first = await open()
  await first.close()
  await expect(readFile(path())).rejects.toMatchObject({ code: 'ENOENT' })
  first.keep({ chosen: {}, over: {} })
  first.keep(loud)
  await first.close()
  expect((await open()).value).toEqual(loud)
})

test('a damaged file is told with its name and set aside; the phone begins with nothing set', async () => {
  await writeFile(path(), '0badc0de {"chosen":{"handsetVolume":9}}\n')
  const keeper = await open()
  expect(keeper.value).toEqual({ chosen: {}, over: {} })
  expect(said.map(({ level, what, fields }) => `${level} ${what} ${fields?.fault}`)).toEqual([
    `error not as it was kept ${path()}: expected one record with its CRC-32, got 40 bytes that are not (set aside as ${path()}.damaged)`,
  ])
})

test('a setting of a newer phone is told, and the others stand', async () => {
  const first = await open()
  first.keep({ ...loud, chosen: { ...loud.chosen, tomorrow: true } as never })
  await first.close()
  expect((await open()).value).toEqual(loud)
  expect(said[0]?.fields?.fault).toContain(`${path()} /chosen/tomorrow: expected no such key; known here: country,`)
})

test('a folder that takes nothing is told, and keeps nobody from going', async () => {
  const keeper = await open()
  await rm(folder, { recursive: true })
  keeper.keep(loud)
  await keeper.close()
  expect(said.map(({ what, fields }) => `${what} ${fields?.name} ${fields?.error}`)).toEqual([
    'not kept choices ENOENT',
  ])
})
