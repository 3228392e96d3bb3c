// Ladders of AKA (RFC 3310): a subscriber at its network, in step, out of step, and at a network that is none; Authentication-Info.
import { expect, test } from 'vitest'
import { fromHex, toBase64 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { registering } from '../../testing/registering.ts'
import { functionsOf, passwordOf, toBytes, toSix, toText } from '../auth/aka.ts'
import { parseAuth } from '../auth/challenge.ts'
import { ha1Of } from '../auth/digest.ts'
import { xor } from '../auth/milenage.ts'
import { challenge, info, verify } from '../auth/server.ts'
import { SqnWindow } from '../auth/sqn.ts'

// 3GPP TS 35.207, set 1.
const SHARED = {
  k: new Secret('465b5ce8b199b49faa5f0a2ee238a6bc'),
  op: new Secret('cdc202d5123e20f62b6d676ac72cb318'),
  sqn: new SqnWindow(),
}
const REALM = 'home'

/** A network that numbers from `sqn` on and steps over what an AUTS names; `forged`: it does not know the keys. */
function network(sqn: number, forged = false) {
  const all = registering()
  const { registrar, identity } = all
  const own = new SqnWindow(64)
  const auts: string[] = []
  let next = sqn
  let made = 0
  const nonceOf = () => {
    const rand = toBytes(fromHex((++made).toString(16).padStart(32, '0')))
    const f = functionsOf(SHARED, rand)
    const amf = new Uint8Array(2)
    const number = toSix(next)
    next += 32
    const mac = forged ? '12345678' : toText(f.macA(number, amf))
    return toBase64(toText(rand) + toText(xor(number, f.ak)) + toText(amf) + mac)
  }
  let nonce = nonceOf()
  let used = 0
  registrar.peer.on('REGISTER', (request, from) => {
    const value = request.header('Authorization') ?? ''
    const parsed = parseAuth(value)
    const params = parsed.ok ? parsed.value[0]?.params : undefined
    const rand = toBytes(fromHex(made.toString(16).padStart(32, '0')))
    const f = functionsOf(SHARED, rand)
    const verdict = verify(
      value,
      { method: 'REGISTER', uri: request.uriText, body: '' },
      {
        ...{ realm: REALM, algorithms: ['AKAv1-MD5'] },
        nonce: (asked) => (asked === nonce ? { count: used } : 'unknown'),
        kept: (user, known) => ({
          ha1: new Secret(ha1Of(known, user, REALM, params?.has('auts') ? '' : passwordOf(f, 1, known.hash))),
        }),
      },
    )
    const token = params?.get('auts')
    if (verdict.kind === 'accepted' && token === undefined) {
      used = verdict.count
      const contact = `Contact: ${request.header('Contact')}`
      registrar.peer.reply(request, from, {
        status: 200,
        headers: [contact, `Authentication-Info: ${info(verdict, '')}`],
      })
      return
    }
    if (token !== undefined) {
      auts.push(token)
      next = 1024
    }
    nonce = nonceOf()
    used = 0
    const options = { realm: REALM, nonce, algorithms: ['AKAv1-MD5'], qop: ['auth' as const], stale: false }
    const headers = challenge(options).map((line) => `WWW-Authenticate: ${line}`)
    registrar.peer.reply(request, from, { status: 401, headers })
  })
  const credentials = [{ realm: REALM, username: 'alice@home', aka: { k: SHARED.k, op: SHARED.op, sqn: own } }]
  const start = () => all.register({ identity: { ...identity, credentials }, expires: 60 })
  return { ...all, own, auts, start }
}

test('in step: who asks is said first, the challenge answered, the refresh goes unasked with the next count', () => {
  const { stage, alice, requests, start, own } = network(128)
  start()
  stage.run(56_000)
  expect(alice.all('registration-state').map(({ state }) => state)).toEqual(['registering', 'registered', 'registered'])
  const sent = requests().map((request) => request.header('Authorization') ?? '')
  expect(sent).toHaveLength(3)
  expect(sent[0]).toContain('username="alice@home", realm="home", nonce=""')
  expect(sent[1]).toContain('nc=00000001')
  expect(sent[2]).toContain('nc=00000002')
  expect(own.highest).toBe(160)
})

test('out of step: one AUTS, and the network steps over what it names', () => {
  const { stage, alice, requests, auts, start, own } = network(0)
  start()
  stage.run(1000)
  expect(alice.last('registration-state')).toMatchObject({ state: 'registered' })
  expect(auts).toHaveLength(1)
  expect(requests()).toHaveLength(3)
  expect(own.highest).toBe(1024)
})

test('a network that does not know the keys gets no answer, and that is told', () => {
  const { stage, alice, requests, start, own } = network(128, true)
  start()
  stage.run(1000)
  expect(requests()).toHaveLength(1)
  expect(alice.last('registration-state')).toMatchObject({
    state: 'unregistered',
    status: 401,
    cause: 'authentication',
  })
  expect(own.highest).toBe(64)
})
