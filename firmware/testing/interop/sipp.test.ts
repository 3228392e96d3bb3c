// SIPp's built-in scenarios against the whole phone: uac calls it, uas is called by it.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { type PhoneInLab, startPhone } from './phone.ts'
import { startSipp } from './sipp.ts'

let phone: PhoneInLab
beforeAll(async () => {
  phone = await startPhone(1000)
}, 20_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
})

test('uac: INVITE, 180, 200, ACK, BYE, 200', async () => {
  const { board, witness, lab } = phone
  const [ringing, up] = [
    witness.next('ringing', 8000, activity('ringing')),
    witness.next('the call', 9000, callState('confirmed')),
  ]
  const over = witness.next('end', 12_000, callState('disconnected'))
  const sipp = await startSipp('uac', { target: `127.0.0.1:${lab.phone.sipPort}`, user: lab.phone.user, holdMs: 800 })
  await ringing
  board.lift()
  await up
  await over
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
  const idle = witness.next('idle', 8000, activity('idle'))
  board.hangUp()
  await idle
})

test('uas: the phone calls it, talks, and puts the handset down', async () => {
  const { board, witness } = phone
  const sipp = await startSipp('uas', {})
  const up = witness.next('answer', 8000, callState('confirmed'))
  await phone.lift()
  phone.dial(`127*0*0*1**${sipp.port}#`)
  await up
  await sleep(500)
  const over = witness.next('end', 8000, callState('disconnected'))
  board.hangUp()
  await over
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
})
