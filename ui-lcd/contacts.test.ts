// The phone book: what is shown of it, how it is searched by number keys, whom it calls.
import { expect, test } from 'vitest'
import type { Contact } from '../firmware/phone/contract.ts'
import { rig, view } from './testing/rig.ts'

const BOOK: readonly Contact[] = [
  { name: 'Zoë Müller', numbers: ['201'] },
  { name: 'Anna-Lena Groß', numbers: ['+4930123', 'sip:anna@example.com'] },
  { name: 'émile', numbers: ['203'] },
  { name: 'Bob Miller', numbers: ['202'] },
]
function book(contacts = BOOK) {
  const all = rig(view({ name: 'idle' }))
  all.feed({ from: 'contacts', contacts })
  all.press('soft3')
  all.press('soft1')
  return all
}
/** Key by key, with a second between them. */
function types(all: ReturnType<typeof rig>, keys: string) {
  for (const key of keys) {
    if (key === ' ') all.pass(1000)
    else all.press(key as '2')
  }
}
const names = (all: ReturnType<typeof rig>) => all.text().slice(1, 3)

test('behind More, in the order of the alphabet; OK calls', () => {
  const all = book()
  expect(all.text()).toEqual([
    '|Phone book          |',
    '|>Anna-Lena Groß     |',
    '| Bob Miller         |',
    '|Open ↑    ↓    Back |',
  ])
  all.press('down')
  expect(all.text()[3]).toBe('|Dial ↑    ↓    Back |')
  expect(all.press('ok')).toEqual(['{"kind":"call","number":"202"}'])
})

test('who has several numbers is asked for which', () => {
  const all = book()
  expect(all.press('ok')).toEqual([])
  expect(all.text().slice(0, 3)).toEqual(['|Anna-Lena Groß      |', '|>+4930123           |', '| sip:anna@example.c…|'])
  all.press('down')
  expect(all.press('soft1')).toEqual(['{"kind":"call","number":"sip:anna@example.com"}'])
  all.press('back')
  expect(all.text()[0]).toBe('|Phone book          |')
})

test('letters narrow it, by the beginning of any word, whatever marks are on them', () => {
  const all = book()
  types(all, '6')
  expect([all.text()[0], ...names(all)]).toEqual([
    '|Find m              |',
    '|>Bob Miller         |',
    '| Zoë Müller         |',
  ])
  types(all, ' 88')
  expect([all.text()[0], ...names(all)]).toEqual([
    '|Find mu             |',
    '|>Zoë Müller         |',
    '|                    |',
  ])
  expect(all.press('ok')).toEqual(['{"kind":"call","number":"201"}'])
})

test('a key pressed again within a second is its next letter, after that another one', () => {
  const all = book()
  types(all, '33')
  expect([all.text()[0], names(all)[0]]).toEqual(['|Find e              |', '|>émile              |'])
  types(all, ' 33')
  expect([all.text()[0], names(all)[0]]).toEqual(['|Find ee             |', '|nobody of that name |'])
  expect(all.press('ok')).toEqual([])
})

test('nobody is found, and the search taken back letter by letter; then Back leaves', () => {
  const all = book()
  types(all, '5 5')
  expect(all.text()).toEqual([
    '|Find jj             |',
    '|nobody of that name |',
    '|                    |',
    '|     ↑    ↓    Del  |',
  ])
  all.press('soft4')
  all.press('back')
  expect([all.text()[0], all.text()[3]]).toEqual(['|Phone book          |', '|Open ↑    ↓    Back |'])
  all.press('back')
  expect(all.text()[0]).toBe('|Ready               |')
})

test('a word after a hyphen, ss for ß, a blank between', () => {
  const all = book()
  types(all, '555 33 66 2')
  expect(names(all)[0]).toBe('|>Anna-Lena Groß     |')
  types(all, ' 0 4 777 666 7777 7777')
  expect([all.text()[0], names(all)[0]]).toEqual(['|Find lena gross     |', '|>Anna-Lena Groß     |'])
})

test('digits go into the search and not to the phone, held down neither; lifting the handset leaves the book', () => {
  const all = book()
  expect([all.press('2'), all.press('2', 'long'), all.press('#')]).toEqual([[], [], []])
  all.show(view({ name: 'dialling', digits: '' }, { offHook: true }))
  expect(all.press('2')).toEqual(['{"kind":"digit","digit":"2"}'])
  all.show(view({ name: 'idle' }))
  expect(all.text()[0]).toBe('|Ready               |')
})

test('at the dial tone it is a soft key; putting the handset down leaves it', () => {
  const tone = view({ name: 'dialling', digits: '' }, { offHook: true })
  const all = rig(tone)
  all.feed({ from: 'contacts', contacts: BOOK })
  expect(all.text()[3]).toBe('|Redl Book      End  |')
  all.press('soft2')
  expect(all.press('9')).toEqual([])
  expect(all.press('soft1')).toEqual([])
  all.press('9')
  expect(all.text()[0]).toBe('|Find x              |')
  all.show(view({ name: 'idle' }))
  expect(all.text()[0]).toBe('|Ready               |')
  all.show(tone)
  expect(all.press('9')).toEqual(['{"kind":"digit","digit":"9"}'])
})

test('without a book there is no page of it; with keys too, both are behind More', () => {
  const none = rig(view({ name: 'idle' }))
  none.feed({ from: 'contacts', contacts: [] })
  expect(none.text()[3]).toBe('|Redl Log  DND  Menu |')
  const key = {
    label: 'Taxi',
    kind: 'speed-dial',
    digit: '',
    busy: undefined,
    takes: false,
    waiting: false,
    on: undefined,
  } as const
  const both = rig(view({ name: 'idle' }, { keys: [key] }))
  both.feed({ from: 'contacts', contacts: BOOK })
  both.press('soft3')
  expect(both.text()[3]).toBe('|Book Keys More DND  |')
  both.press('soft3')
  expect(both.text()[3]).toBe('|Redl Log  More Menu |')
})

test('a thousand names are shown and searched', () => {
  const many = Array.from({ length: 1000 }, (_, n) => ({
    name: `Person ${String(n).padStart(4, '0')}`,
    numbers: [`${n}`],
  }))
  const all = book(many)
  all.press('up')
  expect(names(all)).toEqual(['| Person 0998        |', '|>Person 0999        |'])
  types(all, '7')
  expect([all.text()[0], names(all)[0]]).toEqual(['|Find p              |', '|>Person 0000        |'])
})
