// Results as one plain table, in Markdown so that it can be kept as it is.
import { median, OURS, type Row } from './bench.ts'

const number = (value: number | undefined) =>
  value === undefined ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

/** One line for each peer; the ratio says how many times ours the peer takes, or how many times the peer's we give: above 1 we are better. */
export function table(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ what, unit, samples, best }) => {
    const ours = median(samples[OURS] ?? [])
    const peers = Object.entries(samples).filter(([name]) => name !== OURS)
    const first = [what, unit, number(ours)]
    if (peers.length === 0) return [[...first, '', '', '']]
    return peers.map(([name, values], i) => {
      const theirs = median(values)
      const times = (a: number, b: number) => (b === 0 ? '–' : `${(a / b).toFixed(2)}×`)
      const known = ours !== undefined && theirs !== undefined
      const ratio = !known ? '–' : best === 'most' ? times(ours, theirs) : times(theirs, ours)
      return [...(i === 0 ? first : ['', '', '']), name, number(theirs), ratio]
    })
  })
  const all = [['What', 'Unit', OURS, 'Peer', 'Its figure', 'Better by'], ...lines]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  const shown = all.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`)
  shown.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  return shown.join('\n')
}
