// A folder like sysfs's: what is written to take a line, and when its files are there for us.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lineClaims } from './line-claims.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gpio-'))
  for (const file of ['export', 'unexport']) writeFileSync(join(root, file), '')
})
afterEach(() => rmSync(root, { recursive: true }))

const told = (file: string) => readFileSync(join(root, file), 'utf8')
function appear(number: number, files: readonly string[]): void {
  mkdirSync(join(root, `gpio${number}`), { recursive: true })
  for (const file of files) writeFileSync(join(root, `gpio${number}`, file), 'both\n')
}
const ALL = ['value', 'direction', 'active_low']

test('a line is taken once, is ours when all of its files are, and is given back', () => {
  const claims = lineClaims(root)
  claims.take(517)
  expect(told('export')).toBe('517')
  appear(517, ['value'])
  expect(claims.isOurs(517)).toBe(false)
  appear(517, [...ALL, 'edge'])
  expect(claims.isOurs(517)).toBe(true)
  expect([claims.tellsEdges(517), claims.isAskedForEdges(517)]).toEqual([true, true])
  claims.giveBack(517)
  expect(told('unexport')).toBe('517')
})

test('a line taken before is not taken again; a chip without an interrupt has lines without edges', () => {
  const claims = lineClaims(root)
  appear(518, ALL)
  claims.take(518)
  expect(told('export')).toBe('')
  expect([claims.isOurs(518), claims.tellsEdges(518)]).toEqual([true, false])
})

test('a line that went away throws; one that cannot be taken too; giving back never does', () => {
  const claims = lineClaims(root)
  expect(() => claims.isOurs(519)).toThrow(/ENOENT/)
  rmSync(join(root, 'export'))
  rmSync(join(root, 'unexport'))
  expect(() => claims.take(519)).toThrow(/ENOENT.*export/)
  claims.giveBack(519)
})
