// Digest at Kamailio: SHA-256 (RFC 8760) for REGISTER and INVITE, and a wrong password, which is said on the display.
import { afterEach, expect, test } from 'vitest'
import type { Witnessed } from '../../runtime/compose.ts'
import { activity } from '../../runtime/demo/witness.ts'
import { type Kamailio, type KamailioOptions, startKamailio } from './kamailio.ts'
import { type PhoneInLab, startPhone } from './phone.ts'

const USER = '4201'
let kamailio: Kamailio | undefined
let phone: PhoneInLab | undefined

async function setUp(
  algorithm: NonNullable<KamailioOptions['algorithm']>,
  password: string,
  until?: (seen: Witnessed) => boolean,
) {
  kamailio = await startKamailio({ users: { [USER]: 'right' }, algorithm })
  const account = { domain: kamailio.domain, user: USER, password }
  phone = await startPhone(1000, { account, ...(until === undefined ? {} : { until }) })
  return { kamailio, phone }
}
afterEach(async () => {
  await phone?.stop()
  phone?.dispose()
  await kamailio?.stop()
})

test('SHA-256: registers and calls', async () => {
  const { kamailio, phone } = await setUp('SHA-256', 'right')
  expect(await kamailio.contacts(USER)).toHaveLength(1)
  const ended = phone.witness.next('end', 10_000, activity('ended'))
  await phone.lift()
  phone.dial('4299#')
  await ended
  // Only whom it knows it tells that it does not know the other.
  await expect.poll(() => phone.board.screen().join('\n')).toContain('unknown number')
  await phone.putDown()
})

const refused = (seen: Witnessed): boolean =>
  seen.of === 'ua' &&
  seen.event.kind === 'account-state' &&
  seen.event.status === 401 &&
  seen.event.registration === 'unregistered'

test.each(['MD5', 'SHA-256'] as const)('a wrong password (%s): the display says so', async (algorithm) => {
  const { kamailio, phone } = await setUp(algorithm, 'wrong', refused)
  await expect.poll(() => phone.board.screen().join('\n')).toContain('wrong password')
  expect(await kamailio.contacts(USER)).toEqual([])
})
