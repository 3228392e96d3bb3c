import { describe, expect, test } from 'vitest'
import type { Cause } from '../sip/core/contract.ts'
import { endReason, refusalReason, refusalTone, registrationReason } from './reasons.ts'

const outcome = (status: number, cause?: Cause, reason = 'Some Reason') => ({ status, reason, cause })

describe('why a line is not registered', () => {
  test.each([
    [outcome(401), 'wrong password'],
    [outcome(403), 'wrong password'],
    [outcome(403, 'remote'), 'wrong password'],
    [outcome(401, 'authentication'), 'wrong password'],
    [outcome(404), 'unknown user'],
    [outcome(408, 'timeout'), 'no answer from pbx'],
    [outcome(408), 'no answer from pbx'],
    [outcome(503, 'resolution'), 'cannot find pbx'],
    [outcome(503, 'transport'), 'network unreachable'],
    [outcome(503), 'pbx has a problem: 503 Some Reason'],
    [outcome(488, 'remote', ''), 'pbx refused: 488'],
    [outcome(200), 'not registered'],
  ])('%j: %s', (given, words) => expect(registrationReason(given, 'pbx')).toBe(words))
})

describe('why a call ended', () => {
  test.each([
    [outcome(200, 'remote'), 'other side hung up'],
    [outcome(200), 'other side hung up'],
    [outcome(0, 'local'), 'call ended'],
    [outcome(408, 'timeout'), 'connection lost'],
    [outcome(503, 'transport'), 'connection lost'],
    [outcome(488, 'protocol'), 'call failed'],
  ])('answered %j: %s', (given, words) => expect(endReason(given)).toBe(words))

  test.each([
    [outcome(486, 'remote'), 'busy', 'busy'],
    [outcome(600, 'remote'), 'busy', 'busy'],
    [outcome(404, 'remote'), 'unknown number', 'congestion'],
    [outcome(603, 'remote'), 'declined', 'congestion'],
    [outcome(488, 'protocol'), 'no sound agreed on', 'congestion'],
    [outcome(408, 'timeout'), 'no answer from the network', 'congestion'],
    [outcome(503, 'resolution'), 'host not found', 'congestion'],
    [outcome(503, 'transport'), 'network unreachable', 'congestion'],
    [outcome(403, 'authentication'), 'wrong password', 'congestion'],
    [outcome(499, 'remote', 'Odd'), '499 Odd', 'congestion'],
  ])('unanswered %j: %s, %s tone', (given, words, tone) => {
    expect(refusalReason(given)).toBe(words)
    expect(refusalTone(given.status)).toBe(tone)
  })
})
