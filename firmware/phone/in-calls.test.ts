import { describe, expect, test } from 'vitest'
import { createDesk, type Desk } from '../testing/desk.ts'
import { called, caller, registered } from '../testing/played-engine.ts'

function desk() {
  const phone = createDesk()
  registered(phone)
  return phone
}
/** Rung, lifted, talking. */
function talking() {
  const phone = desk()
  const bob = caller(phone)
  phone.lift()
  bob.acknowledges()
  return { desk: phone, bob }
}
const statuses = (phone: Desk) => phone.sent.flatMap((c) => (c.kind === 'respond' ? [c.status] : []))
const dtmf = (phone: Desk) => phone.media.commands.flatMap((c) => (c.kind === 'send-dtmf' ? [c.digits] : []))
const ends = (phone: Desk) => phone.sent.flatMap((c) => (c.kind === 'end' ? [c.status] : []))

describe('somebody calls', () => {
  test('the phone rings and flashes; lifted, the ring stops and they talk', () => {
    const phone = desk()
    const bob = caller(phone)
    expect([phone.shows(), phone.hears(), phone.idle()]).toEqual(['call from Bob', 'ring', false])
    expect([phone.lamp('line'), phone.lamp('ring'), statuses(phone)]).toEqual(['flash', 'flash', [180]])
    phone.lift()
    expect([phone.shows(), phone.hears(), phone.speaksTo()]).toEqual(['in-call with Bob', 'call:in:1', 'call:in:1'])
    expect([phone.lamp('line'), phone.lamp('ring'), statuses(phone)]).toEqual(['on', 'off', [180, 200]])
    bob.acknowledges()
    phone.passes(1000)
    bob.hangsUp()
    expect([phone.shows(), phone.hears(), phone.idle()]).toEqual(['ended: other side hung up', 'busy', false])
    expect(phone.view().activity).toMatchObject({ lastedMs: 1000, call: { codec: 'PCMA/8000' } })
    phone.passes(100_000)
    expect(phone.hears()).toBe('busy')
    phone.putDown()
    expect([phone.shows(), phone.hears(), phone.idle()]).toEqual(['idle', 'nothing', true])
    expect(phone.media.faults).toEqual([])
  })

  test('taken and refused by keys, without the handset', () => {
    const phone = desk()
    const bob = caller(phone)
    phone.key('answer')
    bob.acknowledges()
    expect(phone.hears()).toBe('call:in:1')
    phone.key('end')
    expect([phone.shows(), phone.hears(), ends(phone)]).toEqual(['ended: call ended', 'nothing', [undefined]])
    bob.isGone()
    caller(phone, 'in:2')
    phone.key('end')
    expect([phone.shows(), phone.hears(), ends(phone)]).toEqual(['idle', 'nothing', [undefined, undefined]])
  })

  test('gives up: missed; the handset lifted a moment later gives dial tone, not a call', () => {
    const phone = desk()
    const bob = caller(phone)
    bob.refuses(487)
    expect([phone.shows(), phone.hears(), phone.lamp('ring')]).toEqual(['ended: missed', 'nothing', 'off'])
    phone.lift()
    expect([phone.shows(), phone.hears(), statuses(phone)]).toEqual(['dialling', 'dial', [180]])
    phone.putDown()
    phone.passes(3000)
    expect(phone.shows()).toBe('idle')
  })

  test('is taken by another phone that rang, and so is not missed', () => {
    const phone = desk()
    caller(phone).givesUp('SIP;cause=200;text="Call completed elsewhere"')
    expect([phone.shows(), phone.lamp('ring'), phone.view().missed]).toEqual(['ended: answered elsewhere', 'off', 0])
    phone.passes(3000)
    caller(phone, 'in:2').givesUp('Q.850;cause=16')
    expect([phone.shows(), phone.view().missed]).toEqual(['ended: missed', 1])
    expect(phone.calls()).toEqual(['missed Bob: missed', 'received Bob: answered elsewhere'])
  })

  test('vanishes without a word: the phone stops ringing after three minutes, says so, and takes the next call', () => {
    const phone = desk()
    caller(phone)
    phone.passes(179_999)
    expect([phone.shows(), phone.lamp('ring'), ends(phone)]).toEqual(['call from Bob', 'flash', []])
    phone.passes(1)
    expect([phone.shows(), phone.lamp('ring'), ends(phone)]).toEqual(['ended: missed', 'off', [480]])
    expect(phone.view().missed).toBe(1)
    phone.passes(3000)
    caller(phone, 'in:2')
    expect([phone.shows(), statuses(phone)]).toEqual(['call from Bob', [180, 180]])
  })

  test('gives up in the moment the handset is lifted', () => {
    const phone = desk()
    const bob = caller(phone)
    phone.lift()
    bob.refuses(487)
    expect([phone.shows(), phone.hears(), phone.speaksTo()]).toEqual(['ended: other side hung up', 'busy', 'nobody'])
    phone.putDown()
    expect([...phone.media.ports.keys()]).toEqual(['handset'])
    expect(phone.media.faults).toEqual([])
  })

  test('busy with the handset off, while ringing, beside two calls', () => {
    const phone = desk()
    phone.lift()
    caller(phone, 'in:1')
    expect(statuses(phone)).toEqual([486])
    phone.putDown()
    caller(phone, 'in:2')
    caller(phone, 'in:3')
    expect(statuses(phone)).toEqual([486, 180, 486])
    phone.lift()
    caller(phone, 'in:4')
    caller(phone, 'in:5')
    expect(statuses(phone)).toEqual([486, 180, 486, 200, 180, 486])
    expect(phone.calls()).toEqual(Array(3).fill('missed Bob: phone was in use'))
  })

  test('a new caller while the end of the last call is still shown', () => {
    const { desk: phone, bob } = talking()
    bob.hangsUp()
    phone.putDown()
    caller(phone, 'in:2')
    phone.passes(3000)
    expect([phone.shows(), phone.hears()]).toEqual(['call from Bob', 'ring'])
  })
})

describe('in a call', () => {
  test('digits go to the other side, none after the end', () => {
    const { desk: phone, bob } = talking()
    phone.press('1*#')
    expect(dtmf(phone)).toEqual(['1', '*', '#'])
    bob.hangsUp()
    phone.press('5')
    phone.passes(10_000)
    expect(dtmf(phone)).toEqual(['1', '*', '#'])
    expect(phone.last('invite')).toBe(undefined)
    expect(phone.shows()).toBe('ended: other side hung up')
  })

  test('mute: unheard, lamp on, and gone with the call', () => {
    const { desk: phone, bob } = talking()
    phone.key('mute')
    expect([phone.shows(), phone.speaksTo(), phone.lamp('mute')]).toEqual([
      'in-call with Bob, muted',
      'nobody (muted)',
      'on',
    ])
    phone.key('mute')
    expect([phone.speaksTo(), phone.lamp('mute')]).toEqual(['call:in:1', 'off'])
    phone.key('mute')
    bob.hangsUp()
    expect(phone.lamp('mute')).toBe('off')
    expect(phone.view().activity).toMatchObject({ name: 'ended', call: { muted: false } })
    phone.putDown()
    caller(phone, 'in:2')
    phone.lift()
    expect([phone.shows(), phone.speaksTo()]).toEqual(['in-call with Bob', 'call:in:2'])
  })

  test.each(['their end', 'the hook', 'the key'])('mute ends with the call by %s', (how) => {
    const { desk: phone, bob } = talking()
    phone.key('mute')
    if (how === 'their end') bob.hangsUp()
    else if (how === 'the hook') phone.putDown()
    else phone.key('end')
    expect(phone.media.gains.get('handset')?.giveDb).toBe(0)
  })

  test('volume: heard at once, within bounds, kept for the next call and over settings', () => {
    const { desk: phone, bob } = talking()
    const db = () => phone.media.gains.get('handset')?.takeDb
    expect(db()).toBe(0)
    phone.volume(1)
    expect([phone.view().volume, db()]).toEqual([7, 3])
    for (let n = 0; n < 9; n++) phone.volume(1)
    expect([phone.view().volume, db()]).toEqual([10, 12])
    bob.hangsUp()
    phone.putDown()
    caller(phone, 'in:2')
    phone.lift()
    expect(db()).toBe(12)
    for (let n = 0; n < 12; n++) phone.volume(-1)
    expect([phone.view().volume, db()]).toEqual([0, -24])
  })

  test('the handset put down ends it, once, and nothing is heard or said from then on', () => {
    const { desk: phone, bob } = talking()
    phone.putDown()
    phone.putDown()
    expect([ends(phone), phone.hears(), phone.speaksTo()]).toEqual([[undefined], 'nothing', 'nobody'])
    bob.isGone()
    expect(phone.media.faults).toEqual([])
  })

  test('the connection is lost', () => {
    const { desk: phone, bob } = talking()
    bob.refuses(408, 'timeout')
    expect([phone.shows(), phone.hears()]).toEqual(['ended: connection lost', 'busy'])
  })

  test('audio that fails ends the call and says so', () => {
    const { desk: phone } = talking()
    phone.world({ kind: 'port-failed', port: 'call:in:1', reason: 'no memory' })
    expect([phone.shows(), phone.hears(), ends(phone).length]).toEqual(['ended: audio failed', 'congestion', 1])
    expect(phone.media.faults).toEqual([])
  })
})

describe('hold', () => {
  test('held: lamp blinks, nobody hears anybody; resumed: they talk', () => {
    const { desk: phone, bob } = talking()
    phone.key('hold')
    expect([phone.shows(), phone.lamp('line'), phone.hears(), phone.speaksTo()]).toEqual([
      'held with Bob',
      'blink',
      'nothing',
      'nobody',
    ])
    bob.accepts('recvonly')
    phone.press('5')
    expect([phone.shows(), dtmf(phone)]).toEqual(['dialling 5', []])
    phone.key('hold')
    bob.accepts('sendrecv')
    expect([phone.shows(), phone.lamp('line'), phone.hears()]).toEqual(['in-call with Bob', 'on', 'call:in:1'])
    expect(phone.speaksTo()).toBe('call:in:1')
    expect(phone.media.faults).toEqual([])
  })

  test('refused: the call is shown and heard as it is', () => {
    const { desk: phone, bob } = talking()
    phone.key('hold')
    bob.declines(488)
    expect([phone.shows(), phone.speaksTo(), phone.lamp('line')]).toEqual(['in-call with Bob', 'call:in:1', 'on'])
  })

  test('pressed faster than the network: the last wish is asked for in the end', () => {
    const { desk: phone, bob } = talking()
    phone.key('hold')
    phone.key('hold')
    phone.key('hold')
    phone.key('hold')
    expect(phone.shows()).toBe('in-call with Bob')
    bob.accepts('recvonly')
    expect(phone.last('reinvite')?.sdp).toContain('a=sendrecv')
    phone.key('hold')
    bob.accepts('sendrecv')
    bob.accepts('recvonly')
    expect(phone.shows()).toBe('held with Bob')
    expect(phone.sent.filter((c) => c.kind === 'reinvite')).toHaveLength(3)
    expect(phone.uaEvents.filter((e) => e.kind === 'refused')).toEqual([])
  })

  test('a held caller stays when the handset is put down; lifting it resumes', () => {
    const { desk: phone, bob } = talking()
    phone.key('hold')
    bob.accepts('recvonly')
    phone.putDown()
    expect([phone.shows(), phone.lamp('line'), ends(phone), phone.idle()]).toEqual([
      'held with Bob',
      'blink',
      [],
      false,
    ])
    phone.lift()
    bob.accepts('sendrecv')
    expect([phone.shows(), phone.hears()]).toEqual(['in-call with Bob', 'call:in:1'])
  })

  test('they hang up while held: no tone in the cradle', () => {
    const { desk: phone, bob } = talking()
    phone.flash()
    bob.accepts('recvonly')
    phone.putDown()
    bob.hangsUp()
    expect([phone.shows(), phone.hears(), phone.lamp('line')]).toEqual(['ended: other side hung up', 'nothing', 'off'])
  })

  test('their BYE crosses our hold', () => {
    const { desk: phone, bob } = talking()
    phone.key('hold')
    bob.hangsUp()
    bob.accepts('recvonly')
    expect([phone.shows(), phone.hears()]).toEqual(['ended: other side hung up', 'busy'])
    expect(phone.media.faults).toEqual([])
  })

  test('they hold us, and both hold', () => {
    const { desk: phone, bob } = talking()
    bob.holds()
    expect(phone.shows()).toBe('in-call with Bob, held by them')
    phone.key('hold')
    bob.accepts('inactive')
    expect(phone.shows()).toBe('held with Bob, held by them')
    bob.holds('sendrecv')
    expect(phone.shows()).toBe('held with Bob')
  })

  test('not before the call is confirmed: shown as it is', () => {
    const phone = desk()
    caller(phone)
    phone.lift()
    phone.key('hold')
    expect([phone.shows(), phone.speaksTo()]).toEqual(['in-call with Bob', 'call:in:1'])
  })
})

test('an outgoing call that is answered while it is being hung up stays hung up', () => {
  const phone = desk()
  phone.lift()
  phone.press('101#')
  const bob = called(phone)
  bob.trying()
  phone.putDown()
  bob.answers()
  expect([phone.shows(), phone.hears(), phone.speaksTo()]).toEqual(['idle', 'nothing', 'nobody'])
  bob.isGone()
  expect([phone.idle(), [...phone.media.ports.keys()]]).toEqual([true, ['handset']])
})
