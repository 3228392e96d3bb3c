// Keys the configuration gives a meaning, on the display and under the board's keys.
import { expect, test } from 'vitest'
import type { KeyView } from '../firmware/phone/contract.ts'
import { rig, view } from './testing/rig.ts'

const key = (label: string, over: Partial<KeyView> = {}): KeyView => ({
  ...{ label, kind: 'speed-dial', digit: '', busy: undefined, takes: false, waiting: false, on: undefined },
  ...over,
})
const KEYS = [
  key('Taxi', { digit: '2' }),
  key('Bob', { kind: 'blf', digit: '3', busy: 'ringing', takes: true }),
  key('Carol', { kind: 'blf', busy: 'unknown' }),
  key('Mailbox', { kind: 'voicemail', waiting: true }),
]
const idle = (keys = KEYS) => rig(view({ name: 'idle' }, { keys }))

test('a soft key shows them, with the digit that stands for each and what is known; OK is a press', () => {
  const all = idle()
  expect(all.text()[3]).toBe('|Redl Log  More Menu |')
  all.press('soft3')
  expect(all.text()[3]).toBe('|Keys DND  More Menu |')
  all.press('soft1')
  expect(all.text()).toEqual([
    '|Keys                |',
    '|>2 Taxi             |',
    '| 3 Bob         rings|',
    '|Dial ↑    ↓    Back |',
  ])
  expect(all.press('ok')).toEqual(['{"kind":"key","at":0}'])
  all.press('down')
  expect(all.text()[3]).toBe('|Take ↑    ↓    Back |')
  expect(all.press('soft1')).toEqual(['{"kind":"key","at":1}'])
  all.press('down')
  expect(all.text().slice(1)).toEqual(['|>Carol             ?|', '| Mailbox         new|', '|Dial ↑    ↓    Back |'])
  all.press('down')
  expect(all.text()[2]).toBe('|>Mailbox         new|')
})

test('one that turns something on says whether that is on', () => {
  const all = idle([key('Quiet', { kind: 'dnd', on: true })])
  all.press('soft3')
  all.press('soft1')
  expect(all.text().slice(1)).toEqual(['|>Quiet            On|', '|                    |', '|Use  ↑    ↓    Back |'])
  expect(all.press('ok')).toEqual(['{"kind":"key","at":0}'])
})

test('they are a page of the menu, too; without any there is neither page nor soft key', () => {
  const all = idle()
  all.press('back')
  for (let n = 0; n < 3; n++) all.press('down')
  expect(all.text()[1]).toBe('|>Keys               |')
  const none = idle([])
  expect(none.text()[3]).toBe('|Redl Log  DND  Menu |')
  none.press('back')
  for (let n = 0; n < 3; n++) none.press('down')
  expect(none.text()[1]).toBe('|>Volume             |')
})

test('keys of the board are pressed whatever is shown', () => {
  const all = idle()
  expect(all.press('key1')).toEqual(['{"kind":"key","at":0}'])
  all.press('back')
  expect(all.press('key2')).toEqual(['{"kind":"key","at":1}'])
  all.show(view({ name: 'dialling', digits: '12' }, { keys: KEYS }))
  expect(all.press('key8')).toEqual(['{"kind":"key","at":7}'])
})

test('a digit held down is told after it was pressed; other keys held down say nothing', () => {
  const all = idle()
  expect(all.press('2')).toEqual(['{"kind":"digit","digit":"2"}'])
  all.show(view({ name: 'dialling', digits: '2' }, { keys: KEYS }))
  expect(all.press('2', 'long')).toEqual(['{"kind":"held-digit","digit":"2"}'])
  expect([all.press('2', 'release'), all.press('ok', 'long'), all.press('key1', 'long')]).toEqual([[], [], []])
  const ringing = rig(view({ name: 'starting', step: '' }))
  expect(ringing.press('2', 'long')).toEqual([])
})

test('at the dial tone they are a soft key, also for a second call; what is chosen is called, a digit leaves the page', () => {
  const tone = view({ name: 'dialling', digits: '' }, { keys: KEYS, offHook: true })
  const all = rig(tone)
  expect(all.text()[3]).toBe('|Redl      Keys End  |')
  all.press('soft3')
  expect(all.text()[0]).toBe('|Keys                |')
  all.press('back')
  expect(all.text()[0]).toMatch(/Dial/)
  all.press('soft3')
  expect(all.press('ok')).toEqual(['{"kind":"key","at":0}'])
  expect(all.press('5')).toEqual(['{"kind":"digit","digit":"5"}'])
  all.show(view({ name: 'dialling', digits: '5' }, { keys: KEYS, offHook: true }))
  expect(all.text()[1]).toMatch(/^\|5/)
  all.show(tone)
  expect(all.text()[0]).toMatch(/Dial/)
})
