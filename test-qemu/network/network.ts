// The network between the phone and what it speaks with: addresses, names, DHCP.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const TAP = 'phone0'
/** Ours; RFC 5737 keeps these addresses for such. */
export const HERE = '192.0.2.1'
export const PREFIX = 24
/** What the phone gets from DHCP. */
export const PHONE = '192.0.2.10'
export const MAC = '52:54:00:00:00:10'
/** A name for HERE that the phone can look up. */
export const NAME = 'pbx.test'

/** Throws unless this process is in the network `inside.ts` makes. */
export function demandNetwork(): void {
  if (!readFileSync('/proc/self/net/dev', 'utf8').includes(`${TAP}:`))
    throw new Error(`there is no ${TAP} here: scenarios run in a network of their own, by: npm run hil`)
}

/** QEMU's name of the phone's network card. */
export const CARD = 'net'

/** QEMU's arguments: the phone's network card on the tap, and everything on the wire into `pcap`, when there is one. */
export const networkArguments = (pcap?: string): readonly string[] => [
  ...['-netdev', `tap,id=${CARD},ifname=${TAP},script=no,downscript=no,vnet_hdr=off`],
  ...['-device', `virtio-net-pci,netdev=${CARD},mac=${MAC},romfile=`],
  ...(pcap === undefined ? [] : ['-object', `filter-dump,id=pcap,netdev=${CARD},file=${pcap}`]),
]

export interface NameServer {
  stop(): Promise<void>
}

/** DHCP and DNS for the phone; `folder` keeps the leases. */
export async function startNameServer(folder: string): Promise<NameServer> {
  const child = spawn(
    'dnsmasq',
    [
      ...['--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--user=root', '--pid-file='],
      ...[`--interface=${TAP}`, '--bind-interfaces', '--no-hosts', '--no-resolv', '--no-ping'],
      ...[`--dhcp-range=${PHONE},${PHONE},1h`, `--dhcp-host=${MAC},${PHONE}`, '--dhcp-authoritative'],
      ...[`--dhcp-leasefile=${join(folder, 'leases')}`, `--host-record=${NAME},${HERE}`, '--local=/#/'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } },
  )
  let output = ''
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`dnsmasq ended:\n${output}`)))
    child.stderr.on('data', (chunk) => {
      output += chunk
      if (output.includes('started')) resolve()
    })
  })
  return {
    stop() {
      child.kill()
      return ended
    },
  }
}
