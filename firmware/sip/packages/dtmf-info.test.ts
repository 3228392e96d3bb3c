// Digits in bodies of INFO, as others write them.
import { describe, expect, test } from 'vitest'
import { digitIn } from './dtmf-info.ts'

describe('a digit', () => {
  test.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5', 160],
    ['application/dtmf-relay', 'Signal= 5\r\nDuration= 250', '5', 250],
    ['application/dtmf-relay', 'signal=a', 'A', 160],
    ['application/dtmf-relay', 'Signal=10\r\nDuration=100\r\n', '*', 100],
    ['application/dtmf-relay', 'Signal=11', '#', 160],
    ['application/dtmf', '#', '#', 160],
    ['application/dtmf', '3\r\n', '3', 160],
    ['Application/DTMF;charset=utf-8', '3', '3', 160],
  ])('%s %j', (type, body, digit, durationMs) => {
    expect(digitIn({ contentType: type, content: body })).toEqual({ digit, durationMs })
  })
  test.each([
    ['application/dtmf-relay', 'Signal=!'],
    ['application/dtmf-relay', 'Signal=55'],
    ['application/dtmf', 'hello'],
    ['application/hook-flash', '1'],
    ['text/plain', '5'],
  ])('%s %j is none', (type, body) => {
    expect(digitIn({ contentType: type, content: body })).toBeUndefined()
  })
  test('without a type is none', () => expect(digitIn({ contentType: '', content: '5' })).toBeUndefined())
})
