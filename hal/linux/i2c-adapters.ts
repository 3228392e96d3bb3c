// Finds the number of an I²C bus by its adapter's name: numbers of adapters that are plugged in move.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../firmware/base/result.ts'

export const SYSFS_I2C = '/sys/class/i2c-dev'

/** The lowest bus whose adapter's name begins with `name`; else what was looked for, where, and what is there. */
export function busNumber(name: string, root: string): Result<number, string> {
  const wanted = `no I²C adapter named ${name}… in ${root}`
  let found: { readonly bus: number; readonly adapter: string }[]
  try {
    found = readdirSync(root)
      .map((entry) => ({
        bus: Number(entry.replace('i2c-', '')),
        adapter: readFileSync(join(root, entry, 'name'), 'utf8').trim(),
      }))
      .sort((a, b) => a.bus - b.bus)
  } catch {
    return err(`${wanted}: the folder cannot be read; check that the kernel module i2c-dev is loaded`)
  }
  const match = found.find(({ adapter }) => adapter.startsWith(name))
  if (match !== undefined) return ok(match.bus)
  const there =
    found.length === 0 ? 'there is none at all' : `there is ${found.map(({ adapter }) => adapter).join(', ')}`
  return err(`${wanted}: ${there}; check its plug and the board profile`)
}
