// setup.json of the boot volume: the network a phone is in, one account and a broker, for a phone nobody has told anything yet.
import { utf8Encode } from '../../firmware/base/bytes.ts'
import { ipOctets, parsePrefix } from '../../firmware/base/ip.ts'
import { err, ok, type Result } from '../../firmware/base/result.ts'
import { ACCOUNT } from './account-config.ts'
import { type ConfigError, check } from './check.ts'
import { parseJson } from './desired.ts'
import type { Formats, Schema, Static } from './json-schema.ts'

/** Largest file taken, in characters. */
export const MAX_SETUP = 16_384

const { id: _, ...LINE } = ACCOUNT.properties
const ADDRESS = { type: 'string', maxLength: 45, pattern: '^[0-9a-fA-F.:]+$', description: 'an IP address' } as const
const PASSPHRASE = { type: 'string', writeOnly: true } as const

const SETUP = {
  title: 'What a phone is told by its boot volume',
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    wifi: {
      type: 'object',
      additionalProperties: false,
      required: ['ssid', 'country'],
      properties: {
        ssid: { type: 'string', minLength: 1, maxLength: 32, description: 'a network name of 1 to 32 bytes' },
        psk: {
          ...PASSPHRASE,
          pattern: '^([ -~]{8,63}|[0-9a-fA-F]{64})$',
          description: 'a WPA2 passphrase of 8 to 63 ASCII characters, or a key of 64 hex digits',
        },
        sae: { ...PASSPHRASE, pattern: '^[ -~]{1,63}$', description: 'a WPA3 password of 1 to 63 ASCII characters' },
        country: {
          type: 'string',
          pattern: '^[A-Z]{2}$',
          description: 'a country of two upper-case letters (ISO 3166): its rules for radio hold',
        },
        hidden: { type: 'boolean', default: false, description: 'The network does not say its name' },
      },
    },
    network: {
      type: 'object',
      additionalProperties: false,
      required: [],
      properties: {
        address: {
          type: 'string',
          maxLength: 49,
          pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
          description: 'an address with its prefix, such as 192.0.2.10/24',
        },
        gateway: ADDRESS,
        dns: { type: 'array', items: ADDRESS, maxItems: 4, default: [] },
        ntp: { type: 'array', items: { type: 'string', format: 'host', maxLength: 253 }, maxItems: 4, default: [] },
        vlan: { type: 'integer', minimum: 1, maximum: 4094 },
      },
    },
    account: {
      type: 'object',
      additionalProperties: false,
      required: ['aor'],
      properties: { ...LINE, password: { type: 'string', minLength: 1, maxLength: 128, writeOnly: true } },
    },
    broker: {
      type: 'object',
      additionalProperties: false,
      required: ['url'],
      properties: {
        url: {
          type: 'string',
          maxLength: 255,
          format: 'broker-url',
        },
        username: { type: 'string', minLength: 1, maxLength: 256 },
        password: { type: 'string', minLength: 1, maxLength: 1024, writeOnly: true },
      },
    },
  },
} as const satisfies Schema

/** Passwords in clear. */
export type Setup = Static<typeof SETUP>

/** Reads it as it stands on the volume. A file with a fault counts for nothing, the sound parts of it included. */
export function readSetup(text: string, formats: Formats): Result<Setup, readonly ConfigError[]> {
  if (text.length > MAX_SETUP)
    return err([{ path: '', expected: `at most ${MAX_SETUP} characters`, got: `${text.length}`, hint: '' }])
  // Editors of another system begin a file with a byte order mark.
  const parsed = parseJson(text.replace(/^\ufeff/, ''))
  if (!parsed.ok) return err([parsed.error])
  const checked = check<Setup>(SETUP, parsed.value, formats)
  if (!checked.ok) return checked
  const errors = contradictions(checked.value)
  return errors.length === 0 ? ok(checked.value) : err(errors)
}

/** What no schema says. */
function contradictions({ wifi, network, broker }: Setup): ConfigError[] {
  const errors: ConfigError[] = []
  const fault = (path: string, expected: string, got: string, hint = '') => errors.push({ path, expected, got, hint })
  if (wifi !== undefined) {
    if (utf8Encode(wifi.ssid).length > 32)
      fault('/wifi/ssid', 'at most 32 bytes of UTF-8', `${utf8Encode(wifi.ssid).length}`)
    if ((wifi.psk === undefined) === (wifi.sae === undefined))
      fault('/wifi', 'either psk (WPA2) or sae (WPA3)', wifi.psk === undefined ? 'neither' : 'both')
    if (network?.vlan !== undefined) fault('/network/vlan', 'nothing beside wifi', 'a VLAN', 'a VLAN is for the wire')
  }
  if (network !== undefined) {
    const { address, gateway, dns } = network
    const prefix = address === undefined ? undefined : parsePrefix(address)
    if (prefix?.ok === false) fault('/network/address', prefix.error, 'something else')
    const named = [...(gateway === undefined ? [] : [['gateway', gateway]]), ...dns.map((one, i) => [`dns/${i}`, one])]
    for (const [key, one] of named)
      if (ipOctets(one!) === undefined) fault(`/network/${key}`, 'an IP address', JSON.stringify(one))
    if (gateway !== undefined && address === undefined)
      fault('/network/gateway', 'an address beside it', 'none', 'without an address, DHCP gives both')
  }
  if ((broker?.username === undefined) !== (broker?.password === undefined))
    fault('/broker', 'username and password, or neither', 'one of them')
  return errors
}
