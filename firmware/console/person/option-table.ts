// The options of the console for people: pjsua's names, what each takes and does.

/** Whose an option is: of the account named last, of the proof named last, or of the whole console. */
type Scope = 'account' | 'proof'

interface Kind {
  readonly group: string
  /** What its value stands for in the help; none: a flag. */
  readonly value?: string
  /** May be given several times. */
  readonly many?: true
  /** Of a number. */
  readonly from?: number
  readonly to?: number
  readonly of?: Scope
  readonly help: string
}

export const OPTIONS = {
  'config-file': { group: 'General', value: 'file', help: 'more of these, from a file' },
  help: { group: 'General', help: 'this text' },
  version: { group: 'General', help: 'says which one this is' },

  'log-file': { group: 'Log', value: 'file', help: 'written anew, or continued with --log-append' },
  'log-append': { group: 'Log', help: 'continues the log file' },
  'log-level': { group: 'Log', value: 'N', from: 0, to: 6, help: '0 nothing, 3 what happens, 4 SIP messages too' },
  'app-log-level': { group: 'Log', value: 'N', from: 0, to: 6, help: 'of those, to standard error; default 0' },

  id: { group: 'Account', value: 'url', of: 'account', help: 'address of record, with or without a name' },
  registrar: { group: 'Account', value: 'url', of: 'account', help: 'where it registers; none: a local account' },
  realm: { group: 'Account', value: 'text', of: 'proof', help: 'of the proof; default any' },
  username: { group: 'Account', value: 'text', of: 'proof', help: 'of the proof' },
  password: { group: 'Account', value: 'text', of: 'proof', help: 'of the proof' },
  'next-cred': { group: 'Account', help: 'what follows is one more proof of the same account' },
  proxy: { group: 'Account', value: 'url', many: true, of: 'account', help: 'outbound proxy, first hop first' },
  'reg-timeout': { group: 'Account', value: 's', from: 30, to: 86_400, of: 'account', help: 'asked of the registrar' },
  'rereg-delay': {
    group: 'Account',
    value: 's',
    from: 1,
    to: 3600,
    of: 'account',
    help: 'longest wait for another try',
  },
  'reg-use-proxy': {
    ...{ group: 'Account', value: 'N', from: 0, to: 3, of: 'account' },
    help: 'REGISTER by: 0 no proxy, 1 --outbound, 2 --proxy, 3 both; default 3',
  },
  'contact-params': { group: 'Account', value: ';a=b', of: 'account', help: 'said in the Contact, behind the URI' },
  'contact-uri-params': { group: 'Account', value: ';a=b', of: 'account', help: 'said in the URI of the Contact' },
  'outb-rid': {
    ...{ group: 'Account', value: 'N', from: 1, to: 999_999, of: 'account' },
    help: 'registers as a flow of that reg-id (RFC 5626)',
  },
  publish: { group: 'Account', of: 'account', help: 'publishes the online status' },
  mwi: { group: 'Account', of: 'account', help: 'subscribes to the mailbox' },
  'use-srtp': { group: 'Account', value: 'N', from: 0, to: 2, of: 'account', help: '0 not, 1 offered, 2 insisted on' },
  'srtp-secure': { group: 'Account', value: 'N', from: 0, to: 1, of: 'account', help: '1: keys over TLS alone' },
  'use-100rel': { group: 'Account', of: 'account', help: 'insists on reliable responses (RFC 3262)' },
  'use-timer': {
    ...{ group: 'Account', value: 'N', from: 0, to: 3, of: 'account' },
    help: 'session timers: 0 none, 1 where they can, 2 insisted on, 3 always; default 1',
  },
  'timer-se': { group: 'Account', value: 's', from: 90, to: 86_400, of: 'account', help: 'session time asked for' },
  'timer-min-se': { group: 'Account', value: 's', from: 90, to: 86_400, of: 'account', help: 'the shortest taken' },
  'next-account': { group: 'Account', help: 'what follows is one more account' },

  'local-port': { group: 'Transport', value: 'N', from: 0, to: 65_535, help: 'of UDP and TCP, TLS one above; 5060' },
  'bound-addr': { group: 'Transport', value: 'IP', help: 'an address of this host, of either family' },
  'no-udp': { group: 'Transport', help: 'no SIP over UDP' },
  'no-tcp': { group: 'Transport', help: 'no SIP over TCP' },
  nameserver: { group: 'Transport', value: 'IP', many: true, help: 'in the place of those of the system' },
  outbound: { group: 'Transport', value: 'url', many: true, help: 'proxy before those of every account' },
  'stun-srv': { group: 'Transport', value: 'host', help: 'asked by n what NAT is between' },
  'user-agent': { group: 'Transport', value: 'text', help: 'in the place of the product' },

  'use-tls': { group: 'TLS', help: 'SIP over TLS too' },
  'tls-ca-file': { group: 'TLS', value: 'file', help: 'whose certificates are believed' },
  'tls-cert-file': { group: 'TLS', value: 'file', help: 'ours; without it nobody can call over TLS' },
  'tls-privkey-file': { group: 'TLS', value: 'file', help: 'the key of it' },
  'tls-verify-server': { group: 'TLS', help: 'as it is by itself; --no-tls-verify-server believes anybody' },
  'tls-cipher': { group: 'TLS', value: 'name', many: true, help: 'those alone, by the names OpenSSL has for them' },
  'tls-verify-client': { group: 'TLS', help: 'who calls needs a certificate' },

  'add-codec': { group: 'Sound', value: 'name', many: true, help: 'before the others, first preferred' },
  'dis-codec': { group: 'Sound', value: 'name', many: true, help: 'not used; * all that --add-codec does not name' },
  'snd-clock-rate': { group: 'Sound', value: 'Hz', from: 8000, to: 48_000, help: 'of the device; default 16000' },
  'null-audio': { group: 'Sound', help: 'no device' },
  'capture-dev': { group: 'Sound', value: 'name', help: 'ALSA PCM of the microphone' },
  'playback-dev': { group: 'Sound', value: 'name', help: 'ALSA PCM of the loudspeaker' },
  'play-file': { group: 'Sound', value: 'file', many: true, help: 'a WAV file, at the bridge' },
  'play-tone': { group: 'Sound', value: 'F1,F2,ON,OFF', many: true, help: 'a tone, at the bridge; Hz and ms' },
  'auto-play': { group: 'Sound', help: 'calls hear the first file' },
  'auto-play-hangup': { group: 'Sound', help: 'once, and are hung up' },
  'auto-loop': { group: 'Sound', help: 'calls hear themselves' },
  'auto-conf': { group: 'Sound', help: 'calls hear each other' },
  'rec-file': { group: 'Sound', value: 'file', help: 'a WAV file to be written' },
  'auto-rec': { group: 'Sound', help: 'what calls say goes there' },
  ptime: { group: 'Sound', value: 'ms', from: 10, to: 60, help: 'of packets; default 20' },
  'jb-max-size': { group: 'Sound', value: 'ms', from: 10, to: 2000, help: 'longest playout delay; default 200' },
  'rtp-port': { group: 'Sound', value: 'N', from: 1024, to: 65_000, help: 'first port of media; default 16384' },

  'add-buddy': { group: 'Behaviour', value: 'url', many: true, help: 'of the first account' },
  'auto-answer': { group: 'Behaviour', value: 'code', from: 100, to: 699, help: 'of calls that come' },
  'max-calls': { group: 'Behaviour', value: 'N', from: 1, to: 1000, help: 'at once; default 32' },
  duration: { group: 'Behaviour', value: 's', from: 1, to: 86_400, help: 'of calls at most' },
  'accept-redirect': {
    ...{ group: 'Behaviour', value: 'N', from: 0, to: 3 },
    help: '3xx: 0 not followed, 1 and 2 followed (as without it), 3 asked: Ra, Rr, Rd',
  },
} as const satisfies Readonly<Record<string, Kind>>

export type OptionName = keyof typeof OPTIONS

/** Not told in the type of each, as most have it not. */
export const kindOf = (name: OptionName): Kind => OPTIONS[name]

const LATER = 'comes later'
const ICE = `ICE ${LATER}`
const TURN = `TURN ${LATER}, with ICE`
const LOOKS = 'nothing here has a colour'
const VIDEO = 'there are no pictures here'
const TEXT = 'there is no text in real time here'
const CLI = 'this is the only way of typing'

/** What pjsua has besides. `goes on`: without it the same is done all the same, or nearly, and it is said; else it is refused. */
export const NOT_HERE: Readonly<
  Record<string, { readonly value?: true; readonly goesOn?: true; readonly why: string }>
> = {
  'use-ice': { goesOn: true, why: ICE },
  'ice-regular': { goesOn: true, why: ICE },
  'ice-trickle': { value: true, goesOn: true, why: ICE },
  'ice-max-hosts': { value: true, goesOn: true, why: ICE },
  'ice-no-rtcp': { goesOn: true, why: ICE },
  'use-turn': { goesOn: true, why: TURN },
  'turn-srv': { value: true, goesOn: true, why: TURN },
  'turn-tcp': { goesOn: true, why: TURN },
  'turn-user': { value: true, goesOn: true, why: TURN },
  'turn-passwd': { value: true, goesOn: true, why: TURN },
  'turn-tls': { goesOn: true, why: TURN },
  'turn-tls-ca-file': { value: true, goesOn: true, why: TURN },
  'turn-tls-cert-file': { value: true, goesOn: true, why: TURN },
  'turn-tls-privkey-file': { value: true, goesOn: true, why: TURN },
  'turn-tls-privkey-pwd': { value: true, goesOn: true, why: TURN },
  'turn-tls-neg-timeout': { value: true, goesOn: true, why: TURN },
  'turn-tls-cipher': { value: true, goesOn: true, why: TURN },
  'disable-stun': { goesOn: true, why: `accounts do not use STUN: it ${LATER}, with ICE` },
  'ip-addr': { value: true, why: `addresses of a router in the place of ours: ${LATER}, with ICE` },
  upnp: { value: true, why: `ports opened at the router: ${LATER}, with ICE` },
  'auto-update-nat': { value: true, goesOn: true, why: `Contacts as a NAT shows them: ${LATER}, with ICE` },
  'srtp-keying': { value: true, why: `keys are in the description (RFC 4568); DTLS ${LATER}` },
  'rtcp-mux': { goesOn: true, why: 'taken from whoever offers it (RFC 5761)' },

  color: { goesOn: true, why: LOOKS },
  'no-color': { goesOn: true, why: LOOKS },
  'light-bg': { goesOn: true, why: LOOKS },
  'no-stderr': { goesOn: true, why: 'the log goes there with --app-log-level alone' },
  contact: { value: true, why: 'Contacts are the stack’s own' },
  'use-ims': { why: 'there is no IMS here beyond digest AKA, of the core objects' },
  'aka-op': { value: true, why: 'digest AKA is of the core objects' },
  'aka-amf': { value: true, why: 'digest AKA is of the core objects' },
  ipv6: { why: 'give --bound-addr an IPv6 address' },
  'set-qos': { goesOn: true, why: 'packets are marked by themselves' },
  'no-mci': { goesOn: true, why: 'nothing says by itself that somebody is writing' },
  'tls-password': { value: true, why: 'keys are read as they are' },
  'tls-neg-timeout': { value: true, goesOn: true, why: 'connections have the time of a transaction' },
  'clock-rate': { value: true, goesOn: true, why: 'the bridge has the rate of what is connected' },
  stereo: { goesOn: true, why: 'sound has one channel' },
  quality: { value: true, goesOn: true, why: 'resampling and codecs have one quality' },
  'no-vad': { goesOn: true, why: 'silence is sent as it is' },
  'ec-tail': { value: true, goesOn: true, why: 'echo is the device’s business' },
  'ec-opt': { value: true, goesOn: true, why: 'echo is the device’s business' },
  'ilbc-mode': { value: true, goesOn: true, why: '30 is offered, and 20 taken' },
  'capture-lat': { value: true, goesOn: true, why: 'the device is read by 20 ms' },
  'playback-lat': { value: true, goesOn: true, why: 'the device is written by 20 ms' },
  'snd-auto-close': { value: true, goesOn: true, why: 'the device stays open from the first call on' },
  'no-tones': { goesOn: true, why: 'there are none' },
  'extra-audio': { why: 'a call has one stream' },
  'rx-drop-pct': { value: true, why: 'nothing is lost on purpose' },
  'tx-drop-pct': { value: true, why: 'nothing is lost on purpose' },
  'thread-cnt': { value: true, goesOn: true, why: 'threads are as many as needed' },
  norefersub: { goesOn: true, why: 'whoever is asked for a transfer tells how it goes' },
  'use-compact-form': { goesOn: true, why: 'names of headers are written out' },
  'no-force-lr': { why: 'routing is loose (RFC 3261)' },
  video: { why: VIDEO },
  'vcapture-dev': { value: true, why: VIDEO },
  'vrender-dev': { value: true, why: VIDEO },
  'play-avi': { value: true, why: VIDEO },
  'auto-play-avi': { why: VIDEO },
  'rec-avi': { value: true, why: VIDEO },
  'rec-avi-size': { value: true, why: VIDEO },
  'rec-avi-audio': { why: VIDEO },
  'auto-rec-avi': { why: VIDEO },
  text: { why: TEXT },
  'text-red': { value: true, why: TEXT },
  'use-cli': { goesOn: true, why: CLI },
  'cli-telnet-port': { value: true, why: CLI },
  'no-cli-console': { why: CLI },
}
