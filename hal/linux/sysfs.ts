// Finds the number sysfs gives to a line: the base of its chip, looked up by label, plus the line's offset.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { err, ok, type Result } from '../../firmware/base/result.ts'
import type { LineAt } from './profiles.ts'

export const SYSFS_GPIO = '/sys/class/gpio'

interface Chip {
  readonly label: string
  readonly base: number
  readonly lines: number
}

const readText = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8').trim()

/** The chips under `root`, lowest base first; undefined when there is no such folder. */
function chips(root: string): readonly Chip[] | undefined {
  try {
    return readdirSync(root)
      .filter((name) => name.startsWith('gpiochip'))
      .map((name) => join(root, name))
      .map((at) => ({
        label: readText(at, 'label'),
        base: Number(readText(at, 'base')),
        lines: Number(readText(at, 'ngpio')),
      }))
      .sort((a, b) => a.base - b.base)
  } catch {
    return undefined
  }
}

/**
 * Tells lines' numbers of the chips there are now, which are read once: three files for each, when a machine that starts up has
 * everything else to do.
 */
export function lineNumbers(root: string): (line: LineAt) => Result<number, string> {
  const found = chips(root)
  return (line) => numberAmong(found, line, root)
}

/** The line's number; else what was looked for, where, and what to check. */
function numberAmong(
  found: readonly Chip[] | undefined,
  { chip: labels, offset }: LineAt,
  root: string,
): Result<number, string> {
  const wanted = `no GPIO chip labelled ${labels.join(' or ')} in ${root}`
  if (found === undefined)
    return err(
      `${wanted}: the folder cannot be read; check that the kernel has CONFIG_GPIO_SYSFS and that /sys is mounted`,
    )
  for (const label of labels) {
    const chip = found.find((candidate) => candidate.label === label)
    if (chip === undefined) continue
    if (offset < chip.lines) return ok(chip.base + offset)
    return err(`${label} in ${root} has ${chip.lines} lines, not a line ${offset}; check the board profile`)
  }
  const there = found.length === 0 ? 'there is none at all' : `there is ${found.map(({ label }) => label).join(', ')}`
  return err(`${wanted}: ${there}; check that the board profile is the one of this machine`)
}
