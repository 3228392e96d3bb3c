// Secrets are in no text that is made of them, and still can be compared.
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret, sameWithSecrets } from './secret.ts'

test('nothing printed shows it', () => {
  const secret = new Secret('hunter2')
  for (const text of [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { depth: 5 })])
    expect(text).not.toContain('hunter2')
})

test('the same, secrets included', () => {
  const data = (secret: string, more = 1) => ({ list: [{ k: new Secret(secret) }], more })
  expect(sameWithSecrets(data('a'), data('a'))).toBe(true)
  expect(sameWithSecrets(data('a'), data('b'))).toBe(false)
  expect(sameWithSecrets(data('a'), data('a', 2))).toBe(false)
  expect(sameWithSecrets(new Secret('a'), new Secret('b'))).toBe(false)
  expect(sameWithSecrets({ k: new Secret('a') }, { k: 'a' })).toBe(false)
  expect(sameWithSecrets(undefined, undefined)).toBe(true)
})
