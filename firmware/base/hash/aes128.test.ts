// AES-128 against FIPS 197's examples, the Rijndael sets of 3GPP TS 35.207, and Node's own.
import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aes128 } from './aes128.ts'

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const hex = (block: Uint8Array) => Buffer.from(block).toString('hex')

test.each([
  [
    'FIPS 197 §B',
    '2b7e151628aed2a6abf7158809cf4f3c',
    '3243f6a8885a308d313198a2e0370734',
    '3925841d02dc09fbdc118597196a0b32',
  ],
  [
    'FIPS 197 §C.1',
    '000102030405060708090a0b0c0d0e0f',
    '00112233445566778899aabbccddeeff',
    '69c4e0d86a7b0430d8cdb78070b4c55a',
  ],
  [
    'TS 35.207 Rijndael set 1',
    '465b5ce8b199b49faa5f0a2ee238a6bc',
    'ee36f7cf037d37d3692f7f0399e7949a',
    '9e2980c59739da67b136355e3cede6a2',
  ],
  [
    'TS 35.207 Rijndael set 2',
    '0396eb317b6d1c36f19c1c84cd6ffd16',
    '93cc3640c5d6a521d81235bd0882bf0a',
    '009a9e0996561525f611667bbf79e226',
  ],
  [
    'TS 35.207 Rijndael set 3',
    'fec86ba6eb707ed08905757b1bb44b8f',
    '8f7a8f0d108b7f2d97a53eacc1d958d9',
    '5d9bce854decaf0da93d28b7e35f608c',
  ],
])('%s', (_, key, plain, cipher) => expect(hex(aes128(bytes(key))(bytes(plain)))).toBe(cipher))

test('as Node says, for any key and block', () => {
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })
  fc.assert(
    fc.property(sixteen, sixteen, (key, block) => {
      const node = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block)
      expect(hex(aes128(key)(block))).toBe(node.toString('hex'))
    }),
  )
})
