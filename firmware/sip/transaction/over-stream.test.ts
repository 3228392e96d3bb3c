// The four transaction machines over a stream (RFC 3261 Table 4): nothing is sent again, D, I, J and K are zero.
import { expect, test } from 'vitest'
import { FOREVER, ms } from '../../base/time.ts'
import { type ClientAction, inviteClientDeadline, startInviteClient, stepInviteClient } from './invite-client.ts'
import { inviteServerDeadline, type ServerAction, startInviteServer, stepInviteServer } from './invite-server.ts'
import { nonInviteClientDeadline, startNonInviteClient, stepNonInviteClient } from './non-invite-client.ts'
import { startNonInviteServer, stepNonInviteServer } from './non-invite-server.ts'
import { overStream } from './timers.ts'

const T = overStream({ t1: 500, t2: 4000, t4: 5000, d: 32_000 })
const NOW = ms(0)

test('INVITE client: no A, B stays, D is zero', () => {
  const out: ClientAction[] = []
  const calling = startInviteClient(NOW, T, out)
  expect(inviteClientDeadline(calling)).toBe(32_000)
  expect(stepInviteClient(calling, { kind: 'wake' }, ms(31_999), T, out)).toBe(calling)
  expect(stepInviteClient(calling, { kind: 'response', status: 486 }, NOW, T, out).name).toBe('Terminated')
  expect(out).toEqual(['send', 'ack', 'deliver'])
  expect(stepInviteClient(calling, { kind: 'response', status: 200 }, NOW, T, out).name).toBe('Accepted')
})

test('non-INVITE client: no E, F stays, K is zero', () => {
  const out: ClientAction[] = []
  const trying = startNonInviteClient(NOW, T, out)
  expect(nonInviteClientDeadline(trying)).toBe(32_000)
  expect(stepNonInviteClient(trying, { kind: 'response', status: 200 }, NOW, T, out).name).toBe('Terminated')
  expect(out).toEqual(['send', 'deliver'])
})

test('INVITE server: no G, H stays, I is zero', () => {
  const out: ServerAction[] = []
  const completed = stepInviteServer(startInviteServer(NOW), { kind: 'respond', status: 486 }, NOW, T, out)
  expect(completed).toMatchObject({ name: 'Completed', resendAt: FOREVER })
  expect(inviteServerDeadline(completed)).toBe(32_000)
  expect(stepInviteServer(completed, { kind: 'ack' }, NOW, T, out).name).toBe('Terminated')
  expect(out).toEqual(['send'])
})

test('non-INVITE server: J is zero', () => {
  const out: ServerAction[] = []
  const trying = startNonInviteServer(NOW, T)
  expect(stepNonInviteServer(trying, { kind: 'respond', status: 200 }, NOW, T, out).name).toBe('Terminated')
  expect(out).toEqual(['send'])
})
