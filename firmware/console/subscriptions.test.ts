// Subscriptions of a console to a notifier on loopback, end to end.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../testing/console.ts'
import { MAILBOX, type Notifier, startNotifier } from '../testing/notifier.ts'

let notifier: Notifier
let consoleOf: ConsoleProcess
beforeEach(async () => {
  notifier = await startNotifier()
  consoleOf = startConsole()
})
afterEach(async () => {
  await consoleOf.end()
  notifier.close()
})

async function started(more: object = {}) {
  await consoleOf.do({ do: 'start', address: '127.0.0.1', ...more })
  await consoleOf.do({ do: 'account', account: 'a', aor: 'sip:a@127.0.0.1' })
}
const subscribe = (more: object = {}) =>
  consoleOf.try({ do: 'subscribe', to: `sip:mail@127.0.0.1:${notifier.port}`, event: 'message-summary', ...more })
const state = (state: string) => consoleOf.heard({ event: 'subscription-state', state })

test('voice mail: told, told again, ended there', { timeout: 20_000 }, async () => {
  await started()
  expect(await subscribe({ headers: { 'X-Box': '7' }, expires: 600 })).toMatchObject({ subscription: 'subscription:1' })
  await state('SENT')
  expect(await state('ACTIVE')).toMatchObject({ subscription: 'subscription:1', account: 'a', final: false })
  await consoleOf.heard({ event: 'subscription-notify', body: MAILBOX })
  const [request] = notifier.subscribes
  expect(request?.header('Accept')).toBe('application/simple-message-summary')
  expect([request?.header('Expires'), request?.header('X-Box')]).toEqual(['600', '7'])
  notifier.notify('active', 'Messages-Waiting: no\r\n')
  await consoleOf.heard({
    ...{ event: 'subscription-notify', subscription: 'subscription:1', body: 'Messages-Waiting: no\r\n' },
    contentType: 'application/simple-message-summary',
  })
  notifier.notify('terminated;reason=noresource')
  expect(await state('TERMINATED')).toMatchObject({ reason: 'noresource', cause: 'remote', final: true })
  expect(await consoleOf.try({ do: 'unsubscribe', subscription: 'subscription:1' })).toMatchObject({
    error: { what: 'unknown subscription' },
  })
  expect(notifier.answers).toEqual([200, 200, 200])
})

test('packages of the user’s own, and unsubscribing', { timeout: 20_000 }, async () => {
  await started({ events: { 'x-Weather': ['text/x-sky', 'text/plain'] } })
  expect(await subscribe()).toMatchObject({ ok: false, error: { what: 'no such event package' } })
  expect(await subscribe({ event: 'x-weather', subscription: 'sky' })).toMatchObject({ ok: true, subscription: 'sky' })
  await state('ACTIVE')
  expect(notifier.subscribes[0]?.header('Accept')).toBe('text/x-sky, text/plain')
  await consoleOf.do({ do: 'unsubscribe', subscription: 'sky' })
  expect(await state('TERMINATED')).toMatchObject({ subscription: 'sky', cause: 'local', final: true })
})

test('leaving gives subscriptions up', { timeout: 20_000 }, async () => {
  await started()
  await subscribe()
  await state('ACTIVE')
  expect(await consoleOf.end()).toBe(0)
  expect(await state('TERMINATED')).toMatchObject({ final: true })
  expect(notifier.subscribes.map((request) => request.header('Expires'))).toEqual(['3600', '0'])
})
