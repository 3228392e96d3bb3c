// Mailboxes and people at a glance, as a user notices them: lamp, tone, display, one key; and what is asked of whom, when.
import { expect, test } from 'vitest'
import { printDialogInfo } from '../sip/packages/dialog-info.ts'
import { printPidf } from '../sip/packages/pidf.ts'
import { createDesk, SETTINGS } from '../testing/desk.ts'
import { called, caller, notRegistered, registered } from '../testing/played-engine.ts'
import { ALICE, request } from '../testing/ua-script.ts'
import type { PhoneSettings } from './contract.ts'

const ACCOUNT = { id: 'a', label: 'Alice', config: ALICE } as const
const MAILBOX = { subscribe: true, number: '*97' }
const BUDDIES: PhoneSettings['buddies'] = [
  { label: 'Bob', uri: 'sip:bob@example.com', account: 'a', watch: 'calls' },
  { label: 'Carol', uri: 'sip:carol@example.com', account: 'a', watch: 'both' },
]

function setOut(more: Partial<PhoneSettings> = {}, account: Partial<PhoneSettings['accounts'][number]> = {}) {
  const settings = { ...SETTINGS, accounts: [{ ...ACCOUNT, ...account }], ...more }
  const desk = createDesk({ settings })
  const subscribed = () => desk.sent.flatMap((c) => (c.kind === 'subscribe' ? [`${c.event} ${c.target}`] : []))
  const idOf = (event: string, target: string) =>
    desk.sent.findLast((c) => c.kind === 'subscribe' && c.event === event && c.target === target)?.id ?? ''
  const notify = (event: string, target: string, contentType: string, body: string) =>
    desk.sip({
      ...{ kind: 'subscription-notify', id: idOf(event, target), contentType, body, request: request('NOTIFY') },
    })
  const state = (event: string, target: string, now: string, retryMs?: number) =>
    desk.sip({
      ...{ kind: 'subscription-state', id: idOf(event, target), state: now, previous: 'NULL', status: 404, reason: '' },
      ...{ cause: 'remote', retryMs },
    })
  const mailbox = (text: string) =>
    notify('message-summary', ALICE.aor, 'application/simple-message-summary', `Messages-Waiting: ${text}\r\n`)
  let version = 0
  const rings = (
    target: string,
    direction: 'initiator' | 'recipient' = 'recipient',
    callState: 'early' | 'confirmed' = 'early',
  ) =>
    notify(
      ...(['dialog', target, 'application/dialog-info+xml'] as const),
      printDialogInfo({
        ...{ version: version++, full: true, entity: target },
        dialogs: [
          {
            ...{ id: '1', callId: 'c', localTag: 'l', remoteTag: 'r', direction, state: callState, event: undefined },
            ...{ code: undefined, durationS: undefined, local: undefined },
            remote: { identity: 'sip:dave@example.com', display: undefined, target: undefined, rendering: undefined },
          },
        ],
      }),
    )
  const people = () =>
    desk
      .view()
      .buddies.map(({ label, busy, presence, pickup }) =>
        [label, busy ?? '-', presence?.basic ?? '-', ...(pickup ? ['can be taken'] : [])].join(' '),
      )
  return { desk, subscribed, notify, state, mailbox, rings, people, settings }
}

test('nothing is asked of anybody until the line stands; without settings for it nothing at all', () => {
  const { desk, subscribed } = setOut({ buddies: BUDDIES }, { mailbox: MAILBOX, buddyList: 'sip:team@example.com' })
  expect(subscribed()).toEqual([])
  registered(desk)
  const all = [
    'message-summary sip:alice@example.com',
    'dialog sip:team@example.com',
    'dialog sip:bob@example.com',
    'dialog sip:carol@example.com',
    'presence sip:carol@example.com',
  ]
  expect(subscribed()).toEqual(all)
  // A refresh of the registration is no reason to ask again.
  registered(desk)
  expect(subscribed()).toEqual(all)
  const plain = setOut()
  registered(plain.desk)
  expect(plain.subscribed()).toEqual([])
})

test('messages wait: lamp, stutter, the display, and one key to hear them', () => {
  const { desk, mailbox } = setOut({}, { mailbox: MAILBOX })
  registered(desk)
  expect(desk.lamp('message')).toBe('off')
  mailbox('yes\r\nVoice-Message: 2/8')
  expect(desk.lamp('message')).toBe('on')
  expect(desk.view().mailboxes).toEqual([
    { account: 'a', label: 'Alice', waiting: true, fresh: 2, old: 8, number: '*97' },
  ])
  desk.lift()
  expect(desk.hears()).toBe('stutter')
  desk.does({ kind: 'voicemail' })
  expect(desk.last('invite')?.target).toBe('sip:*97@example.com')
  called(desk).refuses(486)
  desk.putDown()
  mailbox('no\r\nVoice-Message: 0/8')
  expect(desk.lamp('message')).toBe('off')
  desk.lift()
  expect(desk.hears()).toBe('dial')
})

test('told unasked it is shown, too; without a number the key does nothing', () => {
  const { desk } = setOut()
  registered(desk)
  const body = 'Messages-Waiting: yes\r\n'
  const told = request('NOTIFY', ['Event: message-summary', 'Content-Type: application/simple-message-summary'], body)
  desk.sip({ kind: 'notify-incoming', event: 'message-summary', request: told })
  expect(desk.lamp('message')).toBe('on')
  expect(desk.view().mailboxes).toEqual([
    { account: 'a', label: 'Alice', waiting: true, fresh: undefined, old: undefined, number: '' },
  ])
  desk.does({ kind: 'voicemail' })
  expect(desk.last('invite')).toBeUndefined()
  desk.settings({ ...SETTINGS, accounts: [] })
  expect([desk.lamp('message'), desk.view().mailboxes]).toEqual(['off', []])
})

test.each([
  ['sip:voicemail@example.com', 'sip:voicemail@example.com'],
  ['sip:alice@example.com:5060', undefined],
  ['tel:123', undefined],
])('without a number of its own the mailbox is where it says it is: %s', (account, target) => {
  const { desk, mailbox } = setOut({}, { mailbox: { subscribe: true, number: '' } })
  registered(desk)
  mailbox(`yes\r\nMessage-Account: ${account}\r\nVoice-Message: 1/0`)
  desk.does({ kind: 'voicemail' })
  expect(desk.last('invite')?.target).toBe(target)
})

test('people: what they are at, never free while it is not known', () => {
  const { desk, rings, people, state, notify } = setOut({ buddies: BUDDIES })
  registered(desk)
  expect(people()).toEqual(['Bob unknown -', 'Carol unknown unknown'])
  rings('sip:bob@example.com')
  expect(people()[0]).toBe('Bob ringing - can be taken')
  rings('sip:bob@example.com', 'recipient', 'confirmed')
  expect(people()[0]).toBe('Bob busy -')
  rings('sip:bob@example.com', 'initiator')
  expect(people()[0]).toBe('Bob calling -')
  const tuple = { id: '1', basic: 'open' as const, contact: undefined, priority: undefined, notes: [] }
  const presence = printPidf({ entity: 'x', tuples: [tuple], activities: ['meeting'], notes: [] })
  notify('presence', 'sip:carol@example.com', 'application/pidf+xml', presence)
  expect(people()[1]).toBe('Carol unknown open')
  expect(desk.view().buddies[1]?.presence?.activities).toEqual(['meeting'])
  state('dialog', 'sip:bob@example.com', 'TERMINATED', 5000)
  expect(people()[0]).toBe('Bob unknown -')
})

test('the call that rings there is taken from here; the number dialled last stays what it was', () => {
  const { desk, rings } = setOut({ buddies: BUDDIES })
  registered(desk)
  desk.press('7')
  desk.key('dial')
  called(desk).refuses(486)
  rings('sip:bob@example.com')
  const { pickup } = desk.view().buddies[0]!
  desk.does({ kind: 'call', account: 'a', number: pickup!.target, replaces: pickup!.replaces })
  expect(desk.last('invite')).toMatchObject({
    target: 'sip:dave@example.com',
    headers: [{ name: 'Replaces', value: 'c;to-tag=r;from-tag=l;early-only' }],
  })
  called(desk).answers()
  expect(desk.shows()).toContain('in-call')
  desk.key('end')
  called(desk).isGone()
  desk.key('redial')
  expect(desk.last('invite')?.target).toBe('sip:7@example.com')
})

test('not while another call has the bell', () => {
  const { desk } = setOut()
  registered(desk)
  caller(desk)
  desk.does({ kind: 'call', account: 'a', number: 'sip:dave@example.com', replaces: 'c;to-tag=r;from-tag=l' })
  expect(desk.last('invite')).toBeUndefined()
})

test('refused for good, it is asked anew with the next registration', () => {
  const { desk, subscribed, state } = setOut({}, { mailbox: MAILBOX })
  registered(desk)
  state('message-summary', ALICE.aor, 'TERMINATED')
  expect(subscribed()).toHaveLength(1)
  registered(desk)
  expect(subscribed()).toHaveLength(2)
  // The engine would not: likewise.
  desk.sip({ kind: 'rejected', command: 'subscribe', id: `message-summary a ${ALICE.aor}`, reason: 'too many' })
  registered(desk)
  expect(subscribed()).toHaveLength(3)
})

test('other settings: what is not wanted any more ends, what stays is asked for anew, others are forgotten', () => {
  const { desk, subscribed, rings, people, settings } = setOut({ buddies: BUDDIES })
  registered(desk)
  rings('sip:bob@example.com')
  const before = subscribed().length
  desk.settings({ ...settings, buddies: [BUDDIES![1]!] })
  expect(desk.sent.flatMap((c) => (c.kind === 'unsubscribe' ? [c.id] : []))).toEqual(['dialog a sip:bob@example.com'])
  expect(subscribed().slice(before)).toEqual(['dialog sip:carol@example.com', 'presence sip:carol@example.com'])
  expect(people()).toEqual(['Carol unknown unknown'])
  notRegistered(desk, 503)
  desk.settings({ ...settings, buddies: BUDDIES })
  expect(subscribed().slice(before)).toHaveLength(2)
  expect(people()).toEqual(['Bob unknown -', 'Carol unknown unknown'])
})

test('a list brings people of its own, by the names it gives them', () => {
  const { desk, notify, people } = setOut({}, { buddyList: 'sip:team@example.com' })
  registered(desk)
  const info = printDialogInfo({ version: 0, full: true, entity: 'sip:x@example.com', dialogs: [] })
  const resource = (uri: string, name: string) =>
    `<resource uri="${uri}">${name}<instance id="1" state="active" cid="x"/></resource>`
  const root = `<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:team@example.com" version="0" fullState="true">${resource('sip:x@example.com', '<name>Xaver</name>')}${resource('sip:y@example.com', '')}</list>`
  const body = `--b\r\nContent-Type: application/rlmi+xml\r\n\r\n${root}\r\n--b\r\nContent-ID: <x>\r\nContent-Type: application/dialog-info+xml\r\n\r\n${info}\r\n--b--\r\n`
  notify('dialog', 'sip:team@example.com', 'multipart/related;type="application/rlmi+xml";boundary=b', body)
  expect(people()).toEqual(['Xaver idle -', 'y idle -'])
  expect(desk.view().buddies[0]?.number).toBe('sip:x@example.com')
})

test('its own presence is published while the line stands', () => {
  const { desk } = setOut({}, { publish: true })
  expect(desk.last('publish')).toBeUndefined()
  registered(desk)
  expect(desk.last('publish')).toMatchObject({ event: 'presence', target: 'sip:alice@example.com' })
  expect(desk.last('publish')?.body.content).toContain('<basic>open</basic>')
})

test.each([
  [';reboot=true', ['restart']],
  [';reboot=false', ['read']],
  ['', ['read']],
])('check-sync%s waits until the phone is idle', (params, done) => {
  const { desk } = setOut()
  registered(desk)
  desk.lift()
  desk.sip({ kind: 'notify-incoming', event: 'check-sync', request: request('NOTIFY', [`Event: check-sync${params}`]) })
  expect(desk.syncs).toEqual([])
  desk.putDown()
  expect(desk.syncs).toEqual(done)
  desk.lift()
  desk.putDown()
  expect(desk.syncs).toEqual(done)
})

test('starting anew is not forgotten for reading anew', () => {
  const { desk } = setOut()
  registered(desk)
  desk.lift()
  for (const params of [';reboot=true', ''])
    desk.sip({
      kind: 'notify-incoming',
      event: 'check-sync',
      request: request('NOTIFY', [`Event: check-sync${params}`]),
    })
  desk.putDown()
  expect(desk.syncs).toEqual(['restart'])
})
