// The routing table answers; nothing is sent.
import { expect, test } from 'vitest'
import { localAddressFor, localAddressTowards } from './local-address.ts'
import { resolveHost } from './resolver.ts'

test('a loopback peer is reached from loopback', async () => {
  expect(await localAddressTowards('127.0.0.1')).toEqual({ ok: true, value: '127.0.0.1' })
  expect(await localAddressTowards('::1')).toEqual({ ok: true, value: '::1' })
})

test('a broadcast address is refused with the code of the system', async () => {
  expect(await localAddressTowards('255.255.255.255')).toMatchObject({ ok: false })
})

test('literals resolve to themselves, names by the system, and failures are values', async () => {
  expect(await resolveHost('192.0.2.7')).toEqual({ addresses: ['192.0.2.7'] })
  expect((await resolveHost('localhost')).addresses).toContain('127.0.0.1')
  expect(await resolveHost('no such name')).toMatchObject({ addresses: [], error: expect.any(String) })
})

test('a peer may be given by name; the error names it', async () => {
  expect(await localAddressFor('localhost')).toEqual({ ok: true, value: '127.0.0.1' })
  expect(await localAddressFor('no such name')).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^no such name: E/),
  })
})
