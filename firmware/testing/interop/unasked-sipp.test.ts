// SIPp as the PBX that tells of a mailbox without having been asked: the phone shows it when the teller is a server of its own.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { MailboxView } from '../../phone/contract.ts'
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

async function notify(status: number, event: string, body: string, address = '127.0.0.1'): Promise<void> {
  const { sipPort, user } = phone.lab.phone
  const keys = { event, body, status: String(status) }
  const { done } = await startSipp('unasked', { target: `127.0.0.1:${sipPort}`, user, address, keys, seconds: 10 })
  const { code, log } = await done
  expect(code, log).toBe(0)
}
const shown = (what: string, is: (mailbox: MailboxView | undefined) => boolean) =>
  phone.witness.next(what, 8000, (seen) => seen.of === 'view' && is(seen.view.mailboxes[0]))

test('messages wait, and wait no more: lamp and display', { timeout: 30_000 }, async () => {
  const waits = shown('messages', (mailbox) => mailbox?.waiting === true)
  await notify(200, 'message-summary', 'Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/0)\r\n')
  await waits
  await vi.waitFor(() => expect(phone.board.leds()).toContain('message'))
  await vi.waitFor(() => expect(phone.board.screen().join('\n')).toContain('2 messages'))
  const none = shown('no messages', (mailbox) => mailbox?.waiting === false)
  await notify(200, 'message-summary', 'Messages-Waiting: no\r\nVoice-Message: 0/8 (0/0)\r\n')
  await none
  await vi.waitFor(() => expect(phone.board.leds()).not.toContain('message'))
})

test('a stranger is refused: he can neither light the lamp nor have the phone start anew', {
  timeout: 30_000,
}, async () => {
  await notify(403, 'message-summary', 'Messages-Waiting: yes\r\n', '127.0.0.2')
  await notify(403, 'check-sync;reboot=true', '\r\n', '127.0.0.2')
  expect(phone.board.leds()).not.toContain('message')
})
