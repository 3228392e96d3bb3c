// Digit maps: the grammar with its faults, and what a map makes of what is dialled.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DialMap, dialMapFault, parseDialMap } from './dial-map.ts'
import { applyDialMap, explain, MATCHED_MS, resolveNumber, waitAfter } from './dial-plan.ts'

function map(text: string): DialMap {
  const parsed = parseDialMap(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.what}`)
  return parsed.value
}
const OFFICE = '[2-9]xxxxxx|1xx|0T|00<=49>,x.T|*xx|<9=>,[1-8]x.T'

describe('the grammar', () => {
  test.each([
    [' ', 'at character 2: a rule without a key'],
    ['1xx|', 'at character 5: a rule without a key'],
    ['(1xx', 'at character 1: this ( is not closed'],
    ['[2-9', 'at character 1: this [ is not closed'],
    ['[]x', 'at character 1: no key between [ and ]'],
    ['[9-2]', 'at character 2: a range goes from a digit up to a higher one'],
    ['[2-]', 'at character 2: a range goes from a digit up to a higher one'],
    ['[2|3]', 'at character 3: not a key'],
    ['1[2|3]', 'at character 4: not a key'],
    ['<9', 'at character 1: this < is not closed'],
    ['<9>1', 'at character 1: a rewrite is written <a=b>'],
    ['<x=1>1', 'at character 2: not a key'],
    ['<=49>', 'at character 1: a rule without a key'],
    ['.1', 'at character 1: a . follows a key, x or [ ]'],
    ['1..', 'at character 3: a . follows a key, x or [ ]'],
    ['1T2', 'at character 3: nothing comes after T'],
    ['1T|T', 'at character 4: a rule without a key'],
    ['1 2', 'at character 2: " " has no meaning here'],
    ['12y', 'at character 3: "y" has no meaning here'],
    ['1'.repeat(65), 'at character 65: a rule has at most 64 steps'],
    [Array(65).fill('1').join('|'), 'at character 129: a map has at most 64 rules'],
    ['1'.repeat(1025), 'at character 1025: a map has at most 1024 characters'],
  ])('%s: %s', (text, fault) => {
    expect(dialMapFault(text)).toBe(fault)
  })
  test.each(['', '(1xx)', ' ( 1xx | 2xx ) ', 'x.T', '[0-9*#]', '[1-46-9a]', '<00=+>x.T', OFFICE])(
    '%s is right',
    (text) => {
      expect(dialMapFault(text)).toBe(undefined)
    },
  )
  test('any text is a map or a fault within it, and no map makes the phone fail', () => {
    const chars = fc.constantFrom(...'0123x.T[]-<=>,|()*#9 AZ+')
    fc.assert(
      fc.property(
        fc.string({ unit: chars, maxLength: 40 }),
        fc.string({ unit: fc.constantFrom(...'0129*#') }),
        (text, digits) => {
          const parsed = parseDialMap(text)
          if (!parsed.ok) return void expect(parsed.error.at).toBeLessThanOrEqual(text.length)
          const { state, number } = applyDialMap(parsed.value, digits)
          expect(['matched', 'open', 'none']).toContain(state)
          expect(number.length > 0 || digits === '').toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })
  test('a map made to be slow is not', () => {
    const slow = map(Array(64).fill('x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.x.T').join('|').slice(0, 1023))
    const begun = performance.now()
    applyDialMap(slow, '1'.repeat(64))
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

describe('what is dialled', () => {
  test.each([
    ['2', 'open', '2', undefined],
    ['2345678', 'matched', '2345678', '[2-9]xxxxxx'],
    ['12', 'open', '12', undefined],
    ['123', 'matched', '123', '1xx'],
    ['1234', 'none', '1234', undefined],
    ['0', 'open', '0', '0T'],
    ['00', 'open', '0049', '00<=49>,x.T'],
    ['0030', 'open', '004930', '00<=49>,x.T'],
    ['*47', 'matched', '*47', '*xx'],
    ['9', 'open', '9', undefined],
    ['91', 'open', '1', '<9=>,[1-8]x.T'],
    ['91234567', 'open', '1234567', '<9=>,[1-8]x.T'],
  ])('%s is %s and calls %s by %s', (digits, state, number, rule) => {
    expect(applyDialMap(map(OFFICE), digits)).toMatchObject({ state, number, rule })
  })
  test('without a map every number waits for more and is called as entered', () => {
    expect(applyDialMap(undefined, '101')).toEqual({ state: 'open', number: '101', rule: undefined, tone: false })
  })
  test('the dial tone sounds again behind a comma, until the next key', () => {
    const tone = (digits: string) => applyDialMap(map(OFFICE), digits).tone
    expect(['', '9', '91', '00', '003'].map(tone)).toEqual([false, true, false, true, false])
  })
  test('emergency numbers are called as they are, whatever the map makes of them', () => {
    const hostile = map('<112=>1xx|<1=9>xx|110xxxx|11')
    expect(resolveNumber(hostile, '112')).toBe('112')
    expect(resolveNumber(hostile, '911')).toBe('911')
    expect(applyDialMap(hostile, '110')).toMatchObject({ state: 'open', number: '110' })
    expect(applyDialMap(hostile, '911').state).toBe('matched')
  })
  test('a complete number waits half a second, an unfinished or unknown one for more', () => {
    const wait = (digits: string) => waitAfter(map(OFFICE), digits, 4000)
    expect([wait('123'), wait('12'), wait('0'), wait('1234')]).toEqual([MATCHED_MS, 4000, 4000, 4000])
  })
  test('the tester says it in words', () => {
    expect(['123', '91', '9', '1234', '112'].map((digits) => explain(map(OFFICE), digits))).toEqual([
      '123 calls 123 (rule 1xx), at once',
      '91 calls 1 (rule <9=>,[1-8]x.T), when nothing more comes',
      '9 calls 9 (no rule), when nothing more comes; dial tone sounds',
      '1234 calls 1234 (no rule), when nothing more comes',
      '112 calls 112 (emergency number), at once',
    ])
  })
})
