// SIPp calls the phone in ways that other phones seldom show: each scenario is a file of `scenarios/`.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Key } from '../../../hal/api/board.ts'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { type PhoneInLab, startPhone } from './phone.ts'
import { startSipp } from './sipp.ts'

let phone: PhoneInLab
/** Whether the other side holds the call, as shown, at each change. */
const held: boolean[] = []
/** How often a 200 to an INVITE was sent. */
let answers = 0
beforeAll(async () => {
  phone = await startPhone(1000, {
    witness(seen) {
      if (seen.of === 'sip' && seen.output.kind === 'send' && /^SIP\/2.0 200.*\nCSeq: 1 INVITE/s.test(seen.output.data))
        answers++
      const doing = seen.of === 'view' && seen.view.activity
      if (!doing || (doing.name !== 'in-call' && doing.name !== 'held')) return
      if (held.at(-1) !== doing.call.remoteHold) held.push(doing.call.remoteHold)
    },
  })
}, 20_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
  // Of `odd-requests`, and nothing else.
  expect(phone.complaints).toEqual([expect.stringContaining('Content-Length')])
})
afterEach(() => phone.putDown())

type Transport = 'udp' | 'tcp'
const sipp = (transport: Transport, scenario: string) => {
  const { sipPort, user } = phone.lab.phone
  return startSipp(scenario, { transport, target: `127.0.0.1:${sipPort}`, user, holdMs: 300 })
}

describe.each<Transport>(['udp', 'tcp'])('%s', (transport) => {
  test.each([
    ['late-offer', 'an INVITE without an offer is offered one in the 200'],
    ['bye-before-ack', 'BYE instead of ACK ends the call'],
    ['in-dialog', 'OPTIONS, unknown methods, UPDATE and an impossible offer within a call'],
  ])('%s: %s', async (scenario) => {
    const { board, witness } = phone
    const ringing = witness.next('ringing', 5000, activity('ringing'))
    const over = witness.next('end', 15_000, callState('disconnected'))
    const { done } = await sipp(transport, scenario)
    await ringing
    board.lift()
    await over
    const { code, log } = await done
    expect(code, log).toBe(0)
  })

  test('hold: sendonly, inactive and c=0.0.0.0 are shown and answered, and undone', async () => {
    const { board, witness } = phone
    const ringing = witness.next('ringing', 5000, activity('ringing'))
    const over = witness.next('end', 15_000, callState('disconnected'))
    held.length = 0
    const { done } = await sipp(transport, 'hold')
    await ringing
    board.lift()
    await over
    const { code, log } = await done
    expect(code, log).toBe(0)
    expect(held).toEqual([false, true, false, true, false, true, false])
  })

  test('cancel: it stops ringing, and says who called', async () => {
    const ringing = phone.witness.next('ringing', 5000, activity('ringing'))
    const idle = phone.witness.next('idle', 8000, activity('idle'))
    const { done } = await sipp(transport, 'cancel')
    await ringing
    const { code, log } = await done
    expect(code, log).toBe(0)
    await idle
  })

  test('turned away: not to be disturbed by its key, sent on by its menu; nothing rings', async () => {
    const { board, lab } = phone
    const shown = (row: number, text: string) =>
      expect.poll(() => board.screen()[row], { timeout: 8000 }).toContain(text)
    const turnedAway = async (status: number, says: string) => {
      const { sipPort: port, user } = lab.phone
      const keys = { status: `${status}`, says }
      const { done } = await startSipp('turned-away', { transport, target: `127.0.0.1:${port}`, user, keys })
      const { code, log } = await done
      expect(code, log).toBe(0)
    }
    const press = (...keys: readonly Key[]) => keys.forEach((key) => void board.press(key))
    // The lab's phone has a phone book and keys of its own: the soft key is behind `More`.
    press('soft3', 'soft4')
    await shown(0, 'Do not disturb')
    await turnedAway(486, 'Busy Here')
    press('soft3', 'soft4')
    await shown(0, 'Ready')
    press('back', 'up', 'up', 'ok', 'ok', '1', '0', '1', 'soft1', 'back', 'back')
    await shown(0, '→ 101')
    await turnedAway(302, 'Contact: .sip:101@.*Diversion: .sip:100@[^;]*;reason=unconditional')
    press('back', 'up', 'up', 'ok', 'ok', 'soft4', 'soft1', 'back', 'back')
    await shown(0, 'Ready')
  })

  test.each([
    ['require', 'an extension nobody has: 420'],
    ['merged', 'the same INVITE by two ways: 482'],
  ])('%s: %s', async (scenario) => {
    const { code, log } = await (await sipp(transport, scenario)).done
    expect(code, log).toBe(0)
  })
})

// SIPp takes a 200 that comes again over TCP for another one, and over a stream a body shorter than said is one not yet come.
describe('udp only', () => {
  test('lost-ack: the 200 comes again while the ACK does not', async () => {
    const { board, witness } = phone
    const ringing = witness.next('ringing', 5000, activity('ringing'))
    const over = witness.next('end', 15_000, callState('disconnected'))
    answers = 0
    const { done } = await sipp('udp', 'lost-ack')
    await ringing
    board.lift()
    await over
    const { code, log } = await done
    expect(code, log).toBe(0)
    // At once, after 500 ms and after 1500 ms, and not again after the ACK at 1800 ms.
    expect(answers).toBe(3)
  })

  test('odd-requests: OPTIONS 200, unknown method 405, unknown dialog 481, wrong length 400, scheme 416', async () => {
    const { code, log } = await (await sipp('udp', 'odd-requests')).done
    expect(code, log).toBe(0)
  })
})
