// What provisioning is told of lines and of the handset.
import { expect, test } from 'vitest'
import { readDesired } from '../../provisioning/schema/desired.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import { text } from '../../provisioning/testing/documents.ts'
import type { UaEvent } from '../ua/contract.ts'
import { audioHealth, lineHealth, lineReason } from './health.ts'

type State = Extract<UaEvent, { kind: 'account-state' }>
const state = (
  registration: State['registration'],
  status: number,
  retryMs: number | undefined,
  cause: State['cause'] = undefined,
): State => ({
  ...{ kind: 'account-state', account: 'main', registration, status, reason: '', cause },
  ...{ expires: 0, retryMs },
})

test.each([
  [state('registered', 200, undefined), 'registered'],
  [state('registering', 0, undefined), 'trying'],
  [state('unregistered', 408, 30_000), 'trying'],
  [state('unregistered', 503, 30_000, 'transport'), 'trying'],
  [state('unregistered', 480, 30_000, 'remote'), 'trying'],
  [state('unregistered', 401, 270_000, 'authentication'), 'refused'],
  [state('unregistered', 403, 270_000, 'remote'), 'refused'],
  [state('unregistered', 404, 270_000, 'remote'), 'refused'],
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

test('the reason is in the words of the display', () => {
  const read = readDesired(text(), plainFormats)
  if (!read.ok) throw new Error('the document')
  const { config } = read.value
  expect(lineReason(state('unregistered', 401, 270_000, 'authentication'), config)).toBe('wrong password')
  expect(lineReason(state('unregistered', 408, 1000, 'timeout'), config)).toBe('no answer from example.com')
  expect(lineReason(state('unregistered', 408, 1000, 'timeout'), undefined)).toBe('no answer from the registrar')
  expect(lineReason(state('unregistered', 200, undefined), config)).toBe('')
  expect(lineReason(state('registering', 0, undefined), config)).toBe('')
})
