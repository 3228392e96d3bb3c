// The phone calls SIPp, which answers in ways that other phones seldom show: each scenario is a file of `scenarios/`.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { activity, callState, media } from '../../runtime/demo/witness.ts'
import { type PhoneInLab, startPhone } from './phone.ts'
import { freePort } from './ports.ts'
import { type SippOptions, startSipp } from './sipp.ts'

let phone: PhoneInLab
/** One for all, so that it is dialled once and redialled then. */
let port: number
beforeAll(async () => {
  phone = await startPhone(1000)
  port = await freePort()
  await phone.lift()
  const dialled = phone.witness.next('the call', 10_000, activity('ended'))
  phone.dial(`127*0*0*1**${port}#`)
  await dialled
  await phone.putDown()
}, 30_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
  expect(phone.complaints).toEqual([])
})
afterEach(() => phone.putDown())

async function call(scenario: string, options: Pick<SippOptions, 'keys'> = {}) {
  const sipp = await startSipp(scenario, { ...options, port, holdMs: 1000 })
  await phone.lift()
  phone.board.press('redial')
  return async () => {
    const { code, log } = await sipp.done
    expect(code, log).toBe(0)
  }
}

test('early-media: the voice of a 183 is heard before the call is answered', async () => {
  const { witness, board } = phone
  const voice = witness.next('the way for it', 5000, media('port-opened', 'call:'))
  const up = witness.next('answer', 8000, callState('confirmed'))
  const wellDone = await call('early-media')
  expect(await voice).toBeLessThan(await up)
  const over = witness.next('end', 3000, callState('disconnected'))
  board.hangUp()
  await over
  await wellDone()
})

test('cancelled: the handset goes down while it rings there', async () => {
  const { witness, board } = phone
  const ringing = witness.next('ringing', 5000, callState('early'))
  const over = witness.next('end', 5000, callState('disconnected'))
  const wellDone = await call('cancelled')
  await ringing
  board.hangUp()
  await over
  await wellDone()
})

test('challenge: 407 is answered with credentials', async () => {
  const { witness, board } = phone
  const up = witness.next('answer', 8000, callState('confirmed'))
  const wellDone = await call('challenge')
  await up
  const over = witness.next('end', 3000, callState('disconnected'))
  board.hangUp()
  await over
  await wellDone()
})

test.each([
  ['486 Busy Here', 'busy'],
  ['404 Not Found', 'unknown number'],
  ['503 Service Unavailable', 'no service'],
  // It is followed, to where nobody is.
  ['302 Moved Temporarily', 'network unreachable'],
])('refused with %s: the display says "%s"', async (status, words) => {
  const ended = phone.witness.next('end', 5000, activity('ended'))
  const wellDone = await call('refuse', {
    keys: { status, more: status.startsWith('302') ? 'Contact: <sip:elsewhere@127.0.0.1:9>' : 'Retry-After: 1' },
  })
  await ended
  await expect.poll(() => phone.board.screen().join('\n')).toContain(words)
  await wellDone()
})
