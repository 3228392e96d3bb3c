// Records as text and JSON, within their rate and size; nothing from the network forges a line, and secrets stay secret.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { log } from '../base/log.ts'
import { createLogSink, createRateLimit, type LogSinkOptions, logText } from './log-sink.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-log-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sink = (name: string, more: Partial<LogSinkOptions> = {}) =>
  createLogSink({
    ...{ file: join(folder, name), format: 'json', level: 'info', perSecond: 1000, maxBytes: 1_000_000 },
    ...more,
  })
const linesOf = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')

test('a record as text: one line whatever its fields hold', () => {
  const record = log('warn', 'sip', 'dropped', { from: '192.0.2.1', what: 'a\nb\x1b[2Jc', empty: undefined })
  const text = logText(record, new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)))
  expect(text).toBe('03:04:05.006 warn  sip dropped from=192.0.2.1 what=a | b[2Jc')
})

test('JSON lines, from the level asked for upwards', async () => {
  const file = sink('json')
  file.write(log('debug', 'a', 'not written'))
  file.write(log('info', 'a', 'written', { n: 1 }))
  await file.close()
  const lines = linesOf('json').map((line) => JSON.parse(line))
  expect(lines).toEqual([{ at: expect.any(String), level: 'info', from: 'a', what: 'written', n: 1 }])
})

test('beyond the rate only errors pass, and the next second says how many did not', () => {
  const limit = createRateLimit(2)
  const info = log('info', 'a', 'b')
  expect([1000, 1001, 1002, 1003].map((now) => limit(info, now).pass)).toEqual([true, true, false, false])
  expect(limit(log('error', 'a', 'b'), 1004)).toEqual({ pass: true, held: 0 })
  expect(limit(info, 2000)).toEqual({ pass: true, held: 2 })
})

test('a file that grew too large makes way', async () => {
  const file = sink('large', { maxBytes: 500 })
  for (let n = 0; n < 20; n++) file.write(log('info', 'a', 'twenty of these are too many', { n }))
  await file.close()
  expect(statSync(join(folder, 'large')).size).toBeLessThan(700)
  expect(JSON.parse(linesOf('large').at(-1)!)).toMatchObject({ n: 19 })
  expect(linesOf('large.1').length).toBeGreaterThan(1)
})

test('a disk that does not take it costs the records, not the phone', async () => {
  const file = createLogSink({
    ...{ file: join(folder, 'no/such/folder/log'), format: 'text', level: 'info', perSecond: 9, maxBytes: 9 },
  })
  file.write(log('info', 'a', 'b'))
  file.write(log('info', 'a', 'b'))
  await file.close()
})
