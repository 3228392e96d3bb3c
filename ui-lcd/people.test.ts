// Messages that wait and people at a glance, on the display.
import { expect, test } from 'vitest'
import type { BuddyView, MailboxView } from '../firmware/phone/contract.ts'
import { rig, view } from './testing/rig.ts'

const box = (over: Partial<MailboxView> = {}): MailboxView => ({
  ...{ account: 'a', label: 'Reception', waiting: true, fresh: 2, old: 8, number: '*97' },
  ...over,
})
const buddy = (over: Partial<BuddyView> = {}): BuddyView => ({
  ...{
    account: 'a',
    number: 'sip:bob@example.com',
    label: 'Bob',
    busy: 'idle',
    presence: undefined,
    pickup: undefined,
  },
  ...over,
})
const idle = (over: Parameters<typeof view>[1] = {}) => rig(view({ name: 'idle' }, over))

test.each([
  [{ mailboxes: [box()] }, '2 messages'],
  [{ mailboxes: [box({ fresh: undefined })] }, 'messages wait'],
  [{ mailboxes: [box(), box({ fresh: 1 })], missed: 3 }, '3 missed, 3 messages'],
  [{ mailboxes: [box({ waiting: false, fresh: 0 })], missed: 3 }, '3 missed'],
  [{ mailboxes: [box({ waiting: false })] }, ''],
])('at rest: %j', (over, row) => {
  expect(idle(over).text()[2]).toBe(`|${row.padEnd(20)}|`)
})

test('the message key, with the handset up and down', () => {
  const all = idle({ mailboxes: [box()] })
  expect(all.press('message')).toContain('{"kind":"voicemail"}')
  const dialling = rig(view({ name: 'dialling', digits: '' }, { offHook: true }))
  expect(dialling.press('message')).toContain('{"kind":"voicemail"}')
})

function open(over: Parameters<typeof view>[1], page: number) {
  const all = idle(over)
  all.press('back')
  for (let n = 0; n < page; n++) all.press('down')
  all.press('ok')
  return all
}

test('the page of messages: each line with what it has; OK hears them', () => {
  const all = open({ mailboxes: [box(), box({ label: 'Home', fresh: undefined, number: '' })] }, 3)
  expect(all.text()).toEqual([
    '|Messages            |',
    '|>Recept… 2 new 8 old|',
    '| Home            new|',
    '|Dial ↑    ↓    Back |',
  ])
  expect(all.press('ok')).toContain('{"kind":"call","number":"*97","account":"a"}')
})

test('the page of people: what each is at, and what OK does', () => {
  const pickup = { target: 'sip:dave@example.com', replaces: 'c;to-tag=r;from-tag=l;early-only' }
  const presence = { basic: 'closed', activities: [], note: undefined } as const
  const all = open(
    {
      buddies: [
        buddy({ busy: 'ringing', pickup }),
        buddy({ label: 'Carol', busy: 'unknown', presence: { ...presence, basic: 'open' } }),
        buddy({ label: 'Dave', busy: 'idle', presence }),
        buddy({ label: 'Eve', busy: undefined, presence: { ...presence, activities: ['meeting'], note: 'back at 4' } }),
        buddy({ label: 'Fay', busy: 'held' }),
      ],
    },
    3,
  )
  expect(all.text()).toEqual([
    '|People              |',
    '|>Bob           rings|',
    '| Carol             ?|',
    '|Take ↑    ↓    Back |',
  ])
  expect(all.press('ok')).toContain(
    '{"kind":"call","number":"sip:dave@example.com","account":"a","replaces":"c;to-tag=r;from-tag=l;early-only"}',
  )
  all.press('down')
  expect(all.press('ok')).toContain('{"kind":"call","number":"sip:bob@example.com","account":"a"}')
  all.press('down')
  expect(all.text()[1]).toMatch(/>Dave +away/)
  all.press('down')
  expect(all.text()[1]).toMatch(/>Eve +back at 4/)
  all.press('down')
  expect(all.text()[2]).toMatch(/>Fay +holds/)
})

test('without mailboxes and people the menu has neither page', () => {
  const all = idle()
  all.press('back')
  for (let n = 0; n < 3; n++) all.press('down')
  expect(all.text()[1]).toBe('|>Volume             |')
})
