// PJSUA's call functions, each run between two endpoints on loopback.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Call, INVALID_ID, OperationError, XFER_NO_REQUIRE_REPLACES } from './index.ts'
import { type Desk, desk, talking } from './testing/pair.ts'

let alice: Desk
let bob: Desk
let carol: Desk
beforeAll(async () => {
  ;[alice, bob, carol] = await Promise.all([desk('alice', { uaConfig: { maxCalls: 4 } }), desk('bob'), desk('carol')])
})
afterAll(() => Promise.all([alice, bob, carol].map((each) => each?.endpoint.libDestroy())))

const over = (call: Call) => call.once('callState', ({ state }) => state === 'disconnected')
const thrown = (action: () => void): OperationError => {
  try {
    action()
  } catch (error) {
    if (error instanceof OperationError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
const codeOf = (action: () => void) => thrown(action).code

test('get_max_count, get_count, enum_calls', async () => {
  expect(alice.endpoint.callGetMaxCount()).toBe(4)
  expect(bob.endpoint.callGetMaxCount()).toBe(32)
  expect(alice.endpoint.callGetCount()).toBe(0)
  const calls = await Promise.all([talking(alice, bob), talking(alice, carol)])
  expect(alice.endpoint.callGetCount()).toBe(2)
  expect(alice.endpoint.enumCalls()).toEqual([0, 1])
  expect(alice.endpoint.enumCalls(1)).toEqual([0])
  const ends = calls.map(({ mine }) => over(mine))
  alice.endpoint.hangupAllCalls()
  await Promise.all(ends)
  expect(alice.endpoint.callGetCount()).toBe(0)
})

test('make_call: refused at once, or under way with its user data and headers', async () => {
  const call = new Call(alice.account)
  expect(codeOf(() => call.makeCall('sip:'))).toBe('argument')
  expect(call.getId()).toBe(INVALID_ID)
  expect(alice.endpoint.callGetCount()).toBe(0)
  const comes = bob.account.once('incomingCall')
  const calling = call.once('callState')
  call.makeCall(bob.uri, { userData: 7, txOption: { headers: { 'X-Wish': 'Grüße' } } })
  expect(call.getInfo().state).toBe('null')
  expect(call.getUserData()).toBe(7)
  expect(await calling).toMatchObject({ state: 'calling', previous: 'null' })
  expect((await comes).rdata.headers['X-Wish']).toEqual(['Grüße'])
  const end = over(call)
  call.hangup()
  expect(await end).toMatchObject({ statusCode: 487 })
})

test('more calls than there may be', async () => {
  const calls = [0, 1, 2, 3].map(() => new Call(alice.account))
  for (const call of calls) call.makeCall(bob.uri)
  expect(codeOf(() => new Call(alice.account).makeCall(bob.uri))).toBe('limit')
  const ends = calls.map(over)
  alice.endpoint.hangupAllCalls()
  await Promise.all(ends)
})

test('answer with any code, in order; not once it is answered, nor where we called', async () => {
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri)
  const theirs = await comes
  const told: number[] = []
  mine.on('callState', ({ statusCode }) => told.push(statusCode))
  for (const statusCode of [180, 183]) {
    const heard = mine.once('callState', (prm) => prm.statusCode === statusCode)
    theirs.answer({ statusCode })
    await heard
  }
  expect(codeOf(() => theirs.answer({ statusCode: 99 }))).toBe('argument')
  expect(codeOf(() => mine.answer({ statusCode: 200 }))).toBe('refused')
  const stands = mine.once('callState', ({ state }) => state === 'confirmed')
  theirs.answer({ statusCode: 200 })
  await stands
  expect(told.slice(0, 2)).toEqual([180, 183])
  expect(codeOf(() => theirs.answer({ statusCode: 200 }))).toBe('refused')
  const end = over(mine)
  theirs.hangup()
  await end
})

test.each([
  [{ statusCode: 0 }, 603, 'Decline'],
  [{ statusCode: 486, reason: 'Nope' }, 486, 'Nope'],
  [{ statusCode: 404 }, 404, 'Not Found'],
])('hangup of a call that rings here, %j', async (prm, statusCode, reason) => {
  const mine = new Call(alice.account)
  const comes = bob.account.nextCall()
  mine.makeCall(bob.uri)
  const theirs = await comes
  const ends = Promise.all([over(mine), theirs.once('callEnd')])
  theirs.hangup(prm)
  const [state, { by }] = await ends
  expect(state).toMatchObject({ statusCode, reason })
  expect(by).toBe('local')
  expect(codeOf(() => theirs.hangup())).toBe('state')
})

describe('in a call', () => {
  let mine: Call
  let theirs: Call
  beforeAll(async () => {
    ;({ mine, theirs } = await talking(alice, bob))
  })
  afterAll(() => {
    alice.endpoint.hangupAllCalls()
    bob.endpoint.hangupAllCalls()
  })

  test('is_active, has_media, get_conf_port, get_info', () => {
    expect([mine.isActive(), mine.hasMedia(), mine.getConfPort() >= 0]).toEqual([true, true, true])
    const [a, b] = [mine.getInfo(), theirs.getInfo()]
    expect(a).toMatchObject({ role: 'uac', state: 'confirmed', stateText: 'CONFIRMED', lastStatusCode: 200 })
    expect(b).toMatchObject({ role: 'uas', state: 'confirmed', remoteUri: alice.uri, localUri: bob.uri })
    expect([a.callIdString, a.localTag, a.remoteTag]).toEqual([b.callIdString, b.remoteTag, b.localTag])
    expect(a.media).toMatchObject([{ status: 'active', dir: 'sendrecv', codec: 'PCMA/8000', telephoneEvents: true }])
    expect(mine.getSdp().local).toContain('m=audio')
    expect(mine.remoteHasCap('Allow', 'UPDATE')).toBe('yes')
    expect(mine.remoteHasCap('Allow', 'FOO')).toBe('no')
  })

  test('set_user_data, get_user_data', () => {
    const data = { any: 'thing' }
    mine.setUserData(data)
    expect(mine.getUserData()).toBe(data)
    expect(Call.lookup(alice.account, mine.getId())).toBe(mine)
  })

  test('set_hold, reinvite with unhold', async () => {
    const held = theirs.once('callMediaState', () => theirs.getInfo().media[0]?.status === 'remote-hold')
    const done = mine.once('callModified')
    mine.setHold()
    expect(codeOf(() => mine.setHold())).toBe('refused')
    expect(await done).toEqual({ statusCode: 200, reason: 'OK' })
    await held
    expect(mine.getInfo().media[0]?.status).toBe('local-hold')
    const back = mine.once('callModified')
    mine.reinvite({ opt: { unhold: true }, txOption: { headers: { 'X-Back': '1' } } })
    await back
    expect(mine.getInfo().media[0]?.status).toBe('active')
  })

  test('update', async () => {
    const done = mine.once('callModified')
    mine.update()
    expect((await done).statusCode).toBe(200)
  })

  test('dial_dtmf: every digit once', async () => {
    const all = '0123456789ABCD*#'
    let heard = ''
    const end = theirs.on('dtmfDigit', ({ digit, method }) => {
      expect(method).toBe('rfc2833')
      heard += digit
    })
    const sent = mine.once('dtmfSent')
    const last = theirs.once('dtmfDigit', () => heard.length === all.length)
    mine.sendDtmf({ digits: all, duration: 60 })
    expect(await sent).toEqual({ digits: all, method: 'rfc2833', statusCode: 200 })
    await last
    end()
    expect(heard).toBe(all)
    expect(codeOf(() => mine.dialDtmf('--'))).toBe('argument')
  })

  test('digits by INFO, with pauses', async () => {
    let heard = ''
    const end = theirs.on('dtmfDigit', ({ digit, method, duration }) => {
      heard += digit + method + duration
    })
    const sent = mine.once('dtmfSent')
    mine.sendDtmf({ digits: '1-2', methods: ['info'], duration: 80 })
    expect((await sent).statusCode).toBe(200)
    end()
    expect(heard).toBe('1info802info80')
  })

  test('send_im, send_typing_ind, send_request', async () => {
    const message = theirs.once('instantMessage')
    const status = mine.once('instantMessageStatus')
    mine.sendInstantMessage({ content: 'Grüße', userData: 5 })
    expect(await message).toMatchObject({ contentType: 'text/plain', msgBody: 'Grüße' })
    expect(await status).toMatchObject({ code: 200, msgBody: 'Grüße', userData: 5 })
    for (const isTyping of [true, false]) {
      const typing = theirs.once('typingIndication')
      mine.sendTypingIndication({ isTyping })
      expect((await typing).isTyping).toBe(isTyping)
    }
    const request = theirs.once('callTsxState', ({ method }) => method === 'INFO')
    const response = mine.once('callTsxState', ({ method }) => method === 'INFO')
    mine.sendRequest({ method: 'INFO', txOption: { contentType: 'text/x', msgBody: 'body' }, userData: 'u' })
    expect(await request).toMatchObject({ role: 'uas', rdata: { body: 'body' } })
    expect(await response).toMatchObject({ role: 'uac', statusCode: 200, userData: 'u' })
  })

  test.each(['INVITE', 'UPDATE', 'PRACK', 'BYE', 'CANCEL', 'ACK'])('send_request of %s is refused', (method) => {
    expect(codeOf(() => mine.sendRequest({ method }))).toBe('argument')
  })

  test('dump: indented, bounded, with media and without', async () => {
    const full = await mine.dump(true, '>> ')
    expect(full.split('\n').every((line) => line.startsWith('>> '))).toBe(true)
    expect(full).toContain('RX')
    expect(await mine.dump(false, '')).not.toContain('audio')
    expect((await mine.dump(true, '  ', 80)).length).toBeLessThanOrEqual(80)
    expect((await mine.getStreamStat()).codec).toBe('PCMA')
  })
})

test('xfer: the other side calls where it is sent, and tells how that goes', async () => {
  const { mine, theirs } = await talking(alice, bob)
  const asked: string[] = []
  theirs.on('callTransferRequest', ({ dstUri }) => asked.push(dstUri))
  const progress: number[] = []
  mine.on('callTransferStatus', ({ statusCode }) => progress.push(statusCode))
  const final = mine.once('callTransferStatus', ({ finalNotify }) => finalNotify)
  const comes = carol.account.nextCall()
  mine.xfer(carol.uri)
  const third = await comes
  third.answer({ statusCode: 200 })
  expect(await final).toMatchObject({ statusCode: 200 })
  expect(asked).toEqual([carol.uri])
  expect(progress.slice(0, 2)).toEqual([202, 100])
  const ends = Promise.all([over(mine), over(third)])
  alice.endpoint.hangupAllCalls()
  bob.endpoint.hangupAllCalls()
  await ends
})

test('a transfer that is refused', async () => {
  const { mine, theirs } = await talking(alice, bob)
  theirs.on('callTransferRequest', (prm) => {
    prm.statusCode = 488
  })
  const final = mine.once('callTransferStatus')
  mine.xfer(carol.uri)
  expect(await final).toMatchObject({ statusCode: 488, finalNotify: true })
  const end = over(theirs)
  mine.hangup()
  await end
})

test.each([0, XFER_NO_REQUIRE_REPLACES])('xfer_replaces with option %i', async (options) => {
  const first = await talking(alice, bob)
  const second = await talking(alice, carol)
  const headers = carol.account.incoming.length
  const replaced = second.theirs.once('callReplaced')
  const asked = second.theirs.once('callReplaceRequest')
  const ends = Promise.all([over(second.mine), over(second.theirs)])
  first.mine.xferReplaces(second.mine, { options })
  const { rdata } = await asked
  expect(rdata.headers.Require?.join() ?? '').toBe(options === 0 ? 'replaces' : '')
  const { newCall } = await replaced
  await newCall.once('callState', ({ state }) => state === 'confirmed')
  await ends
  expect(carol.account.incoming.length).toBe(headers)
  expect(newCall.getInfo().remoteUri).toBe(bob.uri)
  const end = over(newCall)
  bob.endpoint.hangupAllCalls()
  await end
  alice.endpoint.hangupAllCalls()
})
