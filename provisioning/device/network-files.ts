// What the setup file says of the network, in the words of those who do it: systemd-networkd and wpa_supplicant.
import type { Setup } from '../schema/setup.ts'

export interface NetworkFile {
  /** Below /run. */
  readonly path: string
  readonly text: string
  readonly mode: number
}

/** The network device of the VLAN. */
const VLAN = 'phone'

/** None when nothing is said: the image's own files ask for an address on every wire. */
export function networkFiles({ wifi, network }: Setup): readonly NetworkFile[] {
  const files: NetworkFile[] = []
  const networkd = (name: string, lines: readonly string[]) =>
    files.push({ path: `systemd/network/${name}`, text: `${lines.join('\n')}\n`, mode: 0o644 })
  const address = addressLines(network)
  if (wifi !== undefined) {
    files.push({ path: 'offhook-wifi/wpa_supplicant.conf', text: supplicant(wifi), mode: 0o600 })
    // A moment out of reach is no reason to ask for another address.
    networkd('10-wifi.network', ['[Match]', 'Type=wlan', '', '[Network]', 'IgnoreCarrierLoss=10s', ...address, ...LAST])
  } else if (network?.vlan !== undefined) {
    networkd('10-phone.netdev', ['[NetDev]', `Name=${VLAN}`, 'Kind=vlan', '', '[VLAN]', `Id=${network.vlan}`])
    networkd('10-phone.network', ['[Match]', `Name=${VLAN}`, '', '[Network]', ...address])
    networkd('20-wire.network', [
      ...['[Match]', 'Type=ether', '', '[Network]', `VLAN=${VLAN}`],
      ...['LinkLocalAddressing=no', 'IPv6AcceptRA=no', 'LLMNR=no', 'MulticastDNS=no'],
    ])
  } else if (network !== undefined) networkd('10-wire.network', ['[Match]', 'Type=ether', '', '[Network]', ...address])
  return files
}

/** The wire comes first where there are both. */
const LAST = ['', '[DHCPv4]', 'RouteMetric=600', '', '[IPv6AcceptRA]', 'RouteMetric=600']

function addressLines(network: Setup['network']): readonly string[] {
  const { address, gateway, dns = [], ntp = [] } = network ?? {}
  return [
    ...(address === undefined ? ['DHCP=yes', 'KeepConfiguration=dhcp-on-stop'] : [`Address=${address}`]),
    ...(gateway === undefined ? [] : [`Gateway=${gateway}`]),
    ...dns.map((one) => `DNS=${one}`),
    ...ntp.map((one) => `NTP=${one}`),
    ...['LLMNR=no', 'MulticastDNS=no'],
  ]
}

/** wpa_supplicant takes a quoted text as it stands, up to the last quote of the line, and a name in hex digits. */
function supplicant({ ssid, psk, sae, country, hidden }: NonNullable<Setup['wifi']>): string {
  const hex = Array.from(new TextEncoder().encode(ssid), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const key =
    sae === undefined
      ? ['key_mgmt=WPA-PSK WPA-PSK-SHA256', `psk=${/^[0-9a-f]{64}$/i.test(psk!) ? psk : `"${psk}"`}`, 'ieee80211w=1']
      : ['key_mgmt=SAE', `sae_password="${sae}"`, 'ieee80211w=2']
  const network = [`ssid=${hex}`, ...(hidden ? ['scan_ssid=1'] : []), ...key].map((line) => `  ${line}`)
  return [`country=${country}`, 'update_config=0', 'network={', ...network, '}', ''].join('\n')
}
