// docs/security.md against the tree: each promise names a test there is.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const promises = [...read('docs/security.md').matchAll(/^\| (.+) \| `([^`]+)`: (.+) \|$/gm)].map(
  ([, promise = '', path = '', name = '']) => [promise, path, name] as const,
)

test('there are promises', () => {
  expect(promises.length).toBeGreaterThan(15)
})

test.each(promises)('%s', (_, path, name) => {
  expect(read(path)).toMatch(
    new RegExp(`(test|TEST)(\\.each\\([^\\n]*\\))?\\(['"]${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`),
  )
})
