// The routing table answers; nothing is sent.
import { expect, test } from 'vitest'
import { zone } from '../testing/zone.ts'
import { localAddressFor, localAddressTowards, peerAddress } from './local-address.ts'
import type { Resolver } from './resolver.ts'

const names = (text: string): Resolver => ({
  async resolve(type, name) {
    const records = zone(text).get(`${type} ${name}`) ?? []
    return records.length > 0 ? { records } : { records, error: 'no such record' }
  },
  close() {},
})

test('a loopback peer is reached from loopback', async () => {
  expect(await localAddressTowards('127.0.0.1')).toEqual({ ok: true, value: '127.0.0.1' })
  expect(await localAddressTowards('::1')).toEqual({ ok: true, value: '::1' })
})

test('a broadcast address is refused with the code of the system', async () => {
  expect(await localAddressTowards('255.255.255.255')).toMatchObject({ ok: false })
})

test('a peer may be given by name; the error names it', async () => {
  expect(await localAddressFor({ host: 'localhost', port: 5060 })).toEqual({ ok: true, value: '127.0.0.1' })
  expect(await localAddressFor({ host: 'no such name', port: 5060 })).toMatchObject({
    ok: false,
    error: expect.stringMatching(/^no A record for no such name: no /),
  })
})

test('a domain that has servers and no address of its own', async () => {
  const domain = names(`
    _sip._udp.example.com SRV 10 0 5060 far.example.com
    far.example.com A 192.0.2.7`)
  expect(await peerAddress({ host: 'example.com', port: undefined }, domain)).toEqual({ ok: true, value: '192.0.2.7' })
})
