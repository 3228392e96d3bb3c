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
function scan(contacts: readonly (readonly [number, number, number, number])[], end: number, readMs = 0) {
  const machine = createMatrixScan(LAYOUT)
  const log: string[] = []
  let [now, driven] = [0, 0]
  let answer: { readonly at: number; readonly closed: number } | undefined
  const closedRows = () =>
    contacts.reduce(
      (mask, [r, c, from, until]) => (now >= from && now < until && driven & (1 << c) ? mask | (1 << r) : mask),
      0,
    )
  const turn = (act: (out: MatrixOutput[]) => void): void => {
    const out: MatrixOutput[] = []
    act(out)
    for (const output of out) {
      if (output.kind === 'drive') {
        driven = output.columns
        log.push(`${now} drive ${driven}`)
      } else if (output.kind === 'read-rows') {
        log.push(`${now} read ${output.rows}`)
        answer = { at: now + readMs, closed: closedRows() & output.rows }
      } else log.push(`${now} ${output.key} ${output.action} @${output.at}`)
    }
  }
  turn((out) => machine.handle({ kind: 'opened' }, ms(now), out))
  const edges = contacts.flatMap(([, , from, until]) => [from, until]).sort((a, b) => a - b)
  for (;;) {
    const [edge = FOREVER, answerAt = FOREVER] = [edges[0], answer?.at]
    now = Math.min(edge, answerAt, machine.deadline())
    if (now >= end) return { log, machine }
    if (now === edge) {
      edges.shift()
      turn((out) => machine.handle({ kind: 'edge' }, ms(now), out))
    } else if (answer !== undefined && now === answerAt) {
      const { closed } = answer
      answer = undefined
      turn((out) => machine.handle({ kind: 'rows', closed }, ms(now), out))
    } else turn((out) => machine.wake(ms(now), out))
  }
}
const keys = (log: readonly string[]) => log.filter((text) => text.includes('@'))

test('at rest all columns are driven and nothing is waited for', () => {
  const { log, machine } = scan([], 1000)
  expect(log).toEqual(['0 drive 3', '2 read 3', '2 drive 3'])
  expect(machine.deadline()).toBe(FOREVER)
})

test('an edge starts a scan of the rows that are closed, and what is changing is looked at again', () => {
  const { log } = scan([[1, 0, 100, 140]], 1000)
  expect(log).toEqual([
    ...['0 drive 3', '2 read 3', '2 drive 3'],
    ...['100 read 3', '100 drive 1', '102 read 2'],
    // Changing: every 4 ms, its column alone. Stamped with the edge.
    ...['106 read 2', '110 read 2', '110 4 press @100'],
    // Held: all columns are driven, 20 ms between scans of all of them, and an edge tells at once.
    ...['110 drive 3', '130 read 3', '130 drive 1', '132 read 2', '132 drive 2', '134 read 2', '134 drive 3'],
    ...['140 read 3', '144 read 3', '148 read 3', '148 4 release @140', '148 drive 3'],
  ])
})

test('rows that were read already are not read again', () => {
  const machine = createMatrixScan(LAYOUT)
  const out: MatrixOutput[] = []
  machine.handle({ kind: 'opened' }, ms(0), out)
  machine.handle({ kind: 'rows', closed: 0 }, ms(2), out)
  out.length = 0
  machine.handle({ kind: 'edge', closed: 2 }, ms(100), out)
  expect(out).toEqual([{ kind: 'drive', columns: 1, closed: 0 }])
  out.length = 0
  machine.wake(ms(102), out)
  expect(out).toEqual([{ kind: 'read-rows', rows: 2 }])
})

test('two keys of a row pressed at once are two: the second is found by the next scan', () => {
  const { log } = scan(
    [
      [0, 0, 100, 200],
      [0, 1, 100, 200],
    ],
    1000,
  )
  expect(keys(log).map((text) => text.replace(/@.*/, ''))).toEqual([
    ...['110 1 press ', expect.stringMatching(/^1[1-4]\d 2 press/)],
    ...[expect.stringContaining('1 release'), expect.stringContaining('2 release')],
  ])
})

test('a contact closed for one scan only is noise', () => {
  expect(keys(scan([[0, 1, 100, 104.5]], 1000).log)).toEqual([])
})

test('long comes 800 ms after the press and once', () => {
  expect(keys(scan([[0, 0, 100, 2000]], 3000).log)).toEqual([
    '110 1 press @100',
    '902 1 long @900',
    '2008 1 release @2000',
  ])
})

test.each([5, 20, 60, 150])('where a read takes %i ms, a press lasts as long as its contact was closed', (readMs) => {
  const told = (forMs: number) =>
    keys(scan([[1, 1, 1000, 1000 + forMs]], 5000, readMs).log).map((text) => text.replace(/^\d+ /, ''))
  const at = (text: string) => Number(text.split('@')[1])
  const short = told(790)
  expect(short.map((text) => text.split('@')[0])).toEqual(['5 press ', '5 release '])
  expect(at(short[0]!)).toBe(1000)
  // Released amid a scan it is seen by the next look at its column.
  expect(at(short[1]!) - 1790).toBeLessThanOrEqual(2 * (readMs + 2))
  expect(told(1700).map((text) => text.split('@')[0])).toEqual(['5 press ', '5 long ', '5 release '])
})

test('an edge while the rows are being read is not lost', () => {
  // The first was noise; the contact closes after it was looked at because of that.
  const contacts = [
    [0, 0, 100, 100],
    [1, 1, 110, 300],
  ] as const
  expect(keys(scan(contacts, 1000, 20).log)).toEqual([
    expect.stringContaining('5 press @110'),
    expect.stringContaining('5 release'),
  ])
})

test('a key pressed while the columns are driven again is not missed', () => {
  // Between the last scan and the rest there is no edge to wake the scan: the rows are looked at.
  const noise = [0, 1, 100, 104.5] as const
  const arming = scan([noise], 1000).log.findLast((text) => text.endsWith('drive 3'))!
  const from = Number.parseInt(arming, 10) + 1
  expect(keys(scan([noise, [1, 1, from, from + 60]], 1000).log)).toEqual([
    expect.stringContaining('5 press'),
    expect.stringContaining('5 release'),
  ])
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
