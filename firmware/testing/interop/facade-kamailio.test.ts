// The façade at a Kamailio that asks for passwords: an application that has none in its settings gives them when it is asked.
import { afterEach, expect, test } from 'vitest'
import { Account, Call, type OnAuthChallengeParam } from '../../api/facade/index.ts'
import { desksOfEach, Person } from '../../api/facade/testing/pair.ts'
import { type Kamailio, startKamailio } from './kamailio.ts'

const upDesk = desksOfEach()
let kamailio: Kamailio | undefined
afterEach(() => kamailio?.stop())

/** Knows its password when it is asked, as somebody at a keyboard would. */
class Asked extends Person {
  readonly asked: OnAuthChallengeParam[] = []
  word: (prm: OnAuthChallengeParam) => void = () => {}

  override onAuthChallenge(prm: OnAuthChallengeParam): void {
    this.asked.push(prm)
    this.word(prm)
  }
}

async function asking(user: string, data?: string) {
  const { endpoint } = await upDesk(user)
  const account = new Asked(endpoint)
  const domain = kamailio?.domain ?? ''
  const create = () =>
    account.create({
      idUri: `sip:${user}@${domain}`,
      regConfig: { registrarUri: `sip:${domain}` },
      sipConfig: { proxies: [`sip:${domain};lr`], authCreds: data === undefined ? [] : [{ username: user, data }] },
    })
  return { account, create }
}

test.each(['MD5', 'SHA-256'] as const)(
  '%s: registered and calling by what is typed',
  { timeout: 30_000 },
  async (algorithm) => {
    kamailio = await startKamailio({ users: { '4201': 'first', '4202': 'second' }, algorithm })
    const one = await asking('4201')
    // After a while, and wrong at first.
    const typed = ['frist', 'first', 'first']
    one.account.word = ({ challenge }) => {
      challenge.defer()
      setTimeout(() => challenge.respond([{ username: '4201', data: typed.shift() ?? '' }]), 100)
    }
    const registered = one.account.once('regState', ({ active }) => active)
    one.create()
    expect(await registered).toMatchObject({ statusCode: 200 })
    expect(one.account.asked.map((each) => [each.method, each.statusCode, each.realm, each.ownCredentials])).toEqual([
      ['REGISTER', 401, 'kamailio', 'none'],
      ['REGISTER', 401, 'kamailio', 'refused'],
    ])
    expect(one.account.asked[0]).toMatchObject({ algorithm, isProxy: false, stale: false })
    expect(await kamailio.contacts('4201')).toHaveLength(1)

    // Settings that know it: asked all the same, and answered by them where nothing is said.
    const two = await asking('4202', 'second')
    const stands = two.account.once('regState', ({ active }) => active)
    two.create()
    await stands
    expect(two.account.asked.map((each) => each.ownCredentials)).toEqual(['fit'])

    const call = new Call(one.account)
    const confirmed = call.once('callState', ({ state }) => state === 'confirmed')
    const comes = two.account.nextCall()
    call.makeCall(`sip:4202@${kamailio.domain}`)
    const theirs = await comes
    theirs.answer({ statusCode: 200 })
    await confirmed
    // What the REGISTER was answered with is the account's by now.
    expect(one.account.asked.at(-1)).toMatchObject({ method: 'INVITE', statusCode: 407, isProxy: true })
    expect(one.account.asked.at(-1)?.call).toBe(call)
    const ended = theirs.once('callState', ({ state }) => state === 'disconnected')
    call.hangup()
    await ended
  },
)

test('given up, and hung up while nothing was said', { timeout: 30_000 }, async () => {
  kamailio = await startKamailio({ users: { '4201': 'first' } })
  const { account, create } = await asking('4201')
  account.word = ({ challenge }) => challenge.abandon()
  const refused = account.once('regState', ({ statusCode }) => statusCode === 401)
  create()
  expect((await refused).active).toBe(false)
  account.word = ({ challenge }) => challenge.defer()
  const call = new Call(account)
  const asked = account.once('authChallenge')
  const over = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(`sip:4299@${kamailio.domain}`)
  const { challenge } = await asked
  expect(challenge.isValid()).toBe(true)
  call.hangup()
  expect((await over).statusCode).toBe(487)
  expect(() => challenge.respond()).toThrow(/refused/)
})

test('an account that is gone is not asked', { timeout: 30_000 }, async () => {
  kamailio = await startKamailio({ users: { '4201': 'first' } })
  const { account, create } = await asking('4201', 'first')
  const registered = account.once('regState', ({ active }) => active)
  create()
  await registered
  const before = account.asked.length
  account.shutdown()
  await expect.poll(() => kamailio?.contacts('4201')).toEqual([])
  expect(account.asked).toHaveLength(before)
  expect(Account.lookup(1, account.endpoint)).toBeUndefined()
})
