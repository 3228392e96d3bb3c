// The place of a JSON error.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFault } from './json-fault.ts'

test.each([
  ['{"a": 1, "b": [true, null, -1.5e3, "\\u00e9"]}', undefined],
  ['', 0],
  ['{"a": hunter}', 6],
  ['{"a": 1,}', 8],
  ['[1, 2', 5],
  ['[1 2]', 3],
  ['{"a" 1}', 5],
  ['{a: 1}', 1],
  ['"unended', 0],
  ['01', 1],
  ['{} x', 3],
  ['[}', 1],
])('%s', (text, place) => expect(jsonFault(text)).toBe(place))

test('it finds a fault exactly where the engine refuses', () => {
  const refused = (text: string) => {
    try {
      JSON.parse(text)
      return false
    } catch {
      return true
    }
  }
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '1', '\\', ' ', '{'))
    .map(([json, at, put]) => {
      const place = at % (json.length + 1)
      return json.slice(0, place) + put + json.slice(place + 1)
    })
  fc.assert(
    fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => (jsonFault(text) !== undefined) === refused(text)),
    { numRuns: 2000 },
  )
})
