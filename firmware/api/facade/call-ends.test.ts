// How calls end: by state and role, as it is on the wire; and calls whose sound comes to nothing.
import { beforeAll, expect, test } from 'vitest'
import { audioSdp } from '../../testing/core.ts'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Call } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

let alice: Desk
let bob: Desk
let carol: Desk
/** Methods and statuses Alice has sent, each once. */
let sent: string[] = []
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([desk('alice'), desk('bob'), desk('carol')])
  const { engine } = alice.endpoint
  engine!.traceSip = true
  engine!.notifications.addObserver(
    ({ data: { direction, message } }) => {
      if (direction !== 'sent') return
      const [, what = '', status] = /^(\S+) (\d{3})?/.exec(message)!
      sent.push(status ?? what)
    },
    { name: 'engine-sip-trace' },
  )
})
desksOfAll(() => [alice, bob, carol])

/** A call of ours that rings there. */
async function calling(to: Desk): Promise<Call> {
  const call = new Call(alice.account)
  const rings = call.once('callState', ({ statusCode }) => statusCode === 180)
  const comes = to.account.nextCall()
  call.makeCall(to.uri)
  ;(await comes).answer({ statusCode: 180 })
  await rings
  return call
}

/** A call of theirs, answered so far. */
async function called(from: Desk, ...codes: readonly number[]): Promise<Call> {
  const theirs = new Call(from.account)
  const comes = alice.account.nextCall()
  theirs.makeCall(alice.uri)
  const call = await comes
  for (const statusCode of codes) {
    const heard = theirs.once('callState', (prm) => prm.statusCode === statusCode)
    const stands = statusCode === 200 && call.once('callState', ({ state }) => state === 'confirmed')
    call.answer({ statusCode })
    await Promise.all([heard, stands])
  }
  return call
}

const held = async () => {
  const { mine } = await talking(alice, bob)
  await mine.setHold()
  return mine
}

test.each([
  ['ours, ringing there', () => calling(bob), {}, 'CANCEL'],
  ['ours, standing', async () => (await talking(alice, bob)).mine, {}, 'BYE'],
  ['ours, held', held, {}, 'BYE'],
  ['theirs, not answered', () => called(bob), {}, '603'],
  ['theirs, ringing', () => called(bob, 180), {}, '603'],
  ['theirs, early media', () => called(bob, 183), { statusCode: 486 }, '486'],
  ['theirs, standing', () => called(bob, 180, 200), {}, 'BYE'],
] as const)('hangup of a call: %s', async (_, place, prm, method) => {
  const call = await place()
  sent = []
  const end = call.once('callEnd')
  call.hangup(prm)
  expect((await end).by).toBe('local')
  expect(sent.filter((each) => each !== 'ACK')).toEqual([method])
})

test('hangup_all: each by its state', async () => {
  const calls = [await calling(bob), await called(carol, 180), (await talking(alice, carol)).mine]
  const ends = calls.map((call) => call.once('callEnd'))
  sent = []
  alice.endpoint.hangupAllCalls()
  await Promise.all(ends)
  expect(sent.filter((each) => each !== 'ACK').sort()).toEqual(['603', 'BYE', 'CANCEL'])
  expect(alice.endpoint.callGetCount()).toBe(0)
})

test('a stream they refuse is no call', async () => {
  const peer = await startPeer()
  peer.on('INVITE', () => ({
    status: 200,
    headers: [`Contact: <sip:bob@127.0.0.1:${peer.port}>`],
    body: `${audioSdp(0)}`,
  }))
  peer.on('BYE', () => ({ status: 200 }))
  const call = new Call(alice.account)
  const end = call.once('callState', ({ state }) => state === 'disconnected')
  call.makeCall(`${peer.uri('bob')}`)
  expect(await end).toMatchObject({ statusCode: 488, cause: 'protocol' })
  expect(call.hasMedia()).toBe(false)
  expect(peer.of('BYE')).toHaveLength(1)
})

test('sound that breaks is an error of the media, and the call stands', async () => {
  const { mine, theirs } = await talking(alice, bob)
  const { port } = mine.getAudioMedia()
  const told = mine.once('callMediaState', () => mine.getInfo().media[0]?.status === 'error')
  // What the media engine will not do with that port it tells as the end of it.
  alice.endpoint.engine!.running('test').media({ kind: 'seek', port: port!, atMs: 0 })
  await told
  expect([mine.hasMedia(), mine.isActive(), mine.getConfPort()]).toEqual([false, true, -1])
  const end = theirs.once('callEnd')
  mine.hangup()
  await end
})
