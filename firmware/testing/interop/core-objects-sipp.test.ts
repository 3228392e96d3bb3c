// The core objects with SIPp: called by it, calling it, held by it; its exit code is the verdict.
import { expect, test } from 'vitest'
import { Invitation } from '../../api/core/index.ts'
import { audioSdp, startParty } from '../core.ts'
import { startSipp } from './sipp.ts'

test('SIPp calls: incoming, answered, ended by its BYE', async () => {
  const { engine, told } = await startParty('service')
  engine.notifications.addObserver(
    ({ sender, data }) => {
      if (data.state !== 'INCOMING') return
      sender.respondToInviteProvisionally()
      sender.setOfferedLocalSdp(audioSdp(41_000))
      sender.acceptInvite()
    },
    { name: 'invitation-changed-state' },
  )
  const sipp = await startSipp('uac', { target: `127.0.0.1:${engine.localUdpPort}`, calls: 3, holdMs: 100 })
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
  const states = told.flatMap((each) => (each.name === 'invitation-changed-state' ? [each.data.state] : []))
  const one = ['INCOMING', 'EARLY', 'CONNECTING', 'CONFIRMED', 'DISCONNECTED']
  expect(states).toEqual([...one, ...one, ...one])
})

test('SIPp is called, and our BYE ends it', async () => {
  const { engine, credentials } = await startParty('alice')
  const sipp = await startSipp('uas', {})
  const to = credentials.uri.copy()
  to.port = sipp.port
  const call = new Invitation(credentials, to, { engine })
  call.setOfferedLocalSdp(audioSdp())
  const reached = (state: string) =>
    engine.notifications.next('invitation-changed-state', { sender: call, where: (data) => data.state === state })
  const confirmed = reached('CONFIRMED')
  call.sendInvite()
  await confirmed
  expect(call.activeRemoteSdp?.media[0]?.media).toBe('audio')
  const over = reached('DISCONNECTED')
  call.disconnect()
  expect((await over).data.code).toBe(200)
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
})
