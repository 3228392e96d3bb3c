// Accounts at a registrar: registered, refused, taken back, and called through it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../../runtime/lab-client.ts'
import { Call } from './index.ts'
import { type Desk, desk, Person } from './testing/pair.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-registration-'))
let lab: Lab
let alice: Desk
beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
  alice = await desk('alice')
}, 30_000)
afterAll(async () => {
  await alice?.endpoint.libDestroy()
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 30_000)

const settings = (who: { readonly user: string; readonly password: string }, password = who.password) => ({
  idUri: `sip:${who.user}@${lab.ready.domain}`,
  regConfig: { registrarUri: `sip:${lab.ready.domain}` },
  sipConfig: { authCreds: [{ username: who.user, data: password }] },
})

test('registered on its creation, called and calling, then taken back', { timeout: 30_000 }, async () => {
  const account = new Person(alice.endpoint)
  const started = account.once('regStarted')
  const registered = account.once('regState', ({ active }) => active)
  account.create(settings(lab.ready.phone), true)
  expect(await started).toEqual({ renew: true })
  expect(await registered).toMatchObject({ state: 'registered', statusCode: 200 })
  expect(account.getInfo()).toMatchObject({ isDefault: true, regIsActive: true, regIsConfigured: true, regStatus: 200 })
  const call = new Call(account)
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(lab.ready.echo)
  await stands
  call.hangup()
  const comes = account.nextCall()
  lab.request({ do: 'call' })
  const theirs = await comes
  theirs.hangup({ statusCode: 486 })
  const gone = account.once('regState', ({ state }) => state === 'unregistered')
  account.setRegistration(false)
  await gone
  const back = account.once('regState', ({ active }) => active)
  account.setRegistration(true)
  await back
  account.shutdown()
  expect(account.isValid()).toBe(false)
})

test('of several proofs the one for its realm is given', { timeout: 30_000 }, async () => {
  const account = new Person(alice.endpoint)
  const given = settings(lab.ready.phone)
  const elsewhere = { username: 'x', data: 'wrong', realm: 'elsewhere' }
  const registered = account.once('regState', ({ active }) => active)
  account.create({ ...given, sipConfig: { authCreds: [elsewhere, ...given.sipConfig.authCreds] } })
  expect(await registered).toMatchObject({ statusCode: 200 })
  expect(account.registration?.state).toBe('registered')
  account.shutdown()
})

test('not on its creation where the settings say so; a wrong password is told of', { timeout: 30_000 }, async () => {
  const account = new Person(alice.endpoint)
  const { regConfig, ...rest } = settings(lab.ready.guest, 'wrong')
  account.create({ ...rest, regConfig: { ...regConfig, registerOnAdd: false } })
  let told = 0
  account.on('regState', () => {
    told++
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(told).toBe(0)
  const refused = account.once('regState', ({ statusCode }) => statusCode >= 400)
  account.setRegistration(true)
  expect((await refused).active).toBe(false)
  expect(account.getInfo().regIsActive).toBe(false)
  expect(JSON.stringify(account.getInfo())).not.toContain('wrong')
  account.shutdown()
})
