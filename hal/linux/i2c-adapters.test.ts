// The look-up of a bus by its adapter's name, and its words when there is none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { busNumber } from './i2c-adapters.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'i2c-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function adapter(bus: number, name: string): void {
  mkdirSync(join(root, `i2c-${bus}`))
  writeFileSync(join(root, `i2c-${bus}`, 'name'), `${name}\n`)
}

test('the lowest bus whose adapter’s name begins so', () => {
  adapter(20, 'bcm2835 (i2c@7ef09500)')
  adapter(1, 'bcm2835 (i2c@7e804000)')
  adapter(11, 'i2c-tiny-usb at bus 001 device 004')
  expect(busNumber('bcm2835', root)).toEqual({ ok: true, value: 1 })
  expect(busNumber('bcm2835 (i2c@7ef09500)', root)).toEqual({ ok: true, value: 20 })
  expect(busNumber('i2c-tiny-usb', root)).toEqual({ ok: true, value: 11 })
})

test('an adapter that is not there: what was looked for, where, and what is there', () => {
  adapter(1, 'bcm2835 (i2c@7e804000)')
  expect(busNumber('i2c-tiny-usb', root)).toEqual({
    ok: false,
    error: `no I²C adapter named i2c-tiny-usb… in ${root}: there is bcm2835 (i2c@7e804000); check its plug and the board profile`,
  })
})

test('none at all, and no sysfs', () => {
  expect(busNumber('any', root)).toMatchObject({ ok: false, error: expect.stringMatching(/there is none at all/) })
  expect(busNumber('any', join(root, 'nothing'))).toMatchObject({
    ok: false,
    error: expect.stringMatching(/cannot be read; check that the kernel module i2c-dev/),
  })
})
