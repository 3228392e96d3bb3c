// The demo's closing table: what was measured, what was asked for, and whether it holds.

export interface Bound {
  readonly least?: number
  readonly most?: number
}

export interface Measurement {
  readonly name: string
  /** NaN: it could not be measured, which fails every bound. */
  readonly value: number
  readonly unit: string
  readonly bound: Bound
}

export const holds = ({ value, bound }: Measurement): boolean =>
  !Number.isNaN(value) && value >= (bound.least ?? -Infinity) && value <= (bound.most ?? Infinity)

const round = (value: number) => (Number.isNaN(value) ? 'none' : `${Math.round(value * 10) / 10}`)

const boundText = ({ least, most }: Bound): string => {
  if (least !== undefined && most !== undefined) return least === most ? `= ${least}` : `${least} … ${most}`
  if (least !== undefined) return `≥ ${least}`
  return most === undefined ? '' : `≤ ${most}`
}

export function printTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map((each) => [
    each.name,
    round(each.value),
    each.unit,
    boundText(each.bound),
    holds(each) ? 'ok' : 'FAILED',
  ])
  const all = [['measured', 'value', 'unit', 'asked', ''], ...rows]
  const width = (column: number) => Math.max(...all.map((row) => row[column]!.length))
  const widths = [0, 1, 2, 3].map(width)
  return all
    .map(([name, value, unit, bound, verdict]) =>
      [
        name!.padEnd(widths[0]!),
        value!.padStart(widths[1]!),
        unit!.padEnd(widths[2]!),
        bound!.padEnd(widths[3]!),
        verdict!,
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
