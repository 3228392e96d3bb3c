// Kamailio from Debian as a presence server: who registers with it publishes to it and subscribes at it (RFC 3903, RFC 6665),
// its tables in text files of its own.
import { appendFileSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kamailio, passwordLines, runKamailio, type Setting } from './kamailio.ts'

/** Debian's empty tables, `version` with what each is like. */
const EMPTY = '/usr/share/kamailio/dbtext/kamailio'
const TABLES = ['version', 'presentity', 'active_watchers', 'watchers', 'xcap', 'pua', 'rls_presentity', 'rls_watchers']

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
const PRESENCE = ['htable', 'db_text', 'presence', 'presence_xml', 'presence_dialoginfo', 'presence_mwi', 'pua', 'rls']

/** Its lists forget ports: addresses of record have none, and who registers comes by its door as a proxy. */
export const DOMAIN = '127.0.0.1'

/** Passwords by user. Knows PIDF, dialog-info and message-summary; of lists (RFC 4662) presence. */
export async function startPresenceServer(
  users: Readonly<Record<string, string>>,
  lists: readonly List[],
): Promise<Kamailio> {
  const tables = mkdtempSync(join(tmpdir(), 'kamailio-tables-'))
  for (const table of TABLES) copyFileSync(join(EMPTY, table), join(tables, table))
  appendFileSync(join(tables, 'xcap'), lists.map(listRow).join(''))
  const server = await runKamailio((setting) => script({ users, tables, ...setting }))
  return {
    ...server,
    async stop() {
      await server.stop()
      rmSync(tables, { recursive: true, force: true })
    },
  }
}

/** A list of resources (RFC 4826 §4) its owner can subscribe to. */
export interface List {
  /** A user. */
  readonly owner: string
  readonly uri: string
  readonly resources: readonly string[]
}

/** Of the table of documents: 8 stands for one of lists. */
function listRow({ owner, uri, resources }: List, index: number): string {
  const entries = resources.map((each) => `<entry uri="${each}"/>`)
  const document = `<?xml version="1.0"?><rls-services xmlns="urn:ietf:params:xml:ns:rls-services" xmlns:rl="urn:ietf:params:xml:ns:resource-lists"><service uri="${uri}"><list>${entries.join('')}</list><packages><package>presence</package></packages></service></rls-services>`
  const field = (text: string) => text.replaceAll(':', '\\:')
  return `${index + 1}:${owner}:${DOMAIN}:${field(document)}:8:e:0:lists:0\n`
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
modparam("pua", "db_mode", 0)
modparam("pua|rls", "db_url", "text://${tables}")
modparam("rls", "xcap_db_url", "text://${tables}")
modparam("rls", "rlpres_db_url", "text://${tables}")
modparam("rls", "integrated_xcap_server", 1)
modparam("rls", "to_presence_code", 5)
modparam("rls", "waitn_time", 1)
modparam("rls", "server_address", "sip:lists@${address}:${ports[0]}")
modparam("rls", "outbound_proxy", "sip:${address}:${ports[0]}")

event_route[htable:mod-init] {
${passwordLines(users)}
}

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  # What it tells itself of those in a list.
  if (is_method("NOTIFY") && $rU == "lists") {
    rls_handle_notify();
    exit;
  }
  if (!is_method("REGISTER|PUBLISH|SUBSCRIBE")) {
    sl_send_reply("404", "Not Here");
    exit;
  }
  # It asks itself for those in a list.
  if ($sp != ${ports[0]} && !pv_www_authenticate("kamailio", "$sht(passwords=>$fU)", "0")) {
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
  $var(list) = 5;
  if (is_method("PUBLISH")) {
    handle_publish();
    $var(list) = 1;
  } else if ($hdr(Supported) =~ "eventlist" || $rU == "lists") {
    # 5: that is no list, but one of its own.
    rls_handle_subscribe();
    $var(list) = $rc;
  }
  if ($var(list) == 5) handle_subscribe();
  t_release();
}
`
