// Subscriptions whose bodies are read: what the application is told of presence, calls, mailboxes and lists of them.
import { expect, test } from 'vitest'
import type { DialogEntry, DialogState } from '../sip/packages/dialog-info.ts'
import { printDialogInfo } from '../sip/packages/dialog-info.ts'
import { printPidf } from '../sip/packages/pidf.ts'
import { request, uaScript } from '../testing/ua-script.ts'

const DIALOG = 'application/dialog-info+xml'
const PIDF = 'application/pidf+xml'

function setOut(event = 'dialog', list = false) {
  const ua = uaScript()
  ua.account()
  const subscribe = () =>
    ua.app({
      ...{ kind: 'subscribe', subscription: 'w', account: 'a', target: 'bob', event, expires: 600, headers: [] },
      ...(list ? { list } : {}),
    })
  subscribe()
  const state = (now: string, retryMs?: number) =>
    ua.sip({
      ...{ kind: 'subscription-state', id: 'w', state: now, previous: 'NULL', status: 0, reason: '' },
      ...{ cause: undefined, retryMs },
    })
  const notify = (contentType: string, body: string) =>
    ua.sip({ kind: 'subscription-notify', id: 'w', contentType, body, request: request('NOTIFY') })
  state('SENT')
  state('ACTIVE')
  ua.lines()
  /** What is told, and asked for, since the last time. */
  const seen = () => ua.lines().filter((line) => / watched | subscribe /.test(line))
  return { ua, state, notify, seen, subscribe }
}

const entry = (id: string, state: DialogState, change: Partial<DialogEntry> = {}): DialogEntry => ({
  ...{ id, state, callId: 'c', localTag: 'l', remoteTag: 'r', direction: 'recipient', event: undefined },
  ...{ code: undefined, durationS: undefined, local: undefined, remote: undefined, ...change },
})
const dialogs = (version: number, full: boolean, ...all: DialogEntry[]) =>
  printDialogInfo({ version, full, entity: 'sip:bob@example.com', dialogs: all })
const WATCHED = 'app watched w sip:bob@example.com '

test('calls: whole, then changes, each told once; the one that rings can be picked up', () => {
  const { ua, notify, seen } = setOut()
  const remote = { identity: 'sip:carol@example.com', display: undefined, target: undefined, rendering: undefined }
  notify(DIALOG, dialogs(0, true))
  notify(DIALOG, dialogs(1, false, entry('1', 'early', { remote })))
  expect(ua.heard.at(-1)).toMatchObject({
    watched: {
      dialogs: [{ id: '1', pickup: { target: 'sip:carol@example.com', replaces: 'c;to-tag=r;from-tag=l;early-only' } }],
    },
  })
  notify(DIALOG, dialogs(1, false, entry('1', 'terminated')))
  notify(DIALOG, dialogs(2, false))
  notify(DIALOG, dialogs(3, false, entry('1', 'confirmed', { remote })))
  notify(DIALOG, dialogs(4, false, entry('1', 'terminated')))
  expect(seen()).toEqual([
    `${WATCHED}idle `,
    `${WATCHED}ringing 1 early`,
    `${WATCHED}busy 1 confirmed`,
    `${WATCHED}idle `,
  ])
})

test('a document is lost: the whole is asked for at once, then every ten seconds at most', () => {
  const { ua, notify, seen } = setOut()
  notify(DIALOG, dialogs(0, true))
  seen()
  ua.at(1000)
  notify(DIALOG, dialogs(2, false, entry('1', 'early')))
  expect(seen()).toEqual(['sip subscribe w sip:bob@example.com dialog'])
  notify(DIALOG, dialogs(4, false, entry('1', 'early')))
  notify(DIALOG, dialogs(6, false, entry('1', 'early')))
  expect(seen()).toEqual([])
  expect(ua.deadline()).toBe(11_000)
  ua.wake(10_999)
  expect(seen()).toEqual([])
  ua.wake(11_000)
  expect(seen()).toEqual(['sip subscribe w sip:bob@example.com dialog'])
  notify(DIALOG, dialogs(7, true, entry('1', 'confirmed')))
  expect(seen()).toEqual([`${WATCHED}busy 1 confirmed`])
})

test.each([
  ['tried again', 3000],
  ['over', undefined],
])('the subscription is down, %s: nothing is known, which is not idle', (_name, retryMs) => {
  const { state, notify, seen, subscribe } = setOut()
  notify(DIALOG, dialogs(5, true, entry('1', 'confirmed')))
  state('TERMINATED', retryMs)
  expect(seen()).toEqual([`${WATCHED}busy 1 confirmed`, `${WATCHED}unknown `])
  if (retryMs === undefined) subscribe()
  state('SENT')
  seen()
  // Another dialog, other versions.
  notify(DIALOG, dialogs(0, true))
  expect(seen()).toEqual([`${WATCHED}idle `])
})

test('presence: open, on the phone, nothing known any more', () => {
  const { ua, notify, seen } = setOut('presence')
  const tuple = { id: '1', basic: 'open' as const, contact: undefined, priority: undefined, notes: [] }
  const presence = { entity: 'sip:bob@example.com', tuples: [tuple], activities: [], notes: [] }
  notify(PIDF, printPidf(presence))
  notify(PIDF, printPidf({ ...presence, activities: ['on-the-phone'], notes: ['soon'] }))
  notify('', '')
  expect(seen()).toEqual([`${WATCHED}open  -`, `${WATCHED}open on-the-phone soon`, `${WATCHED}unknown  -`])
  // An empty body is none for the application (as it says itself).
  expect(ua.heard.filter(({ kind }) => kind === 'subscription-notify')).toHaveLength(2)
})

test('a mailbox stays as full as it was when its server is gone', () => {
  const { state, notify, seen } = setOut('message-summary')
  notify('application/simple-message-summary', 'Messages-Waiting: yes\r\nVoice-Message: 2/0\r\n')
  notify('', '')
  state('TERMINATED', 1000)
  state('SENT')
  expect(seen()).toEqual([`${WATCHED}mailbox true 2`])
})

test.each([
  [
    'reg',
    'application/reginfo+xml',
    '<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full"><registration id="1" aor="sip:b@c" state="active"/></reginfo>',
    'registrations 1',
  ],
  [
    'conference',
    'application/conference-info+xml',
    '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:b@c" version="0"><users><user entity="sip:x@y"/></users></conference-info>',
    'conference 1',
  ],
])('%s', (event, type, body, line) => {
  const { state, notify, seen } = setOut(event)
  notify(type, body)
  state('TERMINATED', 1000)
  expect(seen()).toEqual([WATCHED + line, WATCHED + line.replace('1', '-')])
})

test('what cannot be read changes nothing, and is told as it is', () => {
  const { ua, notify, seen } = setOut()
  notify(DIALOG, dialogs(0, true))
  notify(DIALOG, '<dialog-info')
  notify('text/plain', dialogs(1, true, entry('1', 'early')))
  expect(seen()).toEqual([`${WATCHED}idle `])
  expect(ua.heard.filter(({ kind }) => kind === 'subscription-notify')).toHaveLength(3)
})

function list(version: number, full: boolean, resources: Record<string, string | undefined>): [string, string] {
  const uris = Object.keys(resources)
  const rlmi = uris
    .map((uri) => {
      const content = resources[uri]
      const state = content === undefined ? 'state="terminated"' : `state="active" cid="${uri}"`
      return `<resource uri="${uri}"><name>N ${uri}</name><instance id="1" ${state}/></resource>`
    })
    .join('')
  const root = `<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:team@example.com" version="${version}" fullState="${full}">${rlmi}</list>`
  const parts = uris.flatMap((uri) => {
    const content = resources[uri]
    return content === undefined ? [] : `--b\r\nContent-ID: <${uri}>\r\nContent-Type: ${DIALOG}\r\n\r\n${content}\r\n`
  })
  const body = `--b\r\nContent-ID: <root>\r\nContent-Type: application/rlmi+xml\r\n\r\n${root}\r\n${parts.join('')}--b--\r\n`
  return ['multipart/related;type="application/rlmi+xml";boundary=b', body]
}

test('a list: each of its resources by itself; what a document leaves out or ends is not known', () => {
  const { ua, notify, seen } = setOut('dialog', true)
  expect(ua.sent.at(-1)).toMatchObject({
    headers: [
      { name: 'Supported', value: 'eventlist' },
      { name: 'Accept', value: 'multipart/related, application/rlmi+xml' },
    ],
  })
  notify(...list(0, true, { x: dialogs(0, true), y: dialogs(0, true, entry('1', 'confirmed')) }))
  expect(ua.heard.at(-1)).toMatchObject({ uri: 'y', name: 'N y' })
  notify(...list(1, false, { x: dialogs(1, false, entry('2', 'early')) }))
  notify(...list(1, false, { x: undefined }))
  expect(seen()).toEqual([
    'app watched w x idle ',
    'app watched w y busy 1 confirmed',
    'app watched w x ringing 2 early',
  ])
  // One was lost: what this one says counts, and the rest is asked for.
  notify(...list(3, false, { x: dialogs(2, false, entry('2', 'terminated')) }))
  expect(seen()).toEqual(['sip subscribe w sip:bob@example.com dialog', 'app watched w x idle '])
  notify(...list(4, true, { x: undefined }))
  expect(seen()).toEqual(['app watched w x unknown ', 'app watched w y unknown '])
})

test('refused by the engine: nothing of it stays', () => {
  const ua = uaScript()
  ua.account()
  ua.app({
    kind: 'subscribe',
    subscription: 'w',
    account: 'a',
    target: 'bob',
    event: 'dialog',
    expires: 1,
    headers: [],
  })
  ua.sip({ kind: 'rejected', command: 'subscribe', id: 'w', reason: 'no such event package' })
  ua.lines()
  ua.sip({
    kind: 'subscription-notify',
    id: 'w',
    contentType: DIALOG,
    body: dialogs(0, true),
    request: request('NOTIFY'),
  })
  expect(ua.lines()).toEqual([])
})

test.each([
  ['check-sync;reboot=true', '', 'app check-sync a true'],
  ['check-sync;reboot = FALSE', '', 'app check-sync a false'],
  ['check-sync', '', 'app check-sync a undefined'],
  [
    'message-summary',
    'Messages-Waiting: yes\r\nVoice-Message: 3/1\r\n',
    'app watched - sip:alice@example.com mailbox true 3',
  ],
  ['message-summary', 'nonsense', undefined],
])('unasked: %s %j', (header, body, line) => {
  const ua = uaScript()
  ua.account()
  ua.lines()
  const headers = [`Event: ${header}`, 'Content-Type: application/simple-message-summary']
  const event = header.replace(/;.*/, '')
  ua.sip({ kind: 'notify-incoming', event, request: request('NOTIFY', headers, body) })
  ua.sip({ kind: 'notify-incoming', event, request: request('NOTIFY', headers, body, 'nobody@example.net') })
  expect(ua.lines()).toEqual(line === undefined ? [] : [line])
})

test('packages are added through the user agent', () => {
  const ua = uaScript()
  ua.app({ kind: 'add-package', event: 'Weather', types: ['text/x-sky', 'text/plain'] })
  ua.sip({ kind: 'rejected', command: 'add-package', id: 'weather', reason: 'that event package is known' })
  expect(ua.lines().slice(-2)).toEqual([
    'sip add-package weather text/x-sky, text/plain',
    'app refused add-package weather: that event package is known',
  ])
})
