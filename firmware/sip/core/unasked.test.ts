// NOTIFYs nobody subscribed to, and event packages an application adds.
import { expect, test } from 'vitest'
import { ScriptedPeer } from '../../testing/scripted-peer.ts'
import { Stage } from '../../testing/stage.ts'

function setOut(trusted: readonly string[] = ['10.0.0.5']) {
  const stage = new Stage()
  const alice = stage.phone('alice', '10.0.0.1', {
    packages: { presence: 'application/pidf+xml' },
    unsolicited: ['message-summary', 'check-sync'],
    strangers: { policy: 'accept', trusted },
  })
  const server = new ScriptedPeer(stage, 'server', '10.0.0.5')
  const notify = (event: string, body = '', to = '<sip:alice@10.0.0.1>', branch = 'n1') => {
    const lines = [
      'NOTIFY sip:alice@10.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK${branch}`,
      ...['From: <sip:mail@10.0.0.5>;tag=m', `To: ${to}`, `Call-ID: ${branch}`, 'CSeq: 1 NOTIFY', `Event: ${event}`],
      ...(body === '' ? [] : ['Content-Type: application/simple-message-summary']),
    ]
    server.send(alice.local, `${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    stage.run(stage.now + 1000)
    const answer = server.received.at(-1)
    return answer?.kind === 'response' ? answer.status : 'nothing'
  }
  const heard = () => alice.all('notify-incoming').map(({ event, request }) => `${event}: ${request.body}`)
  return { stage, alice, notify, heard }
}

test('from a trusted address: answered and told, once though it comes again', () => {
  const { alice, notify, heard } = setOut()
  expect(notify('message-summary', 'Messages-Waiting: yes')).toBe(200)
  expect(notify('message-summary', 'Messages-Waiting: yes')).toBe(200)
  expect(heard()).toEqual(['message-summary: Messages-Waiting: yes'])
  expect(notify('check-sync;reboot=true', '', undefined, 'n2')).toBe(200)
  expect(heard().at(-1)).toBe('check-sync: ')
  expect(alice.engine.counts()).toMatchObject({ requests: 0 })
})

test('from a stranger: refused, nothing is told', () => {
  const { notify, heard } = setOut([])
  expect(notify('check-sync;reboot=true')).toBe(403)
  expect(heard()).toEqual([])
})

test.each([
  ['presence', undefined, 481],
  ['weather', undefined, 489],
  ['message-summary', '<sip:alice@10.0.0.1>;tag=gone', 481],
])('%s to %s is none of these', (event, to, status) => {
  const { notify, heard } = setOut()
  expect(notify(event, '', to)).toBe(status)
  expect(heard()).toEqual([])
})

test('a package that is added can be subscribed to with its types; what is known stays as it is', () => {
  const { stage, alice } = setOut()
  const subscribe = (id: string, event: string) =>
    alice.do({
      ...{ kind: 'subscribe', id, identity: alice.identity, target: 'sip:10.0.0.5', event, expires: 600 },
      ...{ headers: [], body: undefined },
    })
  const refusals = () => alice.all('rejected').map(({ command, id, reason }) => `${command} ${id}: ${reason}`)
  subscribe('a', 'weather')
  alice.do({ kind: 'add-package', id: 'weather', accept: 'text/x-sky,text/plain' })
  subscribe('b', 'weather')
  alice.do({ kind: 'add-package', id: 'weather', accept: 'text/html' })
  alice.do({ kind: 'add-package', id: 'presence', accept: 'text/html' })
  alice.do({ kind: 'add-package', id: 'no name', accept: 'text/html' })
  alice.do({ kind: 'add-package', id: 'Upper', accept: 'text/html' })
  alice.do({ kind: 'add-package', id: 'typeless', accept: 'html' })
  for (let i = 0; i < 63; i++) alice.do({ kind: 'add-package', id: `p${i}`, accept: 'text/plain' })
  stage.run(100)
  expect(refusals()).toEqual([
    'subscribe a: no such event package',
    'add-package weather: that event package is known',
    'add-package presence: that event package is known',
    'add-package no name: not a name for an event package',
    'add-package Upper: not a name for an event package',
    'add-package typeless: what it is told in is no list of media types',
    'add-package p62: too many event packages',
  ])
  const server = stage.wire.filter((line) => line.includes('SUBSCRIBE'))
  expect(server).toEqual(['alice → server SUBSCRIBE'])
})
