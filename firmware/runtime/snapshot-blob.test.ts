// What is left of a snapshot's file without the cache at its end, on files made by hand, and on files that are something else.
import { expect, test } from 'vitest'
import { withoutCodeCache } from './snapshot-blob.ts'

const word = (value: number, bytes: 4 | 8): Buffer => {
  const word = Buffer.alloc(bytes)
  word.writeUInt32LE(value)
  return word
}
const text = (text: string) => Buffer.concat([word(text.length, 8), Buffer.from(text)])
const cache = (...entries: readonly (readonly [string, string])[]) =>
  Buffer.concat([word(entries.length, 8), ...entries.flatMap(([name, code]) => [text(name), text(code)])])
/** With flags, V8's part, Node's own, and the cache. */
const file = (flags: number, end: Buffer, heap = 'a heap') =>
  Buffer.concat([
    Buffer.from([0x19, 0xda, 0x43, 0x01, 1]),
    ...['24.21.0', 'arm64', 'linux'].map(text),
    ...[word(flags, 4), word(heap.length, 4), Buffer.from(heap)],
    ...[word(2, 8), text('one'), text('two'), word(7, 8), end],
  ])

test('the cache is gone, its list is empty, and the file says that it has none', () => {
  const whole = file(0, cache(['net', 'code of net'], ['internal/url', '']))
  expect(withoutCodeCache(whole)).toEqual(file(1, cache()))
  expect(withoutCodeCache(file(2, cache(['net', 'c'])))).toEqual(file(3, cache()))
})

test('what looks like a list and does not end with the file is none', () => {
  const heap = cache(['net', 'code'], ['url', 'code']).toString('latin1')
  expect(withoutCodeCache(file(0, cache(['net', 'code']), heap))).toEqual(file(1, cache(), heap))
})

test('a file without a cache, or with two that it could be, is refused', () => {
  expect(() => withoutCodeCache(file(1, cache()))).toThrow(/expected one code cache at its end, found 0/)
  // The second is all of the first one's last string.
  const two = file(0, cache(['net', cache(['url', 'code']).toString('latin1')]))
  expect(() => withoutCodeCache(two)).toThrow(/expected one code cache at its end, found 2/)
  expect(() => withoutCodeCache(file(0, cache(['net', 'code'])).subarray(0, -1))).toThrow(/found 0/)
  for (const length of [0, 4, 12, 40]) expect(() => withoutCodeCache(Buffer.alloc(length))).toThrow()
})
