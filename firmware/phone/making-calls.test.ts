import { describe, expect, test } from 'vitest'
import { createDesk, type Desk, SETTINGS } from '../testing/desk.ts'
import { called, caller, notRegistered, registered } from '../testing/played-engine.ts'

function registeredDesk() {
  const desk = createDesk()
  registered(desk)
  return desk
}
const calls = (desk: Desk) => desk.sent.flatMap((c) => (c.kind === 'invite' ? [c.target] : []))
const ends = (desk: Desk) => desk.sent.filter((c) => c.kind === 'end').length

describe('dialling', () => {
  test('lifts the handset, hears dial tone, dials 1 0 1 #, hears it ring, talks, hangs up', () => {
    const desk = registeredDesk()
    expect([desk.shows(), desk.hears(), desk.lamp('line'), desk.idle()]).toEqual(['idle', 'nothing', 'off', true])
    desk.lift()
    expect([desk.shows(), desk.hears(), desk.lamp('line'), desk.idle()]).toEqual(['dialling', 'dial', 'on', false])
    desk.press('1')
    expect([desk.shows(), desk.hears()]).toEqual(['dialling 1', 'nothing'])
    desk.press('01#')
    expect(desk.shows()).toBe('calling 101')
    expect(calls(desk)).toEqual(['sip:101@example.com'])
    const bob = called(desk)
    bob.trying()
    expect(desk.hears()).toBe('nothing')
    bob.rings()
    expect([desk.shows(), desk.hears(), desk.speaksTo()]).toEqual(['calling 101, rings', 'ringback', 'nobody'])
    desk.passes(5000)
    bob.answers()
    expect([desk.shows(), desk.hears()]).toEqual(['in-call with 101', 'call:out:1'])
    expect(desk.speaksTo()).toBe('call:out:1')
    desk.passes(60_000)
    desk.putDown()
    expect([desk.shows(), desk.hears(), desk.speaksTo()]).toEqual(['ended: call ended', 'nothing', 'nobody'])
    expect(desk.view().activity).toMatchObject({ lastedMs: 60_000 })
    expect([ends(desk), desk.idle()]).toEqual([1, false])
    bob.isGone()
    expect(desk.idle()).toBe(true)
    desk.passes(3000)
    expect([desk.shows(), desk.lamp('line')]).toEqual(['idle', 'off'])
    expect(desk.media.faults).toEqual([])
    expect([...desk.media.ports.keys()]).toEqual(['handset'])
  })

  test('waits after the last digit', () => {
    const desk = registeredDesk()
    desk.lift()
    desk.press('10')
    desk.passes(3999)
    desk.press('1')
    desk.passes(3999)
    expect(calls(desk)).toEqual([])
    desk.passes(1)
    expect(calls(desk)).toEqual(['sip:101@example.com'])
  })

  test('enters the number first, then lifts the handset', () => {
    const desk = registeredDesk()
    desk.press('1013')
    desk.key('erase')
    desk.passes(10_000)
    expect([desk.shows(), desk.hears(), desk.idle()]).toEqual(['dialling 101', 'nothing', false])
    desk.lift()
    expect(calls(desk)).toEqual(['sip:101@example.com'])
  })

  test('enters the number and presses dial, then lifts to listen', () => {
    const desk = registeredDesk()
    desk.press('*21*5')
    desk.key('dial')
    expect(calls(desk)).toEqual(['sip:*21*5@example.com'])
    called(desk).rings()
    desk.lift()
    expect([desk.shows(), desk.hears()]).toEqual(['calling *21*5, rings', 'ringback'])
  })

  test('a number left behind on the screen is forgotten', () => {
    const desk = registeredDesk()
    desk.press('10')
    desk.passes(60_000)
    expect([desk.shows(), desk.idle()]).toEqual(['idle', true])
  })

  test('erases all: dial tone again with the handset off, nothing entered with it down', () => {
    const desk = registeredDesk()
    desk.press('1')
    desk.key('erase')
    expect(desk.shows()).toBe('idle')
    desk.lift()
    desk.press('1')
    desk.key('erase')
    expect([desk.shows(), desk.hears()]).toEqual(['dialling', 'dial'])
    desk.press('12')
    desk.key('end')
    expect([desk.shows(), desk.hears()]).toEqual(['dialling', 'dial'])
    desk.putDown()
    expect([desk.shows(), desk.hears()]).toEqual(['idle', 'nothing'])
  })

  test('leaves the handset beside the phone: howler, until a digit or the hook', () => {
    const desk = registeredDesk()
    desk.lift()
    desk.passes(30_000)
    expect(desk.hears()).toBe('howler')
    desk.press('1')
    expect(desk.hears()).toBe('nothing')
    desk.putDown()
    expect(desk.media.faults).toEqual([])
  })

  test('flashes for a new dial tone', () => {
    const desk = registeredDesk()
    desk.lift()
    desk.press('12')
    desk.flash()
    expect([desk.shows(), desk.hears()]).toEqual(['dialling', 'dial'])
  })

  test('redials the last number, from the cradle and with dial tone', () => {
    const desk = registeredDesk()
    desk.key('redial')
    expect(desk.shows()).toBe('idle')
    desk.lift()
    desk.press('101#')
    desk.putDown()
    called(desk).isGone()
    desk.key('redial')
    expect(desk.shows()).toBe('calling 101')
    desk.key('end')
    called(desk).isGone()
    desk.lift()
    desk.key('redial')
    expect(calls(desk)).toHaveLength(3)
  })
})

describe('before anybody answers', () => {
  function ringing() {
    const desk = registeredDesk()
    desk.lift()
    desk.press('101#')
    const bob = called(desk)
    bob.trying()
    return { desk, bob }
  }

  test('an announcement is heard instead of the ringback, never both, and the microphone stays closed', () => {
    const { desk, bob } = ringing()
    bob.rings()
    bob.announces()
    expect(desk.hears()).toBe('call:out:1 and ringback')
    bob.speaks()
    expect([desk.hears(), desk.speaksTo()]).toEqual(['call:out:1', 'nobody'])
    bob.rings()
    expect(desk.hears()).toBe('call:out:1')
    bob.answers()
    expect([desk.hears(), desk.speaksTo()]).toEqual(['call:out:1', 'call:out:1'])
  })

  test('a 183 without sound, then a 180: the ringback is ours', () => {
    const { desk, bob } = ringing()
    bob.announces()
    expect(desk.hears()).toBe('call:out:1')
    bob.rings()
    expect(desk.hears()).toBe('call:out:1 and ringback')
  })

  test('digits reach an announcement', () => {
    const { desk, bob } = ringing()
    desk.press('1')
    bob.announces()
    desk.press('2')
    expect(desk.media.commands.filter((c) => c.kind === 'send-dtmf').map((c) => c.digits)).toEqual(['2'])
  })

  test.each([
    [486, 'remote', 'busy', 'busy'],
    [600, 'remote', 'busy', 'busy'],
    [404, 'remote', 'unknown number', 'congestion'],
    [408, 'timeout', 'no answer from the network', 'congestion'],
    [503, 'transport', 'network unreachable', 'congestion'],
  ] as const)('refused with %i (%s): %s, %s tone until the handset is down', (status, cause, words, tone) => {
    const { desk, bob } = ringing()
    bob.rings()
    bob.refuses(status, cause)
    expect([desk.shows(), desk.hears()]).toEqual([`ended: ${words}`, tone])
    desk.passes(100_000)
    expect(desk.hears()).toBe(tone)
    desk.press('5')
    desk.putDown()
    expect([desk.shows(), desk.hears(), desk.idle()]).toEqual(['idle', 'nothing', true])
    expect(desk.media.faults).toEqual([])
  })

  test('puts the handset down: the call is cancelled and the phone is free at once', () => {
    const { desk, bob } = ringing()
    bob.rings()
    desk.putDown()
    expect([desk.shows(), desk.hears(), ends(desk)]).toEqual(['idle', 'nothing', 1])
    desk.lift()
    expect(desk.hears()).toBe('dial')
    bob.answers()
    bob.isGone()
    expect([desk.shows(), desk.hears(), desk.speaksTo()]).toEqual(['dialling', 'dial', 'nobody'])
    expect(desk.media.faults).toEqual([])
  })

  test('ends by the key: busy tone, and the key again gives dial tone', () => {
    const { desk } = ringing()
    desk.key('end')
    expect([desk.shows(), desk.hears()]).toEqual(['ended: cancelled', 'busy'])
    desk.key('end')
    expect([desk.shows(), desk.hears()]).toEqual(['dialling', 'dial'])
  })

  test('somebody else calls meanwhile: busy', () => {
    const { desk } = ringing()
    caller(desk)
    expect(desk.last('respond')).toMatchObject({ id: 'in:1', status: 486 })
    expect(desk.shows()).toBe('calling 101')
  })
})

describe('lines', () => {
  test.each([
    [401, undefined, 'wrong password'],
    [404, undefined, 'unknown user'],
    [408, 'timeout', 'no answer from example.com'],
    [503, 'resolution', 'cannot find example.com'],
    [503, 'transport', 'network unreachable'],
  ] as const)('not registered by %i (%s): %s', (status, cause, words) => {
    const desk = createDesk()
    const line = { account: 'a', label: 'Alice', aor: 'sip:alice@example.com', registered: false }
    expect(desk.view().lines).toEqual([{ ...line, reason: '', retryAt: undefined }])
    notRegistered(desk, status, cause)
    expect(desk.view().lines).toEqual([{ ...line, reason: words, retryAt: 30_000 }])
    desk.lift()
    expect(desk.hears()).toBe('congestion')
    registered(desk)
    expect(desk.hears()).toBe('dial')
    expect(desk.view().lines[0]).toMatchObject({ registered: true, reason: '' })
  })

  const TWO = {
    ...SETTINGS,
    accounts: [
      ...SETTINGS.accounts,
      { ...SETTINGS.accounts[0]!, id: 'b', config: { ...SETTINGS.accounts[0]!.config, aor: 'sip:alice@example.org' } },
    ],
  }

  test('calls go out on the line that is registered', () => {
    const desk = createDesk({ settings: TWO })
    notRegistered(desk, 403)
    registered(desk, 'b#2')
    desk.press('5')
    desk.key('dial')
    expect(calls(desk)).toEqual(['sip:5@example.org'])
  })

  test('a line that is registered comes before one that is only trying', () => {
    const desk = createDesk({ settings: TWO })
    registered(desk, 'b#2')
    desk.press('5')
    desk.key('dial')
    expect(calls(desk)).toEqual(['sip:5@example.org'])
  })

  test('nobody takes the call up: said within a second', () => {
    const desk = createDesk()
    desk.lift()
    desk.press('5#')
    desk.passes(999)
    expect(desk.shows()).toBe('calling 5')
    desk.passes(1)
    expect([desk.shows(), desk.hears()]).toEqual(['ended: no service', 'congestion'])
    desk.putDown()
    called(desk).isGone()
    expect(desk.idle()).toBe(true)
    desk.key('redial')
    called(desk).trying()
    desk.passes(100_000)
    expect(desk.shows()).toBe('calling 5')
  })

  test('an emergency call tries every line, registered or not, but a busy one is busy', () => {
    const desk = createDesk({ settings: TWO })
    notRegistered(desk, 403)
    notRegistered(desk, 403, undefined, 'b#2')
    desk.lift()
    desk.press('112#')
    called(desk).refuses(408, 'timeout')
    expect([desk.shows(), calls(desk)]).toEqual(['calling 112', ['sip:112@example.com', 'sip:112@example.org']])
    called(desk).refuses(503, 'transport')
    expect([desk.shows(), desk.hears()]).toEqual(['ended: network unreachable', 'congestion'])
    desk.key('end')
    desk.press('110#')
    called(desk).refuses(486)
    expect([desk.shows(), calls(desk).length]).toEqual(['ended: busy', 3])
  })

  test('an ordinary call does not wander', () => {
    const desk = createDesk({ settings: TWO })
    desk.lift()
    desk.press('113#')
    called(desk).refuses(408, 'timeout')
    expect(calls(desk)).toHaveLength(1)
  })

  test('no line at all: no dial tone, and dialling says why', () => {
    const desk = createDesk({ settings: { ...SETTINGS, accounts: [] } })
    desk.lift()
    expect(desk.hears()).toBe('congestion')
    desk.press('1#')
    expect([desk.shows(), desk.hears()]).toEqual(['ended: no line is set up', 'congestion'])
  })

  test('the user agent refuses: no RTP port, a wrong account', () => {
    const desk = createDesk({ ua: { maxCalls: 0 } })
    desk.lift()
    desk.press('1#')
    expect([desk.shows(), desk.hears()]).toEqual(['ended: too many calls', 'congestion'])
    const account = { ...SETTINGS.accounts[0]!, config: { ...SETTINGS.accounts[0]!.config, aor: 'nobody' } }
    desk.settings({ ...SETTINGS, accounts: [account] })
    expect(desk.view().lines[0]?.reason).toBe('not a SIP address: nobody')
  })
})
