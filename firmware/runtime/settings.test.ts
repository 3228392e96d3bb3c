// A document as an operator writes it, and what the machines get of it.
import { expect, test } from 'vitest'
import { readDesired } from '../../provisioning/schema/desired.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import { Secret } from '../base/secret.ts'
import { finding, instanceOf, phoneSettings, portAudioOrder, strangers, uaConfig } from './settings.ts'

const document = {
  contract: 1,
  version: 3,
  config: {
    accounts: [
      { id: 'main', aor: 'sip:100@pbx.example', registrar: 'sip:pbx.example', label: 'Office', codecs: ['PCMU'] },
      { id: 'door', aor: 'sip:door@pbx.example' },
    ],
    handset: { kind: 'null' },
    tones: { country: 'de', ring: 'chime', rings: { priority: 'low' } },
    calls: { dnd: { status: 480 }, forward: { busy: '+49 (30) 1' } },
    network: { rtpPorts: { min: 30_000, max: 30_099 }, jitter: { minMs: 40, maxMs: 120 } },
  },
  secrets: { main: { password: 'hunter2' } },
}
const read = readDesired(JSON.stringify(document), plainFormats)
if (!read.ok) throw new Error(JSON.stringify(read.error))
const { config } = read.value
const password = new Secret('hunter2')
const sound = { socket: '/run/sound' }

test('accounts with their passwords; one without a registrar does not register', () => {
  const settings = phoneSettings(config, { main: { password } }, 'oh-0123456789ab', sound)
  expect(settings).toMatchObject({
    country: 'de',
    rings: { ring: 'chime', internal: undefined, priority: 'low' },
    volume: 5,
    interDigitMs: 4000,
    handset: { kind: 'null' },
    dnd: { on: false, status: 480 },
    forward: { all: '', busy: '+49301', noAnswer: '', afterS: 20 },
  })
  const [main, door] = settings.accounts
  expect(main).toMatchObject({
    ...{ id: 'main', label: 'Office' },
    config: {
      aor: 'sip:100@pbx.example',
      username: '100',
      password,
      realm: '*',
      codecs: ['PCMU'],
      transport: undefined,
    },
  })
  expect(main?.config).toMatchObject({ keepAlive: 'options', keepAliveS: 20 })
  expect(door).toMatchObject({ label: 'door', config: { registrar: undefined, password: undefined } })
  expect(JSON.stringify(settings)).not.toContain('hunter2')
})

test('what a line proves itself with, and how it registers', () => {
  const account = {
    ...{ id: 'main', aor: 'sip:100@pbx.example', realm: 'pbx', digest: ['SHA-256'], gruu: true, serviceRoute: false },
    ...{ outbound: ['sip:p1.example', 'sip:p2.example'], retry: { spreadMs: 0 } },
  }
  const read = readDesired(JSON.stringify({ contract: 1, version: 1, config: { accounts: [account] } }), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  const ha1 = { hash: 'SHA-256' as const, value: new Secret('f'.repeat(64)) }
  const made = phoneSettings(read.value.config, { main: { ha1 } }, 'oh-0123456789ab', sound).accounts[0]!.config
  expect(made).toMatchObject({
    ...{ password: undefined, ha1, aka: undefined, hashes: ['SHA-256'] },
    registration: {
      ...{ instance: instanceOf('oh-0123456789ab'), gruu: true, serviceRoute: false },
      outbound: ['sip:p1.example', 'sip:p2.example'],
      retry: { firstMs: 2000, longestMs: 300_000, refusedMs: 0, spreadMs: 0 },
    },
  })
})

test('the instance is a UUID of version 8, the device’s own and always the same', () => {
  const ids = Array.from({ length: 50 }, (_, n) => instanceOf(`oh-${n}`))
  for (const id of ids)
    expect(id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(ids).size).toBe(50)
  expect(instanceOf('oh-7')).toBe(ids[7])
})

test('the simulator may put its own device in the place of the configured one', () => {
  const device = { kind: 'wav', capture: 'a.wav', playback: 'b.wav', rate: 16000, loop: false } as const
  expect(phoneSettings(config, {}, 'oh-0123456789ab', sound, device).handset).toEqual(device)
})

test('the user agent gets the address found, ports and buffer as configured', () => {
  expect(uaConfig(config, ['192.0.2.9'])).toEqual({
    ...{ maxCalls: 8, mediaAddress: '192.0.2.9', dscp: 46 },
    ...{ rtpPorts: { min: 30_000, max: 30_099 }, jitter: { minMs: 40, maxMs: 120 } },
  })
})

test('strangers are taken at a rate, unless the configuration says otherwise', () => {
  expect(strangers(config).strangers).toEqual({ policy: 'accept', trusted: [], rate: { burst: 20, perSecond: 2 } })
  const network = { strangers: 'ignore', trusted: ['192.0.2.0/24'] }
  const read = readDesired(JSON.stringify({ ...document, config: { ...document.config, network } }), plainFormats)
  expect(read.ok && strangers(read.value.config).strangers).toMatchObject({
    policy: 'ignore',
    trusted: ['192.0.2.0/24'],
  })
  const wrong = { ...network, trusted: ['192.0.2.0/33'] }
  const refused = readDesired(
    JSON.stringify({ ...document, config: { ...document.config, network: wrong } }),
    plainFormats,
  )
  expect(refused.ok || refused.error.errors[0]).toMatchObject({ path: '/config/network/trusted/0' })
})

test('a handset of PortAudio is carried by its process and reaches the engine as an external device', () => {
  const changed = { ...document, config: { ...document.config, handset: { kind: 'portaudio', capture: '' } } }
  const read = readDesired(JSON.stringify(changed), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  expect(portAudioOrder(read.value.config)).toEqual({ capture: '', playback: 'default', rate: 16_000 })
  expect(phoneSettings(read.value.config, {}, 'oh-0123456789ab', sound).handset).toEqual({
    ...{ kind: 'external', socket: '/run/sound', capture: false, playback: true, rate: 16_000 },
  })
  expect(portAudioOrder(config)).toBeUndefined()
})

test('how servers are found', () => {
  const dns = { servers: ['192.0.2.53:5353'], cacheS: 60, prefer: 'ipv6' }
  const changed = { ...document, config: { ...document.config, network: { ...document.config.network, dns } } }
  const read = readDesired(JSON.stringify(changed), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  expect(finding(read.value.config)).toEqual({ servers: { presentMs: 60_000 }, preferFamily: 6 })
  expect(finding(config)).toEqual({ servers: { presentMs: 300_000 }, preferFamily: 4 })
})
