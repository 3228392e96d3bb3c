// Challenges SIPp sends, of every kind it has not itself: what the console answers is recomputed with Node's hashes. And AKA the
// other way round: SIPp with a Milenage of its own registers at this product's server half.
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromHex, toBase64 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { functionsOf, passwordOf, toBytes, toSix, toText } from '../../sip/auth/aka.ts'
import { parseAuth } from '../../sip/auth/challenge.ts'
import { ha1Of } from '../../sip/auth/digest.ts'
import { xor } from '../../sip/auth/milenage.ts'
import { challenge, verify } from '../../sip/auth/server.ts'
import { SqnWindow } from '../../sip/auth/sqn.ts'
import { parseMessage } from '../../sip/message/parse.ts'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { startSipp } from './sipp.ts'

const [USER, PASSWORD] = ['alice', 'pässword']
let alice: ConsoleProcess
beforeAll(async () => {
  alice = startConsole()
  const { port } = await alice.do({ do: 'start', address: '127.0.0.1' })
  const account = { account: 'alice', aor: `sip:${USER}@127.0.0.1:${port}`, registrar: '', password: PASSWORD }
  await alice.do({ do: 'account', ...account })
})
afterAll(() => alice?.end())

/** SIPp says nothing when it is ready. */
async function bound(port: number): Promise<void> {
  const place = `:${port.toString(16).toUpperCase().padStart(4, '0')} `
  for (let tries = 0; !readFileSync('/proc/net/udp', 'latin1').includes(place); tries++) {
    if (tries === 500) throw new Error('SIPp does not listen')
    await sleep(10)
  }
}

/** Authorization and Proxy-Authorization of the INVITE that SIPp took, and its body. */
async function answered(status: number, lines: readonly string[]) {
  const sipp = await startSipp('challenges', { keys: { status: `${status}`, challenges: lines.join('\n      ') } })
  await bound(sipp.port)
  const { call } = await alice.do({ do: 'call', to: `sip:bob@127.0.0.1:${sipp.port}` })
  await alice.heard({ event: 'call-state', call, state: 'disconnected', status: 486 })
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
  const invite = [...log.matchAll(/^INVITE [\s\S]*?\r?\n\r?\n(?:[a-z]=.*\r?\n)*/gm)].at(-1)?.[0] ?? ''
  const text = invite.replace(/\r?\n/g, '\r\n')
  const parsed = parseMessage(text)
  if (!parsed.ok) throw new Error(`${parsed.error.what}\n${text}`)
  return parsed.value
}

const HASHES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const

/** The response as RFC 7616 §3.4 has it, with Node's hashes. */
function expected(value: string, uri: string, body: string): string {
  const read = parseAuth(value)
  if (!read.ok) throw new Error(read.error.what)
  const get = (name: string) => read.value[0]!.params.get(name) ?? ''
  const [, name, session] = /^(.*?)(-sess)?$/.exec(get('algorithm') || 'MD5') ?? []
  const hash = (text: string) =>
    createHash(HASHES[name as keyof typeof HASHES])
      .update(text, 'latin1')
      .digest('hex')
  const secret = hash(`${USER}:${get('realm')}:${Buffer.from(PASSWORD).toString('latin1')}`)
  const key = session ? hash(`${secret}:${get('nonce')}:${get('cnonce')}`) : secret
  const about = hash(get('qop') === 'auth-int' ? `INVITE:${uri}:${hash(body)}` : `INVITE:${uri}`)
  const counted = get('qop') === '' ? '' : `${get('nc')}:${get('cnonce')}:${get('qop')}:`
  return hash(`${key}:${get('nonce')}:${counted}${about}`)
}

const given = (algorithm: string | undefined, qop: string | undefined, realm = 'sipp') =>
  `Digest realm="${realm}", nonce="n-${realm}", opaque="o"` +
  (algorithm === undefined ? '' : `, algorithm=${algorithm}`) +
  (qop === undefined ? '' : `, qop="${qop}"`)

test.each([
  ['SHA-512-256', 'auth'],
  ['SHA-512-256-sess', 'auth'],
  ['SHA-256', 'auth-int'],
  ['SHA-256-sess', 'auth-int'],
  ['MD5', 'auth-int'],
  ['MD5-sess', 'auth'],
  [undefined, undefined],
])('%s, qop %s', async (algorithm, qop) => {
  const invite = await answered(401, [`WWW-Authenticate: ${given(algorithm, qop)}`])
  const value = invite.header('Authorization')!
  expect(value).toContain(qop === undefined ? 'opaque="o"' : `qop=${qop}, `)
  expect(invite.body).not.toBe('')
  if (invite.kind === 'request') expect(value).toContain(`response="${expected(value, invite.uriText, invite.body)}"`)
})

test('several challenges: the first that is known, and every realm, of server and proxies alike', async () => {
  const invite = await answered(407, [
    `Proxy-Authenticate: ${given('SHA-3', 'auth', 'edge')}`,
    `Proxy-Authenticate: ${given('SHA-512-256', 'auth', 'edge')}`,
    `Proxy-Authenticate: ${given('MD5', 'auth', 'edge')}`,
    `Proxy-Authenticate: ${given('MD5', 'auth', 'core')}, ${given('SHA-256', 'auth', 'third')}`,
    `WWW-Authenticate: ${given('SHA-256', 'auth', 'home')}`,
  ])
  const values = ['Authorization', 'Proxy-Authorization'].flatMap((name) => invite.headers(name))
  const said = values.map((value) => /realm="(\w+)".*algorithm=([\w-]+)/.exec(value)?.slice(1).join(' '))
  expect(said).toEqual(['home SHA-256', 'edge SHA-512-256', 'core MD5', 'third SHA-256'])
  for (const value of values)
    if (invite.kind === 'request') expect(value).toContain(`response="${expected(value, invite.uriText, invite.body)}"`)
})

test('AKAv1-MD5: SIPp answers our network, whose server half accepts it', async () => {
  // TS 35.207, set 3: the first one has a bracket among its bytes, which SIPp takes for a keyword.
  const keys = { k: 'fec86ba6eb707ed08905757b1bb44b8f', op: 'dbc59adcb6f9a0ef735477b7fadf8374' }
  const own = { k: new Secret(keys.k), op: new Secret(keys.op), sqn: new SqnWindow() }
  const rand = '9f7c8d021accf4db213ccff0c7f71a6a'
  const f = functionsOf(own, toBytes(fromHex(rand)))
  const [sqn, amf] = [toSix(0x9d0277595ffc), toBytes('\xb9\xb9')]
  const nonce = toBase64(fromHex(rand) + toText(xor(sqn, f.ak)) + toText(amf) + toText(f.macA(sqn, amf)))
  const socket = createSocket('udp4')
  const verdicts: string[] = []
  socket.on('message', (data, from) => {
    const parsed = parseMessage(data.toString('latin1'))
    if (!parsed.ok || parsed.value.kind !== 'request') return
    const request = parsed.value
    const value = request.header('Authorization')
    const verdict =
      value &&
      verify(
        value,
        { method: 'REGISTER', uri: request.uriText, body: '' },
        {
          ...{
            realm: 'home',
            algorithms: ['AKAv1-MD5'],
            nonce: (asked) => (asked === nonce ? { count: 0 } : 'unknown'),
          },
          kept: (user, known) => ({ ha1: new Secret(ha1Of(known, user, 'home', passwordOf(f, 1, known.hash))) }),
        },
      )
    if (verdict) verdicts.push(verdict.kind === 'refused' ? verdict.what : verdict.kind)
    const accepted = verdict && verdict.kind === 'accepted'
    const options = { realm: 'home', nonce, algorithms: ['AKAv1-MD5'], qop: ['auth' as const], stale: false }
    const lines = [
      accepted ? 'SIP/2.0 200 OK' : 'SIP/2.0 401 Unauthorized',
      ...['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.header(name)}`),
      ...(accepted ? [] : challenge(options).map((line) => `WWW-Authenticate: ${line}`)),
      'Content-Length: 0',
    ]
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const sipp = await startSipp('aka', { target: `127.0.0.1:${socket.address().port}`, keys, seconds: 5 })
  const { code, log } = await sipp.done
  socket.close()
  expect(verdicts, log).toEqual(['accepted'])
  expect(code, log).toBe(0)
})
