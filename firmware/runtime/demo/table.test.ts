// Bounds hold or fail; what could not be measured fails.
import { expect, test } from 'vitest'
import { holds, type Measurement, printTable } from './table.ts'

const row = (value: number, bound: Measurement['bound']): Measurement => ({ name: 'delay', value, unit: 'ms', bound })

test('bounds', () => {
  expect(holds(row(5, { least: 5, most: 5 }))).toBe(true)
  expect(holds(row(5.1, { most: 5 }))).toBe(false)
  expect(holds(row(4.9, { least: 5 }))).toBe(false)
  expect(holds(row(Number.NaN, {}))).toBe(false)
})

test('the table', () => {
  const table = printTable([
    row(12.34, { most: 20 }),
    { name: 'packets lost', value: 3, unit: '', bound: { least: 0, most: 0 } },
    { name: 'level', value: Number.NaN, unit: 'dB', bound: { least: -3, most: 3 } },
  ])
  expect('\n' + table).toMatchInlineSnapshot(`
    "
    measured      value  unit  asked
    delay          12.3  ms    ≤ 20    ok
    packets lost      3        = 0     FAILED
    level          none  dB    -3 … 3  FAILED"
  `)
})
