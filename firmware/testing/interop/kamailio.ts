// Kamailio from Debian as registrar and record-routing proxy with digest authentication, all in memory.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { onFreePorts } from './ports.ts'

export interface KamailioOptions {
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>
  readonly algorithm?: 'MD5' | 'SHA-256'
  /** Where its doors are; default 127.0.0.1. */
  readonly address?: string
  /** Of its first door; default: one that is free. */
  readonly port?: number
  /** PEM files: a third door, over TLS; `ca`: who signs the certificates of callers, and then each needs one. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca?: string }
}

export interface Kamailio {
  /** `host:port` of its two doors. A call that comes in by one and leaves by the other is record-routed twice. */
  readonly domain: string
  readonly second: string
  /** Port of the door over TLS; 0 without. */
  readonly tlsPort: number
  /** Contact addresses bound to this user now. */
  contacts(user: string): Promise<readonly string[]>
  /** Its log: `in-dialog METHOD from USER, CSeq NUMBER` for each request that followed a route set. */
  log(): string
  /** Stands still: it says nothing, though its doors are open; `thaw` lets it go on where it was. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
}

const MODULES = ['kex', 'ctl', 'tm', 'sl', 'rr', 'pv', 'maxfwd', 'usrloc', 'registrar', 'textops', 'siputils']
const LATER = ['xlog', 'auth', 'htable']

/** What a configuration has to know: ports of its own, where it is controlled, its door over TLS. */
export interface Setting {
  readonly ports: readonly number[]
  readonly control: string
  readonly address: string
  readonly tls: { readonly port: number; readonly config: string } | undefined
}

type Place = Pick<KamailioOptions, 'address' | 'port' | 'tls'>

export const startKamailio = ({ users, algorithm = 'MD5', ...place }: KamailioOptions): Promise<Kamailio> =>
  runKamailio((setting) => script({ users, algorithm, ...setting }), place)

/** Lines that give users their passwords, in the table `passwords`. */
export const passwordLines = (users: KamailioOptions['users']): string =>
  Object.entries(users)
    .map(([user, password]) => `  $sht(passwords=>${user}) = ${JSON.stringify(password)};`)
    .join('\n')

/** Resolves when it answers. `write` gives its configuration. */
export const runKamailio = (write: (setting: Setting) => string, place: Place = {}): Promise<Kamailio> =>
  onFreePorts(3, (free) => run(free, write, place), place.address)

async function run(
  free: number,
  write: (setting: Setting) => string,
  { address = '127.0.0.1', port, tls }: Place,
): Promise<Kamailio> {
  const home = mkdtempSync(join(tmpdir(), 'kamailio-'))
  const [first, other, tlsPort] = [port ?? free, free + 1, tls ? free + 2 : 0]
  const tlsConfig = join(home, 'tls.cfg')
  if (tls) writeFileSync(tlsConfig, tlsScript(tls))
  const control = `unix:${join(home, 'control')}`
  const config = join(home, 'kamailio.cfg')
  writeFileSync(
    config,
    write({ address, ports: [first, other], control, tls: tls && { port: tlsPort, config: tlsConfig } }),
  )
  let output = ''
  // Its own group: it forks, and goes as a whole.
  const child = spawn(
    'kamailio',
    ['-f', config, '-DD', '-E', '-n', '1', '-m', '16', '-M', '4', '-w', home, '-Y', home],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()))

  const ask = async (...command: string[]) => (await promisify(execFile)('kamcmd', ['-s', control, ...command])).stdout
  for (let tries = 0; ; tries++) {
    const up = await ask('core.uptime').catch(() => undefined)
    if (up !== undefined) break
    if (tries === 100 || child.exitCode !== null) {
      child.kill('SIGKILL')
      throw new Error(`Kamailio did not start:\n${output}`)
    }
    await sleep(50)
  }
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    const { pid } = child
    if (pid === undefined || child.exitCode !== null) return
    const forks = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    for (const each of [pid, ...forks.filter((fork) => fork !== '').map(Number)]) process.kill(each, name)
  }
  return {
    domain: `${address}:${first}`,
    second: `${address}:${other}`,
    tlsPort,
    async contacts(user) {
      // It answers 404 when there is none.
      const found = await ask('ul.lookup', 'location', `s:${user}`).catch((error) => {
        if (String(error.stderr).includes('404')) return ''
        throw error
      })
      return [...found.matchAll(/^\s*Address: (.*)$/gm)].map((match) => match[1]!)
    },
    log: () => output,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async stop() {
      signal('SIGCONT')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
      await exited
      clearTimeout(timer)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const tlsScript = ({ certificate, key, ca }: NonNullable<KamailioOptions['tls']>): string =>
  [
    '[server:default]',
    'method = TLSv1.2+',
    `certificate = ${certificate}`,
    `private_key = ${key}`,
    ...(ca === undefined ? [] : [`ca_list = ${ca}`, 'verify_certificate = yes', 'require_certificate = yes']),
    '[client:default]',
    'method = TLSv1.2+',
    'verify_certificate = no',
    '',
  ].join('\n')

function script({
  users,
  algorithm,
  address,
  ports,
  control,
  tls,
}: Setting & Pick<KamailioOptions, 'users' | 'algorithm'>): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
auto_aliases=no
dns=no
${tls ? `enable_tls=yes\nlisten=tls:127.0.0.1:${tls.port}\ntcp_children=1` : 'disable_tcp=yes'}
${ports.map((port) => `listen=udp:${address}:${port}`).join('\n')}
${[...MODULES, ...LATER].map((name) => `loadmodule "${name}.so"`).join('\n')}
${tls ? `loadmodule "tls.so"\nmodparam("tls", "config", "${tls.config}")` : ''}
modparam("ctl", "binrpc", "${control}")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 10)
modparam("auth", "algorithm", "${algorithm}")
modparam("auth", "qop", "auth")
modparam("auth", "nonce_count", 1)
modparam("htable", "htable", "passwords=>size=4;")

event_route[htable:mod-init] {
${passwordLines(users)}
}

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      xlog("L_ERR", "in-dialog $rm from $fU, CSeq $cs\\n");
      t_relay();
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("404", "Not Here");
    }
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("kamailio", "$sht(passwords=>$fU)", "0")) {
      auth_challenge("kamailio", "1");
      exit;
    }
    save("location");
    exit;
  }
  if (!pv_proxy_authenticate("kamailio", "$sht(passwords=>$fU)", "0")) {
    auth_challenge("kamailio", "1");
    exit;
  }
  consume_credentials();
  record_route();
  if (!lookup("location")) {
    sl_send_reply("404", "Not Found");
    exit;
  }
  t_relay();
}
`
}
