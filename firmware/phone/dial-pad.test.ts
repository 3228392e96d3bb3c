import { describe, expect, test } from 'vitest'
import { erase, isEmergency, MAX_DIGITS, press, targetOf } from './dial-pad.ts'

describe('dial pad', () => {
  test.each([
    ['', '1', '1', false],
    ['1', '0', '10', false],
    ['', '*', '*', false],
    ['*', '2', '*2', false],
    ['*21', '*', '*21*', false],
    ['', '+', '+', false],
    ['', '#', '#', false],
    ['101', '#', '101', true],
    ['10', 'A', '10', false],
    ['10', '', '10', false],
    ['10', '12', '10', false],
    ['1'.repeat(MAX_DIGITS), '1', '1'.repeat(MAX_DIGITS), false],
    ['1'.repeat(MAX_DIGITS), '#', '1'.repeat(MAX_DIGITS), true],
  ])('%j then %j is %j, dial %j', (digits, key, after, dial) => {
    expect(press(digits, key)).toEqual({ digits: after, dial })
  })
  test('erase takes the last digit, from nothing nothing', () => {
    expect([erase('12'), erase('1'), erase('')]).toEqual(['1', '', ''])
  })
  test('emergency numbers are known as a whole, not by their beginning', () => {
    expect(['112', '911', '110', '999'].every(isEmergency)).toBe(true)
    expect(['1123', '11', ''].some(isEmergency)).toBe(false)
  })
  test.each([
    ['192*0*2*7', 'sip:192.0.2.7'],
    ['127*0*0*1**5070', 'sip:127.0.0.1:5070'],
    ['*47', '*47'],
    ['256*0*2*7', '256*0*2*7'],
    ['192*0*2', '192*0*2'],
    ['192*0*2*7**70000', '192*0*2*7**70000'],
    ['101', '101'],
  ])('%s is called as %s', (number, target) => {
    expect(targetOf(number)).toBe(target)
  })
})
