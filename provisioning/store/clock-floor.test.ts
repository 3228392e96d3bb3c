// The floor only rises: from the build, by what was kept, over restarts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openClockFloor } from './clock-floor.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offhook-clock-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('a new phone goes by its build; afterwards by the later of both', async () => {
  const first = await openClockFloor(directory, 1000)
  expect([first.floorMs, first.behindMs(400), first.behindMs(1500)]).toEqual([1000, 600, 0])
  await first.keep(5000.7)
  // A clock that is wrong does not lower it.
  await first.keep(300)
  expect(first.floorMs).toBe(5000)
  expect((await openClockFloor(directory, 1000)).floorMs).toBe(5000)
  expect((await openClockFloor(directory, 9000)).floorMs).toBe(9000)
})

test.each(['', '{"keptMs":-1}\n', '{"keptMs":1e400}\n', '{"keptMs":5'])(
  'a damaged file %j counts for nothing',
  async (text) => {
    await writeFile(join(directory, 'clock-floor.json'), text)
    expect((await openClockFloor(directory, 7)).floorMs).toBe(7)
  },
)
