// Whose number it is: what rings, is called, waits and is logged goes by the names of the phone book.
import { expect, test } from 'vitest'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import { parseDialMap } from './dial-map.ts'
import { known, phonebookOf } from './phonebook.ts'

const MAP = '<00=+>x.T|<0=+49>[1-9]x.T|<=+4930>[2-9]xxxxxx'
function set(contacts: readonly (readonly [string, ...string[]])[], map = '') {
  const parsed = map === '' ? undefined : parseDialMap(map)
  const dialMap = parsed?.ok ? parsed.value : undefined
  const book = contacts.map(([name, ...numbers]) => ({ name, numbers }))
  const state = { phonebook: phonebookOf(book, dialMap), dialMap }
  return (uri: string, display = '') =>
    known(state, { uri, display, number: /^sips?:([^@]*)@/.exec(uri)?.[1] ?? uri }).display
}

test.each([
  ['as it stands', '201', 'sip:201@pbx.example.com'],
  ['whatever transport leads there', 'sip:bob@example.com', 'sip:bob@EXAMPLE.com:5070;transport=tcp'],
])('%s', (_, number, uri) => {
  expect(set([['Bob', number]])(uri, 'Robert')).toBe('Bob')
})

test.each([
  ['+49891234', 'sip:0891234@pbx'],
  ['0891234', 'sip:+49891234@pbx'],
  ['0049891234', 'sip:0891234@pbx'],
  ['5551234', 'sip:+49305551234@pbx'],
  ['+493055501234', 'sip:+493055501234@pbx'],
])('%s is %s by the dial plan', (number, uri) => {
  expect(set([['Bob', number]], MAP)(uri)).toBe('Bob')
})

test.each([
  ['another number', '201', 'sip:2011@pbx'],
  ['another host', 'sip:bob@example.com', 'sip:bob@example.org'],
  ['nobody', '201', 'sip:anonymous@anonymous.invalid'],
])('%s keeps the name he gives', (_, number, uri) => {
  expect(set([['Bob', number]])(uri, 'Eve')).toBe('Eve')
})

test('of two with one number the first is meant; several numbers are one person', () => {
  const name = set([
    ['Bob', '201', '202'],
    ['Eve', '202', '203'],
  ])
  expect([name('sip:201@x'), name('sip:202@x'), name('sip:203@x')]).toEqual(['Bob', 'Bob', 'Eve'])
})

const CONTACTS = [
  { name: 'Robert', numbers: ['sip:bob@example.com'] },
  { name: 'Taxi', numbers: ['5550'] },
]
function setOut() {
  const desk = createDesk({ settings: { ...SETTINGS, contacts: CONTACTS } })
  registered(desk)
  return desk
}

test('a call that comes, is taken, and is logged', () => {
  const desk = setOut()
  const bob = caller(desk)
  expect(desk.shows()).toBe('call from Robert')
  desk.lift()
  expect(desk.shows()).toBe('in-call with Robert')
  bob.acknowledges()
  bob.hangsUp()
  expect(desk.calls()).toEqual(['received Robert: other side hung up'])
})

test('a number that is called', () => {
  const desk = setOut()
  desk.press('5550')
  desk.key('dial')
  expect(desk.view().activity).toMatchObject({ name: 'calling', call: { peer: { display: 'Taxi', number: '5550' } } })
  called(desk).refuses(486)
  expect(desk.callLog()[0]).toMatchObject({ kind: 'placed', name: 'Taxi', number: '5550' })
})

test('the book is told when settings bring it, and not again before', () => {
  const desk = setOut()
  expect(desk.contacts()).toBe(CONTACTS)
  const other = [{ name: 'Bobby', numbers: ['sip:bob@example.com'] }]
  desk.settings({ ...SETTINGS, contacts: other })
  expect(desk.contacts()).toBe(other)
  caller(desk)
  expect(desk.shows()).toBe('call from Bobby')
})
