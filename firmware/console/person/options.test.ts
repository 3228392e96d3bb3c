// The options of the console for people: every one of pjsua's is known, by name and by what it takes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { accountSettings } from './account-settings.ts'
import { instanceOfHost } from './instance.ts'
import { NOT_HERE, OPTIONS } from './option-table.ts'
import { linesOfOptions, readPersonOptions, usage } from './options.ts'
import { wordsOf } from './words.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-options-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As pjsua lists them, with = where there is a value. */
const PJSUA = `
  config-file= help version log-file= log-level= app-log-level= log-append color no-color light-bg no-stderr
  registrar= id= realm= username= password= contact= contact-params= contact-uri-params= proxy= reg-timeout= rereg-delay=
  reg-use-proxy= publish mwi use-ims use-srtp= srtp-secure= use-100rel use-timer= timer-se= timer-min-se= outb-rid=
  auto-update-nat= disable-stun next-cred next-account ipv6 set-qos no-mci local-port= ip-addr= bound-addr= no-tcp no-udp
  nameserver= outbound= stun-srv= upnp= use-tls tls-ca-file= tls-cert-file= tls-privkey-file= tls-password= tls-verify-server
  tls-verify-client tls-neg-timeout= tls-cipher= add-codec= dis-codec= clock-rate= snd-clock-rate= stereo null-audio
  play-file= play-tone= auto-play auto-play-hangup auto-loop auto-conf rec-file= auto-rec quality= ptime= no-vad ec-tail=
  ec-opt= ilbc-mode= capture-dev= playback-dev= capture-lat= playback-lat= snd-auto-close= no-tones jb-max-size=
  extra-audio video vcapture-dev= vrender-dev= play-avi= auto-play-avi rec-avi= rec-avi-size= rec-avi-audio auto-rec-avi
  text text-red= use-ice ice-regular ice-trickle= ice-max-hosts= ice-no-rtcp rtp-port= rx-drop-pct= tx-drop-pct= use-turn
  turn-srv= turn-tcp turn-user= turn-passwd= rtcp-mux srtp-keying= turn-tls turn-tls-ca-file= turn-tls-cert-file=
  turn-tls-privkey-file= turn-tls-privkey-pwd= turn-tls-neg-timeout= turn-tls-cipher= add-buddy= auto-answer= max-calls=
  thread-cnt= duration= norefersub use-compact-form no-force-lr accept-redirect= use-cli cli-telnet-port= no-cli-console
  aka-op= aka-amf=`
  .trim()
  .split(/\s+/)

describe("pjsua's options", () => {
  test.each(PJSUA)('--%s', (written) => {
    const name = written.replace('=', '')
    const given = { 'config-file': '/dev/null', 'max-calls': '4', ptime: '20', 'snd-clock-rate': '16000' }[name]
    const { from } = (OPTIONS as Readonly<Record<string, { from?: number }>>)[name] ?? {}
    const value = given ?? String(from ?? 'x')
    const read = readPersonOptions(written.endsWith('=') ? [`--${name}`, value] : [`--${name}`])
    const missing = NOT_HERE[name]
    if (missing === undefined) {
      expect(read).toMatchObject({ ok: true, value: { without: [] } })
      expect(usage()).toContain(`--${name}`)
    } else if (missing.goesOn) expect(read).toMatchObject({ value: { without: [`--${name}: ${missing.why}`] } })
    else expect(read).toEqual({ ok: false, error: `--${name}: ${missing.why}.` })
  })
})

test.each([
  [['--bogus'], "Unknown option '--bogus'. See --help."],
  [['--max-calls', '0'], '--max-calls 0: expected a number from 1 to 1000.'],
  [['--max-calls', '1e2'], '--max-calls 1e2: expected a number from 1 to 1000.'],
  [['--user-agent='], '--user-agent: expected a value.'],
  [['--id'], "Option '--id <value>' argument missing. See --help."],
  [['sip:a@b', 'sip:c@d'], 'one address to call, got sip:a@b sip:c@d'],
  [['--config-file', '/nowhere'], "--config-file: ENOENT: no such file or directory, open '/nowhere'"],
])('%j', (args, error) => expect(readPersonOptions(args)).toEqual({ ok: false, error }))

test.each([
  [['--reg-use-proxy', '4'], '--reg-use-proxy 4: expected a number from 0 to 3.'],
  [['--outb-rid', '0'], '--outb-rid 0: expected a number from 1 to 999999.'],
])('%j', (args, error) => expect(readPersonOptions(args)).toEqual({ ok: false, error }))

test('an account as its options have it', () => {
  const words =
    '--reg-use-proxy 1 --contact-params ;x=1 --contact-uri-params ;y --outb-rid 4 --id sip:a@b --registrar sip:b'
  const read = readPersonOptions([...words.split(' '), '--next-account', '--id', 'sip:c@d'])
  if (!read.ok) throw new Error(read.error)
  const [first, second] = read.value.accounts.map((each) => accountSettings(each, 'nobody'))
  expect(first).toMatchObject({
    regConfig: { proxyUse: 1 },
    sipConfig: { contactParams: ';x=1', contactUriParams: ';y' },
    natConfig: { sipOutboundUse: true, sipOutboundRegId: '4', sipOutboundInstanceId: instanceOfHost() },
  })
  expect(second).toMatchObject({ regConfig: { proxyUse: 3 }, sipConfig: { contactParams: '' }, natConfig: {} })
})

test('the instance of a host is the same each time, and another one of another host', () => {
  expect(instanceOfHost('desk')).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(instanceOfHost('desk')).toBe(instanceOfHost('desk'))
  expect(instanceOfHost('desk')).not.toBe(instanceOfHost('kitchen'))
})

test('accounts and proofs are those named last', () => {
  const words = `--id sip:a@x --username a1 --password p1 --next-cred --realm r --username a2 --password p2 --null-audio
    --next-account --id sip:b@y --proxy sip:p;lr --proxy sip:q --use-timer 3 --local-port 0 --no-tls-verify-server`
  expect(readPersonOptions(words.split(/\s+/))).toEqual({
    ok: true,
    value: {
      ...{ 'null-audio': true, 'local-port': 0, 'tls-verify-server': false, without: [] },
      accounts: [
        {
          id: 'sip:a@x',
          proofs: [
            { username: 'a1', password: 'p1' },
            { realm: 'r', username: 'a2', password: 'p2' },
          ],
        },
        { id: 'sip:b@y', proxy: ['sip:p;lr', 'sip:q'], 'use-timer': 3, proofs: [{}] },
      ],
    },
  })
})

test('from a file, and over it from the command line; written again it is the same', () => {
  const file = join(folder, 'options')
  const read = (text: string, ...args: readonly string[]) => {
    writeFileSync(file, text)
    return readPersonOptions(['--config-file', file, ...args])
  }
  const text = '# mine\n--id "Alice <sip:alice@example.com>" --max-calls=5 # few\n--null-audio\n--proxy sip:x\n'
  const both = read(text, '--max-calls', '6', '--password', 'it\'s "secret"', '--username=a', 'sip:bob@example.com')
  expect(both).toMatchObject({
    value: {
      ...{ 'max-calls': 6, 'null-audio': true, call: 'sip:bob@example.com' },
      accounts: [{ id: 'Alice <sip:alice@example.com>', proxy: ['sip:x'] }],
    },
  })
  if (!both.ok) throw new Error(both.error)
  const lines = linesOfOptions(both.value)
  const again = read(lines.join('\n'))
  expect(again).toEqual({ ok: true, value: { ...both.value, 'config-file': file } })
  expect(linesOfOptions(both.value, '***').join()).not.toContain('secret')
  expect(read('--no-such\n')).toEqual({ ok: false, error: `${file}: Unknown option '--no-such'. See --help.` })
  expect(read('--id "sip:a@b\n')).toEqual({ ok: false, error: `${file}: line 1: expected a closing "` })
  expect(read('--config-file /x')).toEqual({ ok: false, error: `${file}: --config-file cannot stand in a file` })
})

test.each([
  ['a b\tc', ['a', 'b', 'c']],
  ['--id="A B <sip:a@b>" \'#5\'', ['--id=A B <sip:a@b>', '#5']],
  ['a#b #c "d', ['a#b']],
  ['"say \\"hi\\"" a\\ b ""', ['say "hi"', 'a b', '']],
  ['x\r\n\n  # nothing\r\ny', ['x', 'y']],
])('words of %j', (text, words) => expect(wordsOf(text)).toEqual({ ok: true, value: words }))
