// The watch over the wall clock: silent when it may be right, a warning when it cannot be, and the time kept at the end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LogRecord } from '../base/log.ts'
import { watchFloor } from './clock-watch.ts'

test('a time kept that has not come yet: warned of, told in info, not lowered at the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-clock-'))
  const logged: LogRecord[] = []
  const first = await watchFloor(folder, undefined, (record) => logged.push(record))
  expect([first.info.behindSeconds, logged]).toEqual([0, []])
  await first.stop()
  const file = join(folder, 'clock-floor.json')
  expect(Date.now() - JSON.parse(readFileSync(file, 'utf8')).keptMs).toBeLessThan(5000)

  const keptMs = Date.now() + 3_600_000
  writeFileSync(file, `{"keptMs":${keptMs}}\n`)
  const second = await watchFloor(folder, undefined, (record) => logged.push(record))
  expect(second.info.floor).toBe(new Date(keptMs).toISOString())
  expect(second.info.behindSeconds).toBeGreaterThan(3590)
  expect(logged.map(({ level, from }) => `${level} ${from}`)).toEqual(['warn clock'])
  expect([first.isSet(), second.isSet()]).toEqual([true, false])
  await second.stop()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ keptMs })
  rmSync(folder, { recursive: true })
})

test('where somebody sets the clock, it is believed once that is done', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-clock-'))
  const file = join(folder, 'synchronized')
  const watch = await watchFloor(folder, file, () => {})
  expect(watch.isSet()).toBe(false)
  writeFileSync(file, '')
  expect(watch.isSet()).toBe(true)
  await watch.stop()
  rmSync(folder, { recursive: true })
})
