// The scan step by step: what is driven and read when, and what the keys become.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../../firmware/base/time.ts'
import { ghosts } from './ghost.ts'
import { createMatrixScan, type MatrixOutput } from './matrix-scan.ts'

const LAYOUT = [
  ['1', '2'],
  ['4', '5'],
] as const

/** Scans with the given contacts (`row,column` closed from–until) up to `end`; the outputs with their times, as text. */
function scan(contacts: readonly (readonly [number, number, number, number])[], end: number) {
  const machine = createMatrixScan(LAYOUT)
  const log: string[] = []
  let [now, driven] = [0, 0]
  const rows = () =>
    contacts.reduce(
      (mask, [r, c, from, until]) => (now >= from && now < until && driven & (1 << c) ? mask | (1 << r) : mask),
      0,
    )
  const perform = (out: readonly MatrixOutput[]): void => {
    for (const output of out) {
      if (output.kind === 'drive') {
        driven = output.columns
        log.push(`${now} drive ${driven}`)
      } else if (output.kind === 'read-rows') {
        log.push(`${now} read`)
        const next: MatrixOutput[] = []
        machine.handle({ kind: 'rows', closed: rows() }, ms(now), next)
        perform(next)
      } else log.push(`${now} ${output.key} ${output.action} @${output.at}`)
    }
  }
  const turn = (act: (out: MatrixOutput[]) => void): void => {
    const out: MatrixOutput[] = []
    act(out)
    perform(out)
  }
  turn((out) => machine.handle({ kind: 'opened' }, ms(now), out))
  const edges = contacts.flatMap(([, , from, until]) => [from, until]).sort((a, b) => a - b)
  while (now < end) {
    const edge = edges[0] ?? Number.POSITIVE_INFINITY
    now = Math.min(edge, machine.deadline(), end)
    if (now === edge) {
      edges.shift()
      turn((out) => machine.handle({ kind: 'edge' }, ms(now), out))
    }
    turn((out) => machine.wake(ms(now), out))
  }
  return { log, machine }
}
const keys = (log: readonly string[]) => log.filter((text) => text.includes('@'))

test('at rest all columns are driven and nothing is waited for', () => {
  const { log, machine } = scan([], 1000)
  expect(log).toEqual(['0 drive 3', '2 read'])
  expect(machine.deadline()).toBe(FOREVER)
})

test('an edge starts scans until the key is up again: drive, 2 ms, read', () => {
  const { log } = scan([[1, 0, 100, 118]], 1000)
  expect(log).toEqual([
    ...['0 drive 3', '2 read'],
    ...['100 drive 1', '102 read', '102 drive 2', '104 read'],
    ...['108 drive 1', '110 read', '110 drive 2', '112 read', '112 4 press @104'],
    // Held: 20 ms between scans; changing: 4 ms.
    ...['132 drive 1', '134 read', '134 drive 2', '136 read'],
    ...['140 drive 1', '142 read', '142 drive 2', '144 read', '144 4 release @136'],
    ...['144 drive 3', '146 read'],
  ])
})

test('a contact closed for one scan only is noise', () => {
  expect(keys(scan([[0, 1, 100, 104.5]], 1000).log)).toEqual([])
})

test('long comes 800 ms after the press and once', () => {
  expect(keys(scan([[0, 0, 100, 2000]], 3000).log)).toEqual([
    '112 1 press @104',
    '904 1 long @904',
    expect.stringContaining('1 release'),
  ])
})

test('a key pressed while the columns are driven again is not missed', () => {
  // Between the last scan and the rest there is no edge to wake the scan: the rows are looked at.
  const first = scan([[0, 0, 100, 118]], 1000).log
  const armedAt = Number(first.at(-2)?.split(' ')[0])
  expect(
    keys(
      scan(
        [
          [0, 0, 100, 118],
          [1, 1, armedAt + 1, armedAt + 60],
        ],
        1000,
      ).log,
    ).slice(2),
  ).toEqual([expect.stringContaining('5 press'), expect.stringContaining('5 release')])
})

test('lines that go away release what was down', () => {
  const { machine } = scan([[0, 0, 100, 5000]], 300)
  const out: MatrixOutput[] = []
  machine.handle({ kind: 'lost' }, ms(301), out)
  expect(out).toEqual([{ kind: 'key', key: '1', action: 'release', at: 301 }])
  expect(machine.deadline()).toBe(FOREVER)
})

test('only rectangles are doubtful', () => {
  expect(ghosts([0b011, 0b001, 0b000])).toEqual([0, 0, 0])
  expect(ghosts([0b011, 0b011, 0b100])).toEqual([0b011, 0b011, 0])
  expect(ghosts([0b101, 0b000, 0b111])).toEqual([0b101, 0, 0b101])
})
