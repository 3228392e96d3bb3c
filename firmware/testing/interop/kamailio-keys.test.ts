// The whole phone at Kamailio's presence server: the lamp of a key and its row on the display, by what somebody's phone publishes of
// its calls.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BusyState } from '../../sip/packages/dialog-set.ts'
import { type ConsoleProcess, startConsole } from '../console.ts'
import type { Kamailio } from './kamailio.ts'
import { DOMAIN, startPresenceServer } from './kamailio-presence.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

// 102 is whom the second key of the lab's configuration watches.
const USERS = { '100': 'phone-secret', '102': 'bob-secret' } as const
let server: Kamailio
let phone: PhoneInLab
let bob: ConsoleProcess
let busy: BusyState | undefined

beforeAll(async () => {
  server = await startPresenceServer(USERS, [])
  bob = startConsole()
  await bob.do({ do: 'start', address: DOMAIN })
  const access = { registrar: `sip:${DOMAIN}`, proxies: [`sip:${server.domain}`], password: USERS['102'] }
  await bob.do({ do: 'account', account: 'bob', aor: `sip:102@${DOMAIN}`, ...access })
  await bob.heard({ event: 'registration', state: 'registered' })
  phone = await startPhone(440, {
    account: { domain: server.domain, user: '100', password: USERS['100'] },
    witness: (seen) => {
      if (seen.of === 'view') busy = seen.view.keys[1]?.busy
    },
  })
}, 60_000)
afterAll(async () => {
  await Promise.all([phone?.stop(), bob?.end()])
  phone?.dispose()
  await server?.stop()
}, 30_000)

type Told = readonly (readonly [id: string, state: 'early' | 'confirmed' | 'terminated'])[]
const document = (version: number, dialogs: Told) =>
  `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:102@${DOMAIN}">${dialogs
    .map(
      ([id, state]) =>
        `<dialog id="${id}" call-id="c${id}" local-tag="l" remote-tag="r" direction="recipient"><state>${state}</state><remote><identity>sip:carol@${DOMAIN}</identity></remote></dialog>`,
    )
    .join('')}</dialog-info>`

/** How the lamp shines within two seconds, looked at every 20 ms: never, always, or the share of the time. */
async function shines(): Promise<number> {
  let lit = 0
  for (let n = 0; n < 100; n++) {
    if (phone.board.leds().includes('key2')) lit++
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return lit / 100
}

test('unknown until told; then free, rung, talking, with two calls, and free again', { timeout: 60_000 }, async () => {
  let version = 0
  const tells = (dialogs: Told) =>
    bob.do({
      ...{ do: 'publish', event: 'dialog', publication: 'calls', expires: 600, body: document(version++, dialogs) },
      contentType: 'application/dialog-info+xml',
    })
  const row = async () => {
    phone.board.press('soft3')
    phone.board.press('soft2')
    const shown = () => phone.board.screen().find((line) => line.includes('3 Second')) ?? ''
    await expect.poll(() => phone.board.screen().join('/')).toContain('3 Second')
    const text = shown()
    phone.board.press('back')
    return text
  }
  await tells([])
  await expect.poll(() => busy, { timeout: 10_000 }).toBe('idle')
  expect([await shines(), await row()]).toEqual([0, expect.stringMatching(/free *$/)])
  await tells([['1', 'early']])
  await expect.poll(() => busy, { timeout: 10_000 }).toBe('ringing')
  const flashing = await shines()
  expect(flashing).toBeGreaterThan(0.2)
  expect(flashing).toBeLessThan(0.8)
  expect(await row()).toMatch(/rings *$/)
  await tells([
    ['1', 'terminated'],
    ['2', 'confirmed'],
  ])
  await expect.poll(() => busy, { timeout: 10_000 }).toBe('busy')
  expect(await shines()).toBeGreaterThan(0.8)
  await tells([
    ['2', 'confirmed'],
    ['3', 'early'],
  ])
  await expect.poll(() => busy, { timeout: 10_000 }).toBe('ringing')
  await tells([
    ['2', 'terminated'],
    ['3', 'terminated'],
  ])
  await expect.poll(() => busy, { timeout: 10_000 }).toBe('idle')
  expect(await shines()).toBe(0)
})
