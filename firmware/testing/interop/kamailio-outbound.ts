// Kamailio as edge proxies and registrar of RFC 5626, with Path, GRUU, Service-Route and digest (SHA-256).
import { type Kamailio, type KamailioOptions, passwordLines, runKamailio, type Setting } from './kamailio.ts'

const head = ({ ports, control }: Setting, modules: readonly string[]): string => `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
auto_aliases=no
dns=no
disable_tcp=yes
force_rport=yes
${ports.map((port) => `listen=udp:127.0.0.1:${port}`).join('\n')}
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("ctl", "binrpc", "${control}")
`

/** Passes on what comes from phones to `registrar`, and by flow tokens what comes from there. Its log: `by METHOD`. */
export const startEdge = (registrar: string): Promise<Kamailio> =>
  runKamailio((setting) => {
    const modules = [
      'kex',
      'ctl',
      'tm',
      'sl',
      'outbound',
      'stun',
      'rr',
      'path',
      'pv',
      'maxfwd',
      'textops',
      'siputils',
      'xlog',
    ]
    return `${head(setting, modules)}
request_route {
  if (!mf_process_maxfwd_header("10")) exit;
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  xlog("L_ERR", "by $rm\\n");
  if (has_totag()) {
    $var(routed) = loose_route();
    # Who a GRUU names is known to the registrar, which leaves its port out of it.
    if ($ru =~ ";gr" && $du == $null) $du = "sip:${registrar}";
    t_relay();
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:${registrar}";
  } else {
    record_route();
    if (!loose_route()) $du = "sip:${registrar}";
  }
  t_relay();
}

onreply_route {
  if (is_method("REGISTER") && status =~ "200" && is_present_hf("Require"))
    insert_hf("Flow-Timer: 5\\r\\n", "Call-ID");
}
`
  })

/** Calls go to one flow after the other until one answers. Its log: `service-routed METHOD`. */
export const startOutboundRegistrar = ({ users }: KamailioOptions): Promise<Kamailio> =>
  runKamailio((setting) => {
    const own = `127.0.0.1:${setting.ports[0]}`
    const modules = [
      ...['kex', 'ctl', 'tm', 'tmx', 'sl', 'rr', 'pv', 'maxfwd', 'usrloc', 'registrar', 'textops', 'siputils', 'xlog'],
      ...['auth', 'htable'],
    ]
    return `${head(setting, modules)}
modparam("tm", "contact_flows_avp", "flows")
modparam("tm", "contacts_avp", "contacts")
modparam("tm", "fr_timer", 1000)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 10)
modparam("registrar", "use_path", 1)
modparam("registrar", "gruu_enabled", 1)
modparam("registrar", "outbound_mode", 1)
modparam("auth", "algorithm", "SHA-256")
modparam("auth", "qop", "auth")
modparam("auth", "nonce_count", 1)
modparam("htable", "htable", "passwords=>size=4;")

event_route[htable:mod-init] {
${passwordLines(users)}
}

request_route {
  if (!mf_process_maxfwd_header("10")) exit;
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    $var(routed) = loose_route();
    # A GRUU is an address of ours: the flow to who it names is in the path.
    if ($ru =~ ";gr" && $du == $null) lookup("location");
    t_relay();
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("kamailio", "$sht(passwords=>$fU)", "0")) {
      auth_challenge("kamailio", "1");
      exit;
    }
    append_to_reply("Service-Route: <sip:${own};lr>\\r\\n");
    save("location");
    exit;
  }
  if (is_present_hf("Route")) {
    xlog("L_ERR", "service-routed $rm\\n");
    remove_hf("Route");
  }
  record_route();
  if (!lookup("location")) {
    sl_send_reply("404", "Not Found");
    exit;
  }
  # Both say false of a single contact.
  if (t_load_contacts()) $var(next) = t_next_contacts();
  t_on_branch_failure("flow");
  t_relay();
}

event_route[tm:branch-failure:flow] {
  if ((t_branch_timeout() || t_check_status("430")) && t_next_contact_flow()) {
    t_on_branch_failure("flow");
    t_relay();
  }
}
`
  })
