// What is taken for the kernel's words of the card.
import { expect, test } from 'vitest'
import { CARD_WORDS, wordsOf } from './card-words.ts'

test('the words of the first setting, without those that are filled in', () => {
  const script = `setenv args\n  setenv bootargs root=PARTUUID=\${root} one two=2 \${args}\n  setenv bootargs \${bootargs} three\n`
  expect(wordsOf(script)).toEqual(['one', 'two=2'])
  expect(() => wordsOf('setenv args quiet')).toThrow('boot.cmd')
})

test('the card starts with page tables as they are, and quietly', () => {
  expect(CARD_WORDS).toEqual(expect.arrayContaining(['kpti=off', 'quiet']))
})
