// SIPp over TCP against the whole phone, both ways (RFC 3261 §18).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { type PhoneInLab, startPhone } from './phone.ts'
import { freePort } from './ports.ts'
import { startSipp } from './sipp.ts'

let phone: PhoneInLab
let account = ''
const port = freePort()
const CALL = 'tcp-call'
beforeAll(async () => {
  phone = await startPhone(1000, {
    witness(seen) {
      if (seen.of === 'ua' && seen.event.kind === 'account-state') account = seen.event.account
    },
  })
}, 20_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
  expect(phone.complaints).toEqual([])
})

test('SIPp calls the phone over one connection', async () => {
  const { board, witness } = phone
  const { sipPort, user } = phone.lab.phone
  const ringing = witness.next('ringing', 5000, activity('ringing'))
  const over = witness.next('end', 15_000, callState('disconnected'))
  const { done } = await startSipp('uac', { target: `127.0.0.1:${sipPort}`, user, transport: 'tcp', holdMs: 500 })
  await ringing
  board.lift()
  await over
  const { code, log } = await done
  expect(code, log).toBe(0)
  await phone.putDown()
})

test('the phone calls SIPp over TCP, and hangs up', async () => {
  const { board, witness, simulator } = phone
  const sipp = await startSipp('uas', { transport: 'tcp', port: await port })
  const up = witness.next('answer', 8000, callState('confirmed'))
  const over = witness.next('end', 8000, callState('disconnected'))
  const target = `sip:sipp@127.0.0.1:${sipp.port};transport=tcp`
  simulator.phone.command({ kind: 'make-call', call: CALL, account, target, headers: [] })
  await up
  simulator.phone.command({ kind: 'hang-up', call: CALL, status: undefined, reason: undefined })
  await over
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
  board.hangUp()
})
