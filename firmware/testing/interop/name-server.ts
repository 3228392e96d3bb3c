// dnsmasq from Debian as the only name server of a zone of ours, on a loopback port.
import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Naptr, Srv } from '../../sip/core/contract.ts'
import { zone } from '../zone.ts'
import { onFreePorts } from './ports.ts'

export interface NameServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  stop(): Promise<void>
}

/** Everything below `domain` is as `text` says, in the form of `zone`, with `aliases` (CNAME); about other names it refuses to speak. */
export const startNameServer = (
  domain: string,
  text: string,
  aliases: Readonly<Record<string, string>> = {},
): Promise<NameServer> => onFreePorts(1, (port) => start(port, domain, text, aliases))

async function start(
  port: number,
  domain: string,
  text: string,
  aliases: Readonly<Record<string, string>>,
): Promise<NameServer> {
  const home = mkdtempSync(join(tmpdir(), 'dns-'))
  const hosts = join(home, 'hosts')
  const args = Object.entries(aliases).map(([alias, name]) => `--cname=${alias},${name}`)
  let addresses = ''
  for (const [key, records] of zone(text))
    for (const record of records) {
      const name = key.slice(key.indexOf(' ') + 1)
      if ('address' in record) addresses += `${record.address} ${name}\n`
      else args.push(option(name, record))
    }
  writeFileSync(hosts, addresses)
  const child = spawn(
    '/usr/sbin/dnsmasq',
    [
      ...['--no-daemon', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', `--addn-hosts=${hosts}`],
      ...[`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', `--local=/${domain}/`],
      ...['--local-ttl=1', '--user=', '--pid-file=', ...args],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-4000)))
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const address = `127.0.0.1:${port}`
  const resolver = new Resolver({ timeout: 200, tries: 1 })
  resolver.setServers([address])
  for (let tries = 0; ; tries++) {
    const code = await resolver.resolve4(`not-there.${domain}`).catch((error) => error.code)
    if (code === 'ENOTFOUND') break
    if (tries === 50 || child.exitCode !== null) throw new Error(`dnsmasq did not start (${code}):\n${complaint}`)
    await sleep(50)
  }
  return {
    address,
    async stop() {
      child.kill('SIGTERM')
      await exited
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function option(name: string, record: Naptr | Srv): string {
  if (record.type === 'SRV') {
    const { target, port, priority, weight } = record
    return `--srv-host=${name},${target},${port},${priority},${weight}`
  }
  const { order, preference, flags, service, replacement } = record
  return `--naptr-record=${name},${order},${preference},${flags},${service},,${replacement}`
}
