// What accounts tell of themselves: their calls and their presence, to subscribers and to a server.
import { expect, test } from 'vitest'
import { parseDialogInfo } from '../sip/packages/dialog-info.ts'
import { parsePresence, summaryOf } from '../sip/packages/presence.ts'
import { invite, request, sdp, uaScript } from '../testing/ua-script.ts'
import type { AccountConfig, OwnPresence } from '../ua/contract.ts'

const FROM = { address: '10.0.0.9', port: 5060 }

function setOut(watchers: NonNullable<AccountConfig['watchers']> = 'accept') {
  const ua = uaScript()
  ua.account('a', { watchers })
  ua.lines()
  const subscribe = (event: string, id = 'in:s', accept: readonly string[] = []) => {
    const asked = request('SUBSCRIBE', [`Event: ${event}`, 'Expires: 600', ...accept.map((type) => `Accept: ${type}`)])
    ua.sip({ kind: 'subscriber-incoming', id, request: asked, event, expires: 600, from: FROM })
  }
  const say = (presence: OwnPresence | undefined, publish = false, expires = 600) =>
    ua.app({ kind: 'set-presence', account: 'a', presence, publish, expires })
  /** The bodies sent since the last time, read. */
  let heard = 0
  const told = () => {
    const commands = ua.sent.slice(heard)
    heard = ua.sent.length
    return commands.flatMap((command) => {
      if (command.kind === 'unpublish') return 'unpublish'
      if (command.kind !== 'answer-subscriber' && command.kind !== 'notify' && command.kind !== 'publish') return []
      const status =
        command.kind === 'answer-subscriber' ? `${command.status} ` : command.kind === 'publish' ? 'publish ' : ''
      return status + (command.body === undefined ? '-' : shown(command.body))
    })
  }
  told()
  return { ua, subscribe, say, told }
}

function shown(body: { readonly contentType: string; readonly content: string }): string {
  const info = parseDialogInfo(body.content)
  if (info.ok) {
    const all = info.value.dialogs.map(({ state, direction, remote, local, localTag, remoteTag }) =>
      [
        state,
        direction,
        remote?.identity,
        local?.rendering === false ? 'held' : '',
        localTag ?? '-',
        remoteTag ?? '-',
      ].join(' '),
    )
    return `v${info.value.version} ${info.value.full ? 'full' : 'partial'} ${all.join(', ')}`
  }
  const presence = parsePresence(body)
  if (!presence.ok) throw new Error(presence.error.what)
  const { basic, activities, note } = summaryOf(presence.value)
  return `${body.contentType} ${basic} ${activities.join()} ${note ?? '-'}`
}

test('calls of the account, as they come, are spoken in, held, and go', () => {
  const { ua, subscribe, told } = setOut()
  subscribe('dialog')
  ua.sip({ kind: 'subscriber-state', id: 'in:s', state: 'active', reason: '', cause: 'local' })
  ua.sip({ kind: 'session-incoming', id: 'in:1', request: invite(), sdp: sdp(), localTag: 'mine' })
  ua.answer('in:1', 180)
  ua.state('in:1', 'EARLY', 180)
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED', 200)
  ua.app({ kind: 'hold', call: 'in:1' })
  ua.state('in:1', 'REINVITING')
  ua.body('in:1', 'answer', sdp({ way: 'recvonly' }), true)
  ua.state('in:1', 'CONFIRMED', 200)
  ua.hangUp('in:1')
  const [bob, tags] = ['sip:bob@example.com', 'mine 1']
  expect(told()).toEqual([
    '200 v0 full ',
    `v1 full trying recipient ${bob}  ${tags}`,
    `v2 full early recipient ${bob}  ${tags}`,
    `v3 full confirmed recipient ${bob}  ${tags}`,
    `v4 full confirmed recipient ${bob} held ${tags}`,
    'v5 full ',
  ])
})

test('a call of ours: trying, then early by its first response', () => {
  const { ua, subscribe, told } = setOut()
  subscribe('dialog')
  ua.call('c')
  ua.state('c', 'CALLING')
  ua.state('c', 'EARLY', 180)
  ua.state('c', 'DISCONNECTED', 486, 'remote')
  expect(told()).toEqual([
    '200 v0 full ',
    'v1 full trying initiator sip:101@example.com  - -',
    'v2 full early initiator sip:101@example.com  - -',
    'v3 full ',
  ])
})

test.each([
  [[], 'application/pidf+xml'],
  [['application/xpidf+xml'], 'application/xpidf+xml'],
  [['application/xpidf+xml, application/pidf+xml'], 'application/pidf+xml'],
  [['*/*'], 'application/pidf+xml'],
])('presence in what they take, %j, and that he speaks on the phone', (accept, type) => {
  const { ua, subscribe, say, told } = setOut()
  subscribe('presence', 'in:s', accept)
  ua.sip({ kind: 'session-incoming', id: 'in:1', request: invite(), sdp: sdp(), localTag: 'mine' })
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED', 200)
  ua.state('in:1', 'DISCONNECTED', 200, 'remote')
  say({ basic: 'closed', activities: [], note: undefined })
  expect(told()).toEqual([`200 ${type} open  -`, `${type} open on-the-phone -`, `${type} open  -`, `${type} closed  -`])
})

test('a type that nobody here writes: 406, and for dialogs likewise', () => {
  const { subscribe, told, ua } = setOut()
  subscribe('presence', 'in:1', ['text/plain'])
  subscribe('dialog', 'in:2', ['application/pidf+xml'])
  expect(told()).toEqual(['406 -', '406 -'])
  ua.call('c')
  expect(told()).toEqual([])
})

test('who subscribes is asked about, told by us or by the application, or refused', () => {
  const refusing = setOut('refuse')
  refusing.subscribe('dialog')
  expect(refusing.told()).toEqual(['403 -'])
  const asking = setOut('ask')
  const { ua, subscribe, told } = asking
  subscribe('dialog')
  expect(ua.lines()).toEqual(['app subscriber in:s for a dialog 600'])
  const answer = { kind: 'answer-subscriber', status: 200, reason: undefined, headers: [], state: 'active' } as const
  ua.app({ ...answer, subscriber: 'in:s', body: undefined, serve: true })
  expect(told()).toEqual(['200 v0 full '])
  subscribe('weather', 'in:w')
  ua.lines()
  ua.app({ ...answer, subscriber: 'in:w', body: undefined, serve: true })
  expect(ua.lines()).toEqual(['app refused answer-subscriber in:w: weather is not told by itself'])
  ua.app({ ...answer, subscriber: 'in:w', status: 603, body: undefined, serve: true })
  expect(told()).toEqual(['603 -'])
})

test('nothing is told any more to who has gone, or of an account that has', () => {
  const { ua, subscribe, told } = setOut()
  subscribe('dialog', 'in:1')
  subscribe('dialog', 'in:2')
  subscribe('dialog', 'in:3')
  ua.sip({ kind: 'subscriber-state', id: 'in:1', state: 'terminated', reason: '', cause: 'remote' })
  ua.sip({ kind: 'rejected', command: 'notify', id: 'in:2', reason: 'no such subscription' })
  told()
  ua.call('c')
  expect(told()).toHaveLength(1)
  ua.app({ kind: 'remove-account', account: 'a' })
  // Its end, and nothing of the call that ended with it.
  expect(told()).toEqual(['-'])
})

test('presence is published, kept up to date with the calls, and taken back', () => {
  const { ua, say, told } = setOut()
  const here = { basic: 'open', activities: ['meeting'], note: 'Bin in Raum 3 – später' } as const
  say(here)
  expect(told()).toEqual([])
  say(here, true)
  say(here, true)
  expect(told()).toEqual(['publish application/pidf+xml open meeting Bin in Raum 3 – später'])
  expect(ua.sent.at(-1)).toMatchObject({
    id: 'own:presence:a',
    target: 'sip:alice@example.com',
    event: 'presence',
    expires: 600,
  })
  const state = (now: 'published' | 'unpublished') =>
    ua.sip({
      ...{
        kind: 'publication-state',
        id: 'own:presence:a',
        state: now,
        previous: 'publishing',
        status: 200,
        reason: '',
      },
      ...{ cause: undefined, expires: 600, retryMs: undefined },
    })
  ua.lines()
  state('published')
  expect(ua.lines()).toEqual(['app own:presence:a publishing -> published 200'])
  ua.sip({ kind: 'session-incoming', id: 'in:1', request: invite(), sdp: sdp() })
  ua.answer('in:1', 200)
  ua.state('in:1', 'CONNECTING', 200)
  ua.state('in:1', 'CONFIRMED', 200)
  expect(told()).toEqual(['publish application/pidf+xml open meeting,on-the-phone Bin in Raum 3 – später'])
  say(undefined, true)
  say(undefined, true)
  expect(told()).toEqual(['unpublish'])
  state('unpublished')
  say(here, true)
  expect(told()).toHaveLength(1)
  ua.app({ kind: 'remove-account', account: 'a' })
  expect(told()).toEqual(['unpublish'])
})

test('the name of that publication is nobody else’s, and an account must be there', () => {
  const { ua } = setOut()
  const body = { contentType: 'text/plain', content: 'x' }
  ua.lines()
  ua.app({
    kind: 'publish',
    publication: 'own:presence:a',
    account: 'a',
    event: 'presence',
    expires: 1,
    headers: [],
    body,
  })
  ua.app({ kind: 'set-presence', account: 'b', presence: undefined, publish: true, expires: 600 })
  expect(ua.lines()).toEqual([
    'app refused publish own:presence:a: not a name for a publication',
    'app refused set-presence b: unknown account',
  ])
})
