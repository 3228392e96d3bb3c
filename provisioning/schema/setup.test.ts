// The setup file: what is taken, and every fault with its place; secrets are in none of them.
import { expect, test } from 'vitest'
import { plainFormats } from './formats.ts'
import { MAX_SETUP, readSetup } from './setup.ts'

const read = (value: unknown) => readSetup(typeof value === 'string' ? value : JSON.stringify(value), plainFormats)
const account = { aor: 'sip:100@pbx.example', password: 'open sesame', registrar: 'sip:pbx.example' }

test('everything is optional, and what is not said has its default', () => {
  expect(read({})).toEqual({ ok: true, value: {} })
  expect(read({ wifi: { ssid: 'office', psk: 'correct horse', country: 'DE' }, network: {}, account })).toMatchObject({
    ok: true,
    value: {
      wifi: { ssid: 'office', psk: 'correct horse', country: 'DE', hidden: false },
      network: { dns: [], ntp: [] },
      account: { ...account, expires: 300, transport: 'auto', codecs: ['PCMA', 'PCMU'] },
    },
  })
  const broker = { url: 'mqtts://broker.example', username: 'desk', password: 'open sesame' }
  expect(read({ broker })).toEqual({ ok: true, value: { broker } })
})

test('a byte order mark before the text is not part of it', () => {
  expect(read('\ufeff{}')).toEqual({ ok: true, value: {} })
})

const wifi = { ssid: 'office', psk: 'correct horse', country: 'DE' }
const { psk: _, ...keyless } = wifi
test.each<[string, unknown, string, string]>([
  ['not JSON', '{"wifi": {', '', 'a JSON document in UTF-8'],
  ['too long', ' '.repeat(MAX_SETUP + 1), '', `at most ${MAX_SETUP} characters`],
  ['an unknown key', { wlan: {} }, '/wlan', 'no such key; known here: wifi, network, account, broker'],
  ['a short passphrase', { wifi: { ...wifi, psk: 'secret' } }, '/wifi/psk', 'a WPA2 passphrase of 8 to 63 ASCII'],
  ['a passphrase with a line break', { wifi: { ...wifi, psk: 'secret\n}\nxy' } }, '/wifi/psk', 'a WPA2 passphrase'],
  ['a password with a line break', { wifi: { ...keyless, sae: 'secret\n' } }, '/wifi/sae', 'a WPA3 password'],
  ['no key', { wifi: keyless }, '/wifi', 'either psk (WPA2) or sae (WPA3)'],
  ['two keys', { wifi: { ...wifi, sae: 'secret' } }, '/wifi', 'either psk (WPA2) or sae (WPA3)'],
  ['no country', { wifi: { ssid: 'office', psk: 'secret12' } }, '/wifi/country', 'a country of two upper-case'],
  ['a name too long in bytes', { wifi: { ...wifi, ssid: 'ä'.repeat(17) } }, '/wifi/ssid', 'at most 32 bytes of UTF-8'],
  ['a VLAN in the air', { wifi, network: { vlan: 7 } }, '/network/vlan', 'nothing beside wifi'],
  [
    'an address without prefix',
    { network: { address: '192.0.2.1' } },
    '/network/address',
    'an address with its prefix',
  ],
  ['a prefix too long', { network: { address: '192.0.2.1/33' } }, '/network/address', 'a prefix length from 0 to 32'],
  ['no address', { network: { address: '192.0.2.256/24' } }, '/network/address', 'an address, or a prefix such as'],
  ['a gateway alone', { network: { gateway: '192.0.2.1' } }, '/network/gateway', 'an address beside it'],
  ['a name for a server', { network: { dns: ['192.0.2.1', '192.0.2.'] } }, '/network/dns/1', 'an IP address'],
  ['an injected line', { network: { ntp: ['a\n[Network]'] } }, '/network/ntp/0', 'a host name or an IP address'],
  ['VLAN 0', { network: { vlan: 0 } }, '/network/vlan', 'a whole number, 1 to 4094'],
  ['an id for the account', { account: { ...account, id: 'x' } }, '/account/id', 'no such key'],
  ['no SIP URI', { account: { ...account, aor: 'alice@example.com' } }, '/account/aor', 'a SIP URI such as'],
  ['a broker without a scheme', { broker: { url: 'broker.example' } }, '/broker/url', 'mqtt://HOST[:PORT]'],
  ['half of a login', { broker: { url: 'mqtt://b', password: 'secret' } }, '/broker', 'username and password, or'],
])('%s', (_, value, path, expected) => {
  const result = read(value)
  if (result.ok) throw new Error('taken')
  expect(result.error[0]).toMatchObject({ path, expected: expect.stringContaining(expected) })
  expect(JSON.stringify(result.error)).not.toMatch(/secret|correct horse|open sesame/)
})
