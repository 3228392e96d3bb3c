// Two of our user agents at Kamailio's presence server: one publishes, the other watches; presence, calls, a mailbox, and a list.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import type { Kamailio } from './kamailio.ts'
import { DOMAIN, startPresenceServer } from './kamailio-presence.ts'

const USERS = { alice: 'alice-secret', bob: 'bob-secret' } as const
let server: Kamailio
let alice: ConsoleProcess
let bob: ConsoleProcess

async function party(user: keyof typeof USERS): Promise<ConsoleProcess> {
  const consoleOf = startConsole()
  await consoleOf.do({ do: 'start', address: '127.0.0.1' })
  await consoleOf.do({
    ...{ do: 'account', account: user, aor: `sip:${user}@${DOMAIN}`, password: USERS[user] },
    ...{ registrar: `sip:${DOMAIN}`, proxies: [`sip:${server.domain}`] },
  })
  await consoleOf.heard({ event: 'registration', state: 'registered' })
  return consoleOf
}

beforeAll(async () => {
  const resources = [`sip:bob@${DOMAIN}`, `sip:carol@${DOMAIN}`]
  server = await startPresenceServer(USERS, [{ owner: 'alice', uri: `sip:team@${DOMAIN}`, resources }])
  ;[alice, bob] = await Promise.all([party('alice'), party('bob')])
}, 30_000)
afterAll(async () => {
  await Promise.all([alice?.end(), bob?.end()])
  await server?.stop()
})

/** What Alice is told next of a subscription, with everything `pattern` has. */
const told = (subscription: string, pattern: object, from: number) =>
  alice.heard({ event: 'watched', subscription, ...pattern }, from)

const subscribe = (event: string, to: string = 'bob') =>
  alice.do({ do: 'subscribe', to, event, subscription: event, expires: 600 })

test('presence: unknown, published, changed, taken back', { timeout: 30_000 }, async () => {
  await subscribe('presence')
  await alice.heard({ event: 'subscription-state', subscription: 'presence', state: 'ACTIVE' })
  let from = alice.lines.length
  await bob.do({ do: 'set-presence', basic: 'open', activities: ['meeting'], note: 'Raum 3 – später', publish: true })
  await bob.heard({ event: 'publication-state', publication: 'own:presence:bob', state: 'published', status: 200 })
  await told('presence', { basic: 'open', activities: ['meeting'], note: 'Raum 3 – später' }, from)
  from = alice.lines.length
  await bob.do({ do: 'set-presence', basic: 'closed', publish: true })
  await told('presence', { basic: 'closed', activities: [] }, from)
  await bob.do({ do: 'set-presence', basic: 'open', publish: true })
  await told('presence', { basic: 'open' }, from)
  from = alice.lines.length
  await bob.do({ do: 'set-presence' })
  await bob.heard({ event: 'publication-state', state: 'unpublished', final: true })
  const last = await told('presence', {}, from)
  expect(last.basic).not.toBe('open')
})

const DIALOG = (version: number, state: string) =>
  `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:bob@${DOMAIN}"><dialog id="1" call-id="c" local-tag="l" remote-tag="r" direction="recipient"><state>${state}</state><remote><identity>sip:carol@${DOMAIN}</identity></remote></dialog></dialog-info>`

test('calls: what is published of them arrives with how to take one', { timeout: 30_000 }, async () => {
  await subscribe('dialog')
  await alice.heard({ event: 'subscription-state', subscription: 'dialog', state: 'ACTIVE' })
  const publish = (version: number, state: string) =>
    bob.do({
      ...{ do: 'publish', event: 'dialog', publication: 'calls', expires: 600, body: DIALOG(version, state) },
      contentType: 'application/dialog-info+xml',
    })
  let from = alice.lines.length
  await publish(0, 'early')
  const pickup = { target: `sip:carol@${DOMAIN}`, replaces: 'c;to-tag=r;from-tag=l;early-only' }
  await told('dialog', { busy: 'ringing', dialogs: [{ pickup }] }, from)
  from = alice.lines.length
  await publish(1, 'confirmed')
  await told('dialog', { busy: 'busy' }, from)
  from = alice.lines.length
  await publish(2, 'terminated')
  await told('dialog', { busy: 'idle', dialogs: [] }, from)
})

test('a mailbox', { timeout: 30_000 }, async () => {
  await subscribe('message-summary')
  await alice.heard({ event: 'subscription-state', subscription: 'message-summary', state: 'ACTIVE' })
  const from = alice.lines.length
  await bob.do({
    ...{ do: 'publish', event: 'message-summary', contentType: 'application/simple-message-summary', expires: 600 },
    body: `Messages-Waiting: yes\r\nMessage-Account: sip:bob@${DOMAIN}\r\nVoice-Message: 3/1 (1/0)\r\n`,
  })
  const counts = { voice: { fresh: 3, old: 1, urgentFresh: 1, urgentOld: 0 } }
  await told('message-summary', { messages: { waiting: true, counts } }, from)
})

test('a list: whole, then what has changed', { timeout: 30_000 }, async () => {
  await bob.do({ do: 'set-presence', basic: 'open', note: 'here', publish: true })
  let from = alice.lines.length
  await alice.do({ do: 'subscribe', to: 'team', event: 'presence', subscription: 'team', list: true, expires: 600 })
  await told('team', { uri: `sip:carol@${DOMAIN}`, basic: 'unknown' }, from)
  await told('team', { uri: `sip:bob@${DOMAIN}`, basic: 'open', note: 'here' }, from)
  from = alice.lines.length
  await bob.do({ do: 'set-presence', basic: 'closed', note: 'gone', publish: true })
  await told('team', { uri: `sip:bob@${DOMAIN}`, basic: 'closed', note: 'gone' }, from)
  const notify = await alice.heard({ event: 'subscription-notify', subscription: 'team' }, from)
  expect(notify.contentType).toMatch(/^multipart\/related/)
  expect(notify.body).toContain('fullState="false"')
})

test('all of it proved with a password, and given up in order', { timeout: 30_000 }, async () => {
  for (const subscription of ['presence', 'dialog', 'message-summary']) {
    const from = alice.lines.length
    await alice.do({ do: 'unsubscribe', subscription })
    await alice.heard({ event: 'subscription-state', subscription, state: 'TERMINATED', final: true }, from)
  }
  await expect.poll(server.log).toContain('SUBSCRIBE of presence from alice')
  await expect.poll(server.log).toContain('PUBLISH of dialog from bob')
})
