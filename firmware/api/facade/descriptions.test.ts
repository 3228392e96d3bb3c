// Descriptions and answers of the application's own: sent as they are, changed before they go, asked about when they come.
import { createSocket } from 'node:dgram'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CallSound } from './call-sound.ts'
import { Call } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
desksOfAll(() => [alice, bob])

const ends = (call: Call) => call.once('callState', ({ state }) => state === 'disconnected')
const described = (version: number, ...media: readonly string[]) =>
  ['v=0', `o=- 7 ${version} IN IP4 127.0.0.1`, 's=own', 'c=IN IP4 127.0.0.1', 't=0 0', ...media, ''].join('\r\n')
const AUDIO = ['m=audio 45000 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a=sendrecv']
const TWO = described(1, ...AUDIO, 'm=video 45002 RTP/AVP 96', 'a=rtpmap:96 H264/90000')
const ONE = described(1, ...AUDIO)
const portOf = (sdp: string | undefined) => /^m=audio (\d+)/m.exec(sdp ?? '')?.[1]

/** A call of alice's that has come. */
async function coming(prm: Parameters<Call['makeCall']>[1] = {}) {
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri, prm)
  return { mine, theirs: await comes }
}

test('two streams of the application’s own go out unchanged; the answer is there to be read', async () => {
  const { mine, theirs } = await coming({ opt: { sdp: TWO } })
  expect(theirs.getSdp().remote).toBe(TWO)
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200 })
  await stands
  expect(mine.getSdp().remote).toBe(theirs.getSdp().local)
  expect(mine.getSdp().remote).toMatch(/m=audio [1-9]\d* RTP\/AVP 8\r\n[\s\S]*m=video 0 RTP\/AVP 96\r\n/)
  expect(mine.hasMedia()).toBe(false)
  const again = described(2, ...AUDIO, 'm=video 0 RTP/AVP 96')
  expect(await mine.reinvite({ opt: { sdp: again } })).toMatchObject({ statusCode: 200 })
  expect(theirs.getSdp().remote).toBe(again)
})

test('a description that is none is refused before anything is sent', () => {
  const call = new Call(alice.account)
  expect(() => call.makeCall(bob.uri, { opt: { sdp: 'v=0' } })).toThrow(/makeCall: .*\(argument\)/)
  expect(alice.endpoint.callGetCount()).toBe(0)
})

test.each([
  [{ statusCode: 302, txOption: { headers: { Contact: '<sip:x@127.0.0.1:9>' } } }, 302],
  [{ statusCode: 488, reason: 'My word' }, 488],
] as const)('an answer of one’s own: %j', async (prm, statusCode) => {
  const { mine, theirs } = await coming()
  const end = ends(mine)
  theirs.answer(prm)
  expect(await end).toMatchObject({ statusCode, ...('reason' in prm && { reason: prm.reason }) })
})

test('a 200 with a description of one’s own goes out as it is', async () => {
  const { mine, theirs } = await coming()
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200, opt: { sdp: ONE } })
  await stands
  expect(mine.getSdp().remote).toBe(ONE)
  expect([mine.hasMedia(), theirs.hasMedia()]).toEqual([true, false])
})

test('their re-INVITE is refused by the application, or answered in its words; the call stands', async () => {
  const { mine, theirs } = await talking(alice, bob)
  const off = theirs.on('callRxReinvite', (prm) => {
    prm.statusCode = 403
    prm.reason = 'Not now'
  })
  const before = mine.getSdp().remote
  expect(await mine.reinvite()).toEqual({ statusCode: 403, reason: 'Not now' })
  off()
  expect([mine.getInfo().state, mine.hasMedia()]).toEqual(['confirmed', true])
  theirs.on('callRxReinvite', (prm) => {
    prm.sdp = before!.replace('a=sendrecv', 'a=recvonly')
  })
  expect(await mine.reinvite()).toMatchObject({ statusCode: 200 })
  expect(mine.getInfo().media[0]).toMatchObject({ status: 'active', dir: 'sendonly' })
})

test('a description is changed before it goes, with its keys put back', async () => {
  for (const { account, uri } of [alice, bob]) account.modify({ idUri: uri, mediaConfig: { srtpUse: 'mandatory' } })
  const mine = new Call(alice.account)
  mine.on('callSdpCreated', (prm) => {
    expect(prm.local).toContain('inline:***')
    prm.local = prm.local.replace('s=-', 's=mine')
  })
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri)
  const theirs = await comes
  expect(theirs.getSdp().remote).toContain('s=mine')
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200 })
  await stands
  expect(mine.getInfo().media[0]?.srtp).toMatch(/^A/)
  expect(mine.getSdp().local).toContain('s=mine')
  for (const { account, uri } of [alice, bob]) account.modify({ idUri: uri })
})

test('an offer is refused by the application', async () => {
  const off = bob.account.on('incomingCall', () =>
    bob.account.incoming.at(-1)!.on('callRxOffer', (prm) => {
      prm.statusCode = 415
    }),
  )
  const call = new Call(alice.account)
  const end = ends(call)
  call.makeCall(bob.uri)
  expect((await end).statusCode).toBe(415)
  off()
})

test('headers and settings stay with a call: each re-INVITE says them again', async () => {
  const { mine, theirs } = await coming({ txOption: { headers: { 'X-First': '1', Supported: 'x' } } })
  const seen: (readonly string[] | undefined)[][] = []
  theirs.on('callRxReinvite', ({ headers }) => seen.push([headers['X-First'], headers['X-Second']]))
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200 })
  await stands
  await mine.reinvite({ txOption: { headers: { 'X-Second': '2' } } })
  await mine.reinvite()
  expect(seen).toEqual([
    [['1'], ['2']],
    [['1'], ['2']],
  ])
})

test('other ports with each re-INVITE, and the sound goes on there', { timeout: 20_000 }, async () => {
  const { mine, theirs } = await talking(alice, bob)
  const ports = [portOf(mine.getSdp().local)]
  await mine.reinvite({ opt: { clearSdp: true } })
  ports.push(portOf(mine.getSdp().local))
  await mine.reinvite()
  ports.push(portOf(mine.getSdp().local))
  expect(new Set(ports).size).toBe(3)
  await expect.poll(async () => `${(await theirs.getStreamStat()).remotePort}`).toBe(ports[2])
  await expect.poll(async () => (await mine.getStreamStat()).rx.packets, { timeout: 3000 }).toBeGreaterThan(20)
})

/** A socket of the application's. */
async function bound() {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { socket, fd: (socket as unknown as { _handle: { fd: number } })._handle.fd, port: socket.address().port }
}

/** Sound comes to both; the port each hears from. */
async function heardFrom(...calls: readonly Call[]) {
  for (const call of calls)
    await expect.poll(async () => (await call.getStreamStat()).rx.packets, { timeout: 5000 }).toBeGreaterThan(10)
  const sources = calls.map((call) => call.getAudioMedia() as CallSound)
  return sources.map(({ audio }) => audio?.transport.remoteRtpPortReceived)
}

test.each(['caller', 'callee'] as const)('sockets of one’s own, of the %s', { timeout: 20_000 }, async (who) => {
  const [rtp, rtcp] = [await bound(), await bound()]
  const opt = { mediaLsocks: { rtp: { fd: rtp.fd }, rtcp: { fd: rtcp.fd } } }
  const { mine, theirs } = await coming(who === 'caller' ? { opt } : {})
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200, ...(who === 'callee' && { opt }) })
  await stands
  const [owner, other] = who === 'caller' ? [mine, theirs] : [theirs, mine]
  expect(portOf(owner.getSdp().local)).toBe(`${rtp.port}`)
  expect((await heardFrom(other, owner))[0]).toBe(rtp.port)
  const end = ends(owner)
  owner.hangup()
  await end
  for (const { socket } of [rtp, rtcp]) socket.close()
})

test('sound leaves by other ports than it comes to, and by sockets of one’s own', { timeout: 20_000 }, async () => {
  const [rtp, rtcp] = [await bound(), await bound()]
  const mediaSsocks = { rtp: { fd: rtp.fd }, rtcp: { fd: rtcp.fd } }
  const { mine, theirs } = await coming({ opt: { mediaSsocks } })
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200, opt: { asymmetricRtp: true } })
  await stands
  const [fromTheirs, fromMine] = await heardFrom(mine, theirs)
  expect(fromMine).toBe(rtp.port)
  expect(`${fromMine}`).not.toBe(portOf(mine.getSdp().local))
  expect(`${fromTheirs}`).not.toBe(portOf(theirs.getSdp().local))
  const end = ends(mine)
  mine.hangup()
  await end
  for (const { socket } of [rtp, rtcp]) socket.close()
})

test('sockets that cannot be used end the call', async () => {
  const call = new Call(alice.account)
  const end = ends(call)
  call.makeCall(bob.uri, { opt: { mediaLsocks: { rtp: { fd: 0x7fff_fff0 } } } })
  expect(await end).toMatchObject({ statusCode: 503, reason: expect.stringContaining('EBADF') })
})

test('held by no address, once', async () => {
  const { mine, theirs } = await talking(alice, bob)
  await mine.reinvite({ opt: { callOnHold: true } })
  expect(theirs.getSdp().remote).toContain('c=IN IP4 0.0.0.0')
  expect(theirs.getInfo().media[0]?.status).toBe('remote-hold')
  await mine.reinvite()
  expect(theirs.getSdp().remote).toContain('c=IN IP4 127.0.0.1')
  expect(theirs.getInfo().media[0]?.status).toBe('active')
})

describe('digits by the ways that are wanted', () => {
  test.each([
    ['unless said otherwise, where events are agreed on', undefined, ['1rfc2833', '2info']],
    ['one alone', ['info'], ['2info']],
    ['tones beside events', ['rfc2833', 'audio'], ['1rfc2833', '3audio']],
    ['tones in the place of events', ['audio'], ['3audio']],
  ] as const)('%s', { timeout: 20_000 }, async (_, dtmfMethods, told) => {
    const { mine, theirs } = await coming()
    const stands = mine.once('callState', ({ state }) => state === 'confirmed')
    theirs.answer({ statusCode: 200, opt: { ...(dtmfMethods && { dtmfMethods }) } })
    await stands
    const heard: string[] = []
    theirs.on('dtmfDigit', ({ digit, method }) => heard.push(digit + method))
    for (const [digits, method] of [
      ['1', 'rfc2833'],
      ['2', 'info'],
      ['3', 'audio'],
    ] as const) {
      const sent = mine.once('dtmfSent')
      mine.sendDtmf({ digits, methods: [method] })
      await sent
    }
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(heard).toEqual(told)
  })
})

test('a NOTIFY in the call is told with its body', async () => {
  const { mine, theirs } = await talking(alice, bob)
  const heard = theirs.once('callTsxState', ({ method }) => method === 'NOTIFY')
  const answered = mine.once('callTsxState', ({ method, statusCode }) => method === 'NOTIFY' && statusCode >= 200)
  const headers = { Event: 'x-news', 'Subscription-State': 'active' }
  mine.sendRequest({ method: 'NOTIFY', txOption: { headers, contentType: 'text/plain', msgBody: 'news' } })
  expect((await heard).rdata).toMatchObject({ body: 'news' })
  expect((await answered).statusCode).toBe(200)
})

test('the core’s objects are under those of the façade', async () => {
  const { mine, theirs } = await talking(alice, bob)
  expect(alice.endpoint.engine?.state).toBe('running')
  expect([mine.invitation?.state, theirs.invitation?.isOutgoing]).toEqual(['CONFIRMED', false])
  expect(mine.invitation?.activeLocalSdp?.media[0]?.port).toBe(Number(portOf(mine.getSdp().local)))
  expect(alice.account.credentials.uri.address).toBe(alice.uri)
  expect(alice.account.registration).toBeUndefined()
})
