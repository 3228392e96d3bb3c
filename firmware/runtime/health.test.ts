// What provisioning is told of lines and of the handset.
import { expect, test } from 'vitest'
import type { UaEvent } from '../ua/contract.ts'
import { audioHealth, lineHealth } from './health.ts'

type State = Extract<UaEvent, { kind: 'account-state' }>
const state = (registration: State['registration'], status: number, retryMs: number | undefined): State => ({
  ...{ kind: 'account-state', account: 'main', registration, status, reason: '', cause: undefined },
  ...{ expires: 0, retryMs },
})

test.each([
  [state('registered', 200, undefined), 'registered'],
  [state('registering', 0, undefined), 'trying'],
  [state('unregistered', 408, 30_000), 'trying'],
  [state('unregistered', 403, undefined), 'refused'],
  [state('unregistered', 200, undefined), 'trying'],
] as const)('%j is %s', (event, health) => {
  expect(lineHealth(event)).toBe(health)
})

test('only the handset counts as audio', () => {
  expect(audioHealth({ kind: 'port-opened', port: 'handset', rate: 16000, detail: '' })?.state).toBe('working')
  expect(audioHealth({ kind: 'port-lost', port: 'handset', reason: 'unplugged' })).toEqual({
    state: 'failed',
    reason: 'unplugged',
  })
  expect(audioHealth({ kind: 'port-failed', port: 'call:1', reason: 'x' })).toBeUndefined()
  expect(audioHealth({ kind: 'pairs-failed', reason: 'x' })).toBeUndefined()
})
