// The network's files, word for word, and the program that writes them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plainFormats } from '../schema/formats.ts'
import { readSetup } from '../schema/setup.ts'
import { networkFiles } from './network-files.ts'

function files(setup: object): Record<string, string> {
  const read = readSetup(JSON.stringify(setup), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return Object.fromEntries(networkFiles(read.value).map(({ path, text }) => [path, text]))
}

test('nothing said, nothing written', () => {
  expect(files({})).toEqual({})
})

test('DHCP with servers of our own', () => {
  expect(files({ network: { ntp: ['time.example'], dns: ['192.0.2.53'] } })).toEqual({
    'systemd/network/10-wire.network':
      '[Match]\nType=ether\n\n[Network]\nDHCP=yes\nKeepConfiguration=dhcp-on-stop\nDNS=192.0.2.53\nNTP=time.example\nLLMNR=no\nMulticastDNS=no\n',
  })
})

test('an address of its own in a VLAN', () => {
  expect(files({ network: { vlan: 20, address: '192.0.2.10/24', gateway: '192.0.2.1' } })).toEqual({
    'systemd/network/10-phone.netdev': '[NetDev]\nName=phone\nKind=vlan\n\n[VLAN]\nId=20\n',
    'systemd/network/10-phone.network':
      '[Match]\nName=phone\n\n[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.1\nLLMNR=no\nMulticastDNS=no\n',
    'systemd/network/20-wire.network':
      '[Match]\nType=ether\n\n[Network]\nVLAN=phone\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nLLMNR=no\nMulticastDNS=no\n',
  })
})

const supplicant = (wifi: object) => files({ wifi })['offhook-wifi/wpa_supplicant.conf']

test('Wi-Fi: names in hex, passphrases as they are, WPA3 with protected management frames', () => {
  expect(supplicant({ ssid: 'Büro "1"', psk: 'say "hi" } #', country: 'DE' })).toBe(
    'country=DE\nupdate_config=0\nnetwork={\n  ssid=42c3bc726f20223122\n  key_mgmt=WPA-PSK WPA-PSK-SHA256\n' +
      '  psk="say "hi" } #"\n  ieee80211w=1\n}\n',
  )
  expect(supplicant({ ssid: 'x', psk: 'ab'.repeat(32), country: 'DE', hidden: true })).toContain(
    `  ssid=78\n  scan_ssid=1\n  key_mgmt=WPA-PSK WPA-PSK-SHA256\n  psk=${'ab'.repeat(32)}\n`,
  )
  expect(supplicant({ ssid: 'x', sae: 'open sesame', country: 'DE' })).toContain(
    '  key_mgmt=SAE\n  sae_password="open sesame"\n  ieee80211w=2\n',
  )
  expect(
    files({ wifi: { ssid: 'x', sae: 'open sesame', country: 'DE' } })['systemd/network/10-wifi.network'],
  ).toContain('Type=wlan\n\n[Network]\nIgnoreCarrierLoss=10s\nDHCP=yes\nKeepConfiguration=dhcp-on-stop\n')
})

test('the program: the passphrase is for root alone; a fault is told, and nothing written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'offhook-network-'))
  try {
    const setup = join(folder, 'setup.json')
    const run = (content: string) => {
      writeFileSync(setup, content)
      const program = join(import.meta.dirname, 'setup-network.ts')
      const { status, stderr } = spawnSync(process.execPath, [program, setup, folder], { encoding: 'utf8' })
      return { status, stderr }
    }
    expect(run('{"wifi":{"ssid":"x","psk":"sesame"}}')).toEqual({
      status: 1,
      stderr:
        `${setup} /wifi/psk: expected a WPA2 passphrase of 8 to 63 ASCII characters, or a key of 64 hex digits, got a text (not shown)\n` +
        `${setup} /wifi/country: expected a country of two upper-case letters (ISO 3166): its rules for radio hold, got nothing (this key is needed)\n`,
    })
    const secret = join(folder, 'offhook-wifi/wpa_supplicant.conf')
    expect(existsSync(secret)).toBe(false)
    expect(run('{"wifi":{"ssid":"x","psk":"open sesame","country":"DE"}}')).toEqual({ status: 0, stderr: '' })
    expect(statSync(secret).mode & 0o777).toBe(0o600)
    expect(readFileSync(secret, 'utf8')).toContain('psk="open sesame"')
    expect(statSync(join(folder, 'systemd/network/10-wifi.network')).mode & 0o777).toBe(0o644)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
