import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { macOf } from './mac.ts'

test('loopback has none, an address of nobody has none, every other interface has its own', () => {
  expect([macOf('127.0.0.1'), macOf('192.0.2.1')]).toEqual(['', ''])
  for (const one of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
    if (!one.internal) expect(macOf(one.address)).toBe(one.mac)
})
