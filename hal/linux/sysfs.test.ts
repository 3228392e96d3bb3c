// The look-up of a line on trees like those of different kernels, and its words when something is missing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lineNumbers } from './sysfs.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gpio-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function chip(base: number, label: string, ngpio: number): void {
  const at = join(root, `gpiochip${base}`)
  mkdirSync(at)
  writeFileSync(join(at, 'label'), `${label}\n`)
  writeFileSync(join(at, 'base'), `${base}\n`)
  writeFileSync(join(at, 'ngpio'), `${ngpio}\n`)
}
const line = (offset: number, ...labels: string[]) => lineNumbers(root)({ chip: labels, offset, activeLow: false })

test.each([0, 512, 571])('the line follows its chip to base %i', (base) => {
  chip(base, 'pinctrl-bcm2711', 58)
  chip(base + 58, 'raspberrypi-exp-gpio', 8)
  expect(line(17, 'pinctrl-bcm2711', 'pinctrl-bcm2835')).toEqual({ ok: true, value: base + 17 })
})

test('chips are read once for all lines of a device, anew for the next', () => {
  chip(504, '9030000.pl061', 8)
  const numberOf = lineNumbers(root)
  rmSync(join(root, 'gpiochip504'), { recursive: true })
  chip(512, '9030000.pl061', 8)
  const numbers = [1, 7].map((offset) => numberOf({ chip: ['9030000.pl061'], offset, activeLow: false }))
  expect(numbers).toEqual([504 + 1, 504 + 7].map((value) => ({ ok: true, value })))
  expect(line(1, '9030000.pl061')).toEqual({ ok: true, value: 513 })
})

test('a chip that is not there: what was looked for, where, and what is there', () => {
  chip(504, '9030000.pl061', 8)
  expect(line(17, 'pinctrl-bcm2711')).toEqual({
    ok: false,
    error: `no GPIO chip labelled pinctrl-bcm2711 in ${root}: there is 9030000.pl061; check that the board profile is the one of this machine`,
  })
})

test('a line beyond the chip', () => {
  chip(504, '9030000.pl061', 8)
  expect(line(8, '9030000.pl061')).toMatchObject({
    ok: false,
    error: expect.stringMatching(/has 8 lines, not a line 8/),
  })
})

test('no sysfs at all', () => {
  const missing = lineNumbers(join(root, 'nothing'))({ chip: ['any'], offset: 0, activeLow: false })
  expect(missing).toMatchObject({
    ok: false,
    error: expect.stringMatching(/nothing: the folder cannot be read; check .*GPIO_SYSFS/),
  })
})
