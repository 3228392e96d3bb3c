// The display driver step by step: start-up bytes, recovery with back-off, the check at rest, the stuck bus.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../../firmware/base/time.ts'
import { createHd44780, type Hd44780Output } from './hd44780.ts'

const OPTIONS = { size: { columns: 20, rows: 4 }, rom: 'A00', busHz: 100_000 } as const

/** Answers every transfer after 1 ms by `answer`; the transfers and events with their times, as text, up to `end`. */
function run(end: number, answer: (n: number, read: boolean, now: number) => 'done' | 'failed' | 'silent' | number) {
  const machine = createHd44780(OPTIONS)
  const log: string[] = []
  let [now, transfers] = [0, 0]
  let pending: { readonly at: number; readonly result: 'done' | 'failed' | number } | undefined
  const note = (out: readonly Hd44780Output[]): void => {
    for (const output of out) {
      if (output.kind === 'lcd-ready' || output.kind === 'lcd-lost') {
        log.push(`${now} ${output.kind}${output.kind === 'lcd-lost' ? `: ${output.reason}` : ''}`)
        continue
      }
      log.push(
        `${now} ${output.kind === 'bus-read' ? 'read' : output.bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ')}`,
      )
      expect(pending).toBeUndefined()
      const result = answer(transfers++, output.kind === 'bus-read', now)
      if (result !== 'silent') pending = { at: now + 1, result }
    }
  }
  for (;;) {
    const next = Math.min(machine.deadline(), pending?.at ?? FOREVER)
    if (next > end) return { log, machine }
    now = Math.max(now, next)
    const out: Hd44780Output[] = []
    if (pending !== undefined && pending.at <= now) {
      const { result } = pending
      pending = undefined
      if (result === 'failed') machine.handle({ kind: 'failed', reason: 'NAK' }, ms(now), out)
      else machine.handle(typeof result === 'number' ? { kind: 'done', byte: result } : { kind: 'done' }, ms(now), out)
    } else machine.wake(ms(now), out)
    note(out)
  }
}
const events = (log: readonly string[]) => log.filter((text) => text.includes('lcd-'))

test('start-up by instruction, with the rests of the data sheet, and never clear', () => {
  const { log } = run(300, () => 'done')
  expect(log.slice(0, 15)).toEqual([
    '0 08',
    // 50 ms after power, then 0x3 three times and 0x2, each with a rest after which the power is checked.
    ...['51 read', '52 3c 38', '58 read', '59 3c 38', '61 read', '62 3c 38', '64 read', '65 2c 28', '67 read'],
    '68 2c 28 8c 88 0c 08 8c 88 0c 08 6c 68',
    '70 read',
    '71 0c 08 2c 28',
    '75 read',
    '76 4c 48 0c 08',
  ])
  expect(events(log)).toHaveLength(1)
  expect(log.some((text) => text.endsWith('0c 08 1c 18'))).toBe(false)
})

test('nobody there: lost is told once, and the probes come further apart, up to a second', () => {
  const { log } = run(20_000, () => 'failed')
  expect(events(log)).toEqual(['1 lcd-lost: NAK'])
  expect(log.filter((text) => text.endsWith(' 08')).map((text) => Number.parseInt(text, 10))).toEqual([
    ...[0, 251, 752],
    ...Array.from({ length: 19 }, (_, n) => 1753 + 1001 * n),
  ])
})

test('it is asked a second after a write, then ever more seldom, and with each beat at rest', () => {
  const { log } = run(24_500, (_n, read) => (read ? 0x08 : 'done'))
  const asked = log.filter((text) => text.endsWith('read')).map((text) => Number.parseInt(text, 10))
  const [written, first, second, ...later] = [
    Number.parseInt(log.findLast((text) => !text.endsWith('read'))!, 10),
    ...asked.filter((at) => at > 500),
  ]
  expect([first! - written!, second! - first!]).toEqual([1001, 2001])
  expect(later).toEqual([4000, 8000, 12_000, 16_000, 20_000, 24_000])
})

test('an expander that was without power has E and R/W high', () => {
  const { log } = run(8000, (_n, read, now) => (read ? (now > 3500 && now < 4500 ? 0xff : 0x08) : 'done'))
  expect(
    events(log)
      .map((text) => text.split(' ').slice(1).join(' '))
      .slice(0, 2),
  ).toEqual(['lcd-ready', 'lcd-lost: the display lost its power'])
  expect(events(log).at(-1)).toMatch(/lcd-ready/)
})

test('a transfer that never ends: lost, and nothing more is sent', () => {
  const { log, machine } = run(60_000, (_n, read, now) => (now > 500 ? 'silent' : read ? 0x08 : 'done'))
  expect(events(log).at(-1)).toMatch(/lcd-lost: the bus does not answer/)
  expect(log.at(-1)).toBe(events(log).at(-1))
  expect(machine.deadline()).toBe(FOREVER)
})

test.each([
  ['while it starts', 0],
  ['at the check at rest', 2000],
])('an answer that a busy process hears late is no stuck bus, %s', (_when, quietFrom) => {
  const { log, machine } = run(quietFrom + 1500, (_n, _read, now) => (now >= quietFrom ? 'silent' : 'done'))
  // The deadline was passed long ago, and the answer waits behind it.
  const out: Hd44780Output[] = []
  machine.wake(ms(9000), out)
  machine.handle({ kind: 'done' }, ms(9000), out)
  machine.wake(ms(9000), out)
  expect([...events(log), ...out.map(({ kind }) => kind)].filter((text) => text.includes('lost'))).toEqual([])
})

test('a bus that says nothing is given up, once it has had the time to be heard', () => {
  expect(events(run(5000, () => 'silent').log)).toEqual(['2100 lcd-lost: the bus does not answer'])
})
