// Calls that offer nothing this phone could play: the application is asked before they are refused, and answers them itself.
import { beforeAll, expect, test } from 'vitest'
import { startPeer } from '../../testing/loopback-peer.ts'
import { Call, type OnCallRxOfferParam } from './index.ts'
import { type Desk, desk, desksOfAll } from './testing/pair.ts'

let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
desksOfAll(() => [alice, bob])

const described = (id: number, ...media: readonly string[]) =>
  ['v=0', `o=- ${id} 1 IN IP4 127.0.0.1`, 's=own', 'c=IN IP4 127.0.0.1', 't=0 0', ...media, ''].join('\r\n')
const VIDEO = described(1, 'm=video 45002 RTP/AVP 96', 'a=rtpmap:96 H264/90000')
const CHAT = described(2, 'm=message 2855 TCP/MSRP *', 'a=accept-types:text/plain')
const STRANGE = described(3, 'm=audio 45000 RTP/AVP 97', 'a=rtpmap:97 X-OTHER/8000')
const answerTo = (sdp: string) => sdp.replace('o=- ', 'o=- 9')

/** Alice offers it; `asked` is called within Bob's callRxOffer, `comes` within his incomingCall. */
function offering(
  sdp: string,
  { asked = () => {}, comes = () => {} }: { asked?: (prm: OnCallRxOfferParam) => void; comes?: (call: Call) => void },
) {
  const told: string[] = []
  const off = bob.account.on('incomingCall', () => {
    const call = bob.account.incoming.at(-1)!
    told.push('incomingCall')
    call.on('callRxOffer', (prm) => {
      told.push(`callRxOffer ${prm.statusCode}`)
      expect(prm.remote).toBe(sdp)
      asked(prm)
    })
    comes(call)
  })
  const mine = new Call(alice.account)
  const state = mine.once('callState', ({ state }) => state === 'confirmed' || state === 'disconnected')
  mine.makeCall(bob.uri, { opt: { sdp } })
  const theirs = () => bob.account.incoming.at(-1)!
  return { mine, theirs, told, reached: state.finally(off) }
}

const takes = (prm: OnCallRxOfferParam) => {
  prm.statusCode = 200
}

test.each([
  ['video alone', VIDEO],
  ['a chat alone', CHAT],
  ['audio in a codec nobody has', STRANGE],
])('%s: told, and refused with 488 where nobody has a word on it', async (_name, sdp) => {
  const { reached, told } = offering(sdp, {})
  expect(await reached).toMatchObject({ state: 'disconnected', statusCode: 488 })
  expect(told).toEqual(['incomingCall', 'callRxOffer 488'])
})

test.each([
  ['video alone', VIDEO],
  ['a chat alone', CHAT],
])('%s: kept, rung for, and answered with a description of the application’s own', async (_name, sdp) => {
  const { mine, theirs, reached, told } = offering(sdp, { asked: takes })
  await expect.poll(() => told.length).toBe(2)
  const rings = mine.once('callState', ({ statusCode }) => statusCode === 180)
  theirs().answer({ statusCode: 180 })
  await rings
  expect(() => theirs().answer({ statusCode: 200 })).toThrow(/opt\.sdp.*\(refused\)/)
  theirs().answer({ statusCode: 200, opt: { sdp: answerTo(sdp) } })
  expect(await reached).toMatchObject({ state: 'confirmed' })
  expect([mine.getSdp().remote, theirs().getSdp().remote]).toEqual([answerTo(sdp), sdp])
  expect([mine.hasMedia(), theirs().hasMedia()]).toEqual([false, false])
})

test('answered within incomingCall: callRxOffer has nothing against it', async () => {
  const { reached, told } = offering(CHAT, {
    comes: (call) => call.answer({ statusCode: 200, opt: { sdp: answerTo(CHAT) } }),
  })
  expect(await reached).toMatchObject({ state: 'confirmed' })
  expect(told).toEqual(['incomingCall', 'callRxOffer 200'])
})

test('in the place of another call it is refused: that one had sound', async () => {
  const peer = await startPeer()
  peer.on('INVITE', (request) => ({
    ...{ status: 200, headers: [`Contact: <${peer.uri('p').address}>`] },
    body: described(4, 'm=audio 45000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000').replace('own', request.callId.slice(0, 4)),
  }))
  peer.on('BYE', () => ({ status: 200 }))
  const call = new Call(bob.account)
  const stands = call.once('callState', ({ state }) => state === 'confirmed')
  call.makeCall(peer.uri('p').address)
  await stands
  const [invite] = peer.of('INVITE')
  const replaces = `Replaces: ${invite?.callId};to-tag=${invite?.fromTag};from-tag=peer`
  peer.open(bob.uri, [replaces, 'Require: replaces', 'Content-Type: application/sdp'], CHAT)
  await expect.poll(() => peer.responses.at(-1)?.status).toBe(488)
  expect(call.getInfo().state).toBe('confirmed')
})
