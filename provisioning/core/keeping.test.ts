// The pace of writing: state × input, and a phone that changes its mind all the time.
import { expect, test } from 'vitest'
import { type Millis, ms } from '../../firmware/base/time.ts'
import { createKeeping, type KeepingOutput } from './keeping.ts'

function keeping(text?: string) {
  const machine = createKeeping({ name: 'things', text, quietMs: 1000, apartMs: 5000 })
  let now = ms(0)
  const disk: [at: Millis, text: string][] = []
  const said: (string | undefined)[] = []
  const take = (out: readonly KeepingOutput[]) => {
    for (const output of out)
      if (output.to === 'disk') disk.push([now, output.text])
      else said.push(`${output.record.what}: ${output.record.fields?.error}`)
  }
  const turn = (act: (out: KeepingOutput[]) => void) => {
    const out: KeepingOutput[] = []
    act(out)
    take(out)
  }
  const bench = {
    ...{ disk, said },
    changed: (next: string) => turn((out) => machine.handle({ kind: 'changed', text: next }, now, out)),
    written: (error?: string) => turn((out) => machine.handle({ kind: 'written', error }, now, out)),
    due: () => machine.deadline() - now,
    /** The disk takes everything at once, unless the test says `written` itself. */
    passes(forMs: number, answers = true) {
      const end = ms(now + forMs)
      while (machine.deadline() <= end) {
        now = ms(Math.max(now, machine.deadline()))
        const before = disk.length
        turn((out) => machine.wake(now, out))
        if (answers && disk.length > before) bench.written()
      }
      now = end
    },
  }
  return bench
}

test('a change is written a second later, with what came meanwhile', () => {
  const it = keeping()
  it.changed('a')
  it.passes(900)
  it.changed('b')
  expect(it.disk).toEqual([])
  it.passes(100)
  expect(it.disk).toEqual([[1000, 'b']])
  expect(it.due()).toBe(Number.POSITIVE_INFINITY)
})

test('what is on the disk already is not written again', () => {
  const it = keeping('a')
  it.changed('a')
  expect(it.due()).toBe(Number.POSITIVE_INFINITY)
  it.changed('b')
  it.changed('a')
  it.passes(60_000)
  expect(it.disk).toEqual([])
})

test('changing all the time, it is written each five seconds', () => {
  const it = keeping()
  for (let n = 0; n < 600; n++) {
    it.changed(`${n}`)
    it.passes(100)
  }
  expect(it.disk.length).toBe(12)
  expect(it.disk.slice(1).every(([at], n) => at - it.disk[n]![0] >= 5000)).toBe(true)
  it.passes(5000)
  expect(it.disk.at(-1)?.[1]).toBe('599')
})

test('what changes while it is being written is written next', () => {
  const it = keeping()
  it.changed('a')
  it.passes(1000, false)
  it.changed('b')
  it.changed('c')
  it.passes(60_000, false)
  expect(it.disk).toEqual([[1000, 'a']])
  it.written()
  it.passes(60_000)
  expect(it.disk.slice(1)).toEqual([[66_000, 'c']])
})

test('a full disk is told once, and tried again each minute until it takes the newest', () => {
  const it = keeping()
  it.changed('a')
  it.passes(1000, false)
  it.written('ENOSPC')
  it.passes(59_999, false)
  expect(it.disk.length).toBe(1)
  it.changed('b')
  it.passes(1, false)
  it.written('ENOSPC')
  it.passes(60_000)
  expect(it.disk.map(([, text]) => text)).toEqual(['a', 'b', 'b'])
  expect(it.said).toEqual(['not kept: ENOSPC'])
  it.passes(600_000)
  expect(it.disk.length).toBe(3)
})

test('an answer nobody asked for changes nothing', () => {
  const it = keeping()
  it.written('EIO')
  it.changed('a')
  it.written()
  it.passes(1000)
  expect([it.disk, it.said]).toEqual([[[1000, 'a']], []])
})
