// What is held is given back; what did not come to its end is told all the same.
import { expect, test } from 'vitest'
import type { UaCommand, UaEvent } from '../ua/contract.ts'
import { createDeparture } from './departure.ts'

const line = (registration: 'registered' | 'unregistered'): UaEvent => ({
  ...{ kind: 'account-state', account: 'main', registration, status: 200, reason: 'OK' },
  ...{ cause: undefined, expires: 300, retryMs: undefined },
})
const peer = { uri: 'sip:101@lab', display: '', number: '101' }
const call = (state: 'confirmed' | 'disconnected'): UaEvent => ({
  ...{ kind: 'call-state', call: 'out:1', account: 'main', state, previous: 'early', peer },
  ...{ status: 200, reason: 'OK', cause: undefined },
})
const account = (kind: 'set-account'): UaCommand => ({ kind, account: 'main', config: undefined as never })

test('nothing held, nothing to wait for', async () => {
  const sent: UaCommand[] = []
  const departure = createDeparture()
  departure.commanded(account('set-account'))
  await departure.leave((command) => sent.push(command), 60_000)
  expect(sent).toEqual([])
})

test('accounts are removed, and leaving is over when the last call and binding are', async () => {
  const departure = createDeparture()
  departure.commanded(account('set-account'))
  departure.told(line('registered'))
  departure.told(call('confirmed'))
  const sent: UaCommand[] = []
  const order: string[] = []
  const gone = departure.leave((command) => sent.push(command), 60_000).then(() => order.push('gone'))
  expect(sent).toEqual([{ kind: 'remove-account', account: 'main' }])
  departure.told(line('unregistered'))
  await Promise.resolve()
  order.push('unregistered')
  departure.told(call('disconnected'))
  await gone
  expect(order).toEqual(['unregistered', 'gone'])
  expect(departure.untold()).toEqual([])
})

test('a subscription is waited for too', async () => {
  const departure = createDeparture()
  departure.commanded(account('set-account'))
  const state = (final: boolean): UaEvent => ({
    ...{ kind: 'subscription-state', subscription: 'mail', account: 'main', state: 'ACTIVE', previous: 'ACTIVE' },
    ...{ status: 0, reason: '', cause: undefined, retryMs: undefined, final },
  })
  departure.told(state(false))
  const sent: UaCommand[] = []
  const order: string[] = []
  const gone = departure.leave((command) => sent.push(command), 60_000).then(() => order.push('gone'))
  await Promise.resolve()
  order.push('waited')
  departure.told(state(true))
  await gone
  expect(sent).toHaveLength(1)
  expect(order).toEqual(['waited', 'gone'])
})

test('what did not end in time is told to have ended', async () => {
  const departure = createDeparture()
  departure.commanded(account('set-account'))
  departure.told(line('registered'))
  departure.told(call('confirmed'))
  await departure.leave(() => {}, 1)
  expect(departure.untold()).toMatchObject([
    { kind: 'call-state', call: 'out:1', state: 'disconnected', previous: 'confirmed', cause: 'transport' },
    { kind: 'account-state', account: 'main', registration: 'unregistered', cause: 'transport' },
  ])
})
