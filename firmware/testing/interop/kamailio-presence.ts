// Kamailio from Debian as a presence server: who registers with it publishes to it and subscribes at it (RFC 3903, RFC 6665),
// its tables in text files of its own.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kamailio, passwordLines, runKamailio, type Setting } from './kamailio.ts'

/** Debian's empty tables, `version` with what each is like. */
const EMPTY = '/usr/share/kamailio/dbtext/kamailio'
const TABLES = ['version', 'presentity', 'active_watchers', 'watchers', 'xcap']

const MODULES = [
  'kex',
  'ctl',
  'tm',
  'sl',
  'rr',
  'pv',
  'maxfwd',
  'usrloc',
  'registrar',
  'textops',
  'siputils',
  'xlog',
  'auth',
]
const PRESENCE = ['htable', 'db_text', 'presence', 'presence_xml', 'presence_dialoginfo', 'presence_mwi']

/** Passwords by user. Knows PIDF, dialog-info and message-summary. */
export async function startPresenceServer(users: Readonly<Record<string, string>>): Promise<Kamailio> {
  const tables = mkdtempSync(join(tmpdir(), 'kamailio-tables-'))
  for (const table of TABLES) copyFileSync(join(EMPTY, table), join(tables, table))
  const server = await runKamailio((setting) => script({ users, tables, ...setting }))
  return {
    ...server,
    async stop() {
      await server.stop()
      rmSync(tables, { recursive: true, force: true })
    },
  }
}

interface Wanted extends Setting {
  readonly users: Readonly<Record<string, string>>
  readonly tables: string
}

const script = ({ users, tables, address, ports, control }: Wanted): string => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
auto_aliases=no
dns=no
disable_tcp=yes
${ports.map((port) => `listen=udp:${address}:${port}`).join('\n')}
${[...MODULES, ...PRESENCE].map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("ctl", "binrpc", "${control}")
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 10)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "passwords=>size=4;")
modparam("presence|presence_xml", "db_url", "text://${tables}")
modparam("presence", "server_address", "sip:presence@${address}:${ports[0]}")
modparam("presence", "subs_db_mode", 0)
modparam("presence", "min_expires", 60)
modparam("presence_xml", "force_active", 1)

event_route[htable:mod-init] {
${passwordLines(users)}
}

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (!is_method("REGISTER|PUBLISH|SUBSCRIBE")) {
    sl_send_reply("404", "Not Here");
    exit;
  }
  if (!pv_www_authenticate("kamailio", "$sht(passwords=>$fU)", "0")) {
    auth_challenge("kamailio", "1");
    exit;
  }
  if (is_method("REGISTER")) {
    save("location");
    exit;
  }
  if (!t_newtran()) {
    sl_reply_error();
    exit;
  }
  xlog("L_ERR", "$rm of $hdr(Event) from $fU\\n");
  if (is_method("PUBLISH")) handle_publish(); else handle_subscribe();
  t_release();
}
`
