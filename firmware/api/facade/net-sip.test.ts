// What Net::SIP::Simple::Call does, by the names docs/api.md gives it.
import { beforeAll, expect, test } from 'vitest'
import { Call, INVALID_ID } from './index.ts'
import { type Desk, desk, desksOfAll, talking } from './testing/pair.ts'

let alice: Desk
let bob: Desk
beforeAll(async () => {
  ;[alice, bob] = await Promise.all([desk('alice'), desk('bob')])
})
desksOfAll(() => [alice, bob])

test.each(['local', 'remote'] as const)('bye from the %s side, with its parameters', async (by) => {
  const { mine, theirs } = await talking(alice, bob)
  const ends = Promise.all([mine.once('callEnd'), theirs.once('callEnd')])
  const ender = by === 'local' ? mine : theirs
  const final = ender.once('callTsxState')
  ender.hangup({ params: { why: 'tea' } })
  const [here, there] = await ends
  expect(await final).toMatchObject({ method: 'BYE', role: 'uac', statusCode: 200, userData: { why: 'tea' } })
  expect([here.by, there.by]).toEqual(by === 'local' ? ['local', 'remote'] : ['remote', 'local'])
  expect(by === 'local' ? here.params : there.params).toEqual({ why: 'tea' })
  expect(here.info.state).toBe('disconnected')
})

test('cancel of a call that rings: both sides hear of it', async () => {
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri)
  const theirs = await comes
  const rings = mine.once('callState', ({ statusCode }) => statusCode === 180)
  theirs.answer({ statusCode: 180 })
  await rings
  const ends = Promise.all([mine.once('callEnd'), theirs.once('callEnd')])
  const final = mine.once('callTsxState')
  mine.hangup({ params: 3 })
  const [here, there] = await ends
  expect(await final).toMatchObject({ method: 'CANCEL', role: 'uac', statusCode: 200, userData: 3 })
  expect([here.by, there.by]).toEqual(['local', 'remote'])
  expect(here.info.lastStatusCode).toBe(487)
})

test('each preliminary answer, then established, then media', async () => {
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  const order: string[] = []
  mine.on('callState', ({ state, statusCode }) => order.push(`${state} ${statusCode}`))
  mine.on('streamCreated', () => order.push('media'))
  mine.makeCall(bob.uri)
  const theirs = await comes
  for (const statusCode of [180, 199, 200]) {
    const heard = mine.once('callState', (prm) => prm.statusCode === statusCode)
    theirs.answer({ statusCode })
    await heard
  }
  await expect.poll(() => order).toContain('media')
  expect(order.filter((each) => each.startsWith('early'))).toEqual(['early 180', 'early 199'])
  expect(order.slice(3)).toContain('confirmed 200')
})

test('digits with pauses: how long they last and when they come', { timeout: 20_000 }, async () => {
  const { mine, theirs } = await talking(alice, bob)
  const heard: { digit: string; duration: number; at: number }[] = []
  theirs.on('dtmfDigit', ({ digit, duration }) => heard.push({ digit, duration, at: performance.now() }))
  const last = theirs.once('dtmfDigit', ({ digit }) => digit === '#')
  mine.sendDtmf({ digits: '123--#', methods: ['rfc2833'], duration: 240 })
  await last
  expect(heard.map(({ digit }) => digit).join('')).toBe('123#')
  for (const { duration } of heard) expect(Math.abs(duration - 240)).toBeLessThanOrEqual(20)
  // Two pauses, each as long as a digit and the gap behind it.
  expect(heard[3]!.at - heard[2]!.at).toBeGreaterThan(2 * (240 + 60))
})

test('digits cut off by the end are not told as sent; a long string of tones is', { timeout: 20_000 }, async () => {
  const { mine } = await talking(alice, bob)
  const sent: string[] = []
  mine.on('dtmfSent', ({ digits }) => sent.push(digits))
  const digits = `${'1'.repeat(33)}#`
  mine.sendDtmf({ digits, methods: ['audio'], duration: 40 })
  await mine.once('dtmfSent')
  mine.dialDtmf('123456')
  const end = mine.once('callEnd')
  mine.hangup()
  await end
  expect(sent).toEqual([digits])
})

test('tones in the sound, where events are not wanted', { timeout: 20_000 }, async () => {
  const { mine } = await talking(alice, bob)
  const sent = mine.once('dtmfSent')
  mine.sendDtmf({ digits: '5', methods: ['audio'] })
  expect(await sent).toMatchObject({ method: 'audio', statusCode: 200 })
  mine.setHold()
  await mine.once('callModified')
  const theirs = bob.account.incoming.at(-1)!
  expect(() => theirs.sendDtmf({ digits: '5', methods: ['rfc2833'] })).toThrow('rfc2833: on hold (state)')
})

test('telephone events insisted on are refused at once where there are none; tones are heard instead', async () => {
  const mine = new Call(alice.account)
  mine.on('callSdpCreated', (prm) => {
    const plain = prm.local.replaceAll(/a=(rtpmap|fmtp):10[12] .*\r\n/g, '')
    prm.local = plain.replaceAll(/(?<=^m=.*) 10[12]\b/gm, '')
  })
  const comes = bob.account.nextCall()
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  mine.makeCall(bob.uri)
  const theirs = await comes
  theirs.answer({ statusCode: 200 })
  await stands
  await expect.poll(() => mine.hasMedia()).toBe(true)
  expect(mine.getInfo().media[0]).toMatchObject({ status: 'active', telephoneEvents: false })
  const events = () => mine.sendDtmf({ digits: '5', methods: ['rfc2833'] })
  expect(events).toThrow('sendDtmf: rfc2833: no telephone events agreed (state)')
  const heard = theirs.once('dtmfDigit')
  mine.sendDtmf({ digits: '5' })
  expect(await heard).toMatchObject({ digit: '5', method: 'audio' })
})

test('parameters of the application stay with the call', async () => {
  const mine = new Call(alice.account)
  expect(() => mine.getParam('a')).toThrow('this object has no call yet')
  expect(mine.getId()).toBe(INVALID_ID)
  mine.makeCall(bob.uri, { params: { a: 1 } })
  mine.setParam('b', 2)
  expect([mine.getParam('a'), mine.getParam('b'), mine.getParam('c')]).toEqual([1, 2, undefined])
})

test('their description is what the wire had', async () => {
  const { mine, theirs } = await talking(alice, bob)
  expect(mine.getSdp().remote).toBe(theirs.getSdp().local)
  expect(mine.getSdp().local).toBe(theirs.getSdp().remote)
})
