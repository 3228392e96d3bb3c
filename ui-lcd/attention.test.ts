// Identify: what the board shows meanwhile, and that afterwards it is as if nothing had been.
import { expect, test } from 'vitest'
import { FOREVER, type Millis, ms } from '../firmware/base/time.ts'
import type { BoardCommand } from '../hal/api/board.ts'
import { type AttentionInput, createAttention } from './attention.ts'

function desk() {
  const machine = createAttention({ columns: 8, rows: 3 }, ['line', 'mute'])
  let now = ms(1000)
  const said = (act: (out: BoardCommand[], now: Millis) => void): string[] => {
    const out: BoardCommand[] = []
    act(out, now)
    return out.map((command) => {
      if (command.kind === 'show') return command.frame.rows.join('|')
      if (command.kind === 'backlight') return command.on ? 'light' : 'dark'
      return `${command.led} ${command.pattern}`
    })
  }
  const give = (input: AttentionInput) => said((out) => machine.handle(input, now, out))
  return {
    give,
    led: (led: 'line' | 'mute', pattern: 'on' | 'flash') =>
      give({ from: 'phone', command: { kind: 'led', led, pattern } }),
    show: (text: string) => give({ from: 'phone', command: { kind: 'show', frame: { rows: [text] } } }),
    light: (on: boolean) => give({ from: 'phone', command: { kind: 'backlight', on } }),
    identify: (text = 'desk-17') => give({ from: 'identify', text, forMs: 1200 }),
    /** Lets the time of the machine's next deadline come. */
    next() {
      now = machine.deadline()
      return said((out) => machine.wake(now, out))
    },
    deadline: () => machine.deadline(),
  }
}

test('it flashes, blinks and says its name, then shows what came meanwhile', () => {
  const phone = desk()
  phone.give({ from: 'idle', idle: true })
  expect(phone.show('old')).toEqual(['old'])
  expect(phone.led('line', 'on')).toEqual(['line on'])
  expect(phone.light(false)).toEqual(['dark'])
  expect(phone.identify()).toEqual(['        |desk-17 |        ', 'light', 'line flash', 'mute flash'])
  expect([phone.show('new'), phone.light(false)]).toEqual([[], []])
  expect([phone.next(), phone.next()]).toEqual([['dark'], ['light']])
  expect(phone.next()).toEqual(['new', 'dark', 'line on', 'mute off'])
  expect(phone.deadline()).toBe(FOREVER)
})

test.each([
  ['a key', { from: 'user' }],
  ['a call', { from: 'idle', idle: false }],
] as const)('%s ends it at once', (_, input) => {
  const phone = desk()
  phone.give({ from: 'idle', idle: true })
  phone.show('old')
  phone.identify()
  expect(phone.give(input)).toEqual(['old', 'light', 'line off', 'mute off'])
  expect([phone.deadline(), phone.show('new')]).toEqual([FOREVER, ['new']])
})

test('a phone in use is left alone', () => {
  const phone = desk()
  expect(phone.identify()).toEqual([])
  expect(phone.deadline()).toBe(FOREVER)
})

test('a long text is cut into rows, controls and what is too much are left out', () => {
  const phone = desk()
  phone.give({ from: 'idle', idle: true })
  expect(phone.identify('a\tphone in the hall of mirrors')[0]).toBe('a phone |in the h|all of m')
  expect(phone.identify('')[0]).toBe('        |        |        ')
})
