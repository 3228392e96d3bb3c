// Sending a call on, as the users of three phones tell it, and what the network may do to it.
import { describe, expect, test } from 'vitest'
import { createDesk } from '../testing/desk.ts'
import { ROUGH } from '../testing/fake-network.ts'
import { called, caller, registered } from '../testing/played-engine.ts'
import { beside, CAROL, expectPeace, talking, threeDesks, two } from '../testing/three-desks.ts'

/** Bob talks to Alice, who has entered Carol's number for a second call. */
function entered(number = CAROL.slice(0, -1)) {
  const all = talking()
  all.alice.key('transfer')
  all.alice.press(number)
  all.place.run(200)
  return all
}

describe('to a number', () => {
  test('Bob is on hold while it is entered, then rings at Carol; Alice sees that, and is free when Carol takes it', () => {
    const all = entered()
    const { alice, bob, carol, place } = all
    expect([alice.shows(), beside(alice), bob.shows()]).toEqual([
      'dialling 10*0*0*3',
      'bob',
      'in-call with 10*0*0*1, held by them',
    ])
    alice.key('transfer')
    place.run(200)
    expect([alice.shows(), alice.hears(), carol.shows()]).toEqual([
      'held with bob, held by them, to 10*0*0*3: rings',
      'nothing',
      'call from bob',
    ])
    carol.lift()
    place.run(500)
    expect([bob.shows(), carol.shows()]).toEqual(['in-call with 10.0.0.3', 'in-call with bob'])
    expect([alice.shows(), alice.calls()[0]]).toEqual(['ended: transferred', 'received bob: transferred'])
    expectPeace(all)
  })

  test('the handset may be put down at once', () => {
    const all = entered()
    const { alice, bob, carol, place } = all
    alice.key('transfer')
    alice.putDown()
    place.run(200)
    expect([alice.shows(), alice.lamp('line')]).toEqual(['held with bob, held by them, to 10*0*0*3: rings', 'blink'])
    carol.lift()
    place.run(4000)
    expect([alice.shows(), alice.idle(), bob.shows()]).toEqual(['idle', true, 'in-call with 10.0.0.3'])
    expectPeace(all)
  })

  test('Carol refuses: Bob is still there, which is heard in the ear, and taken back', () => {
    const all = entered()
    const { alice, bob, carol, place } = all
    alice.key('transfer')
    place.run(200)
    carol.key('end')
    place.run(500)
    expect([alice.shows(), alice.hears()]).toEqual(['held with bob, held by them, to 10*0*0*3: declined', 'congestion'])
    place.run(2000)
    expect(alice.hears()).toBe('nothing')
    for (const each of [alice, bob]) {
      each.key('hold')
      place.run(200)
    }
    expect([alice.shows(), bob.shows()]).toEqual(['in-call with bob', 'in-call with 10*0*0*1'])
    expectPeace(all)
  })

  test('nobody is there, with the handset down: the bell says so for a moment', () => {
    const all = entered('10*0*0*9')
    const { alice, place } = all
    alice.key('transfer')
    alice.putDown()
    place.run(500)
    expect([alice.shows(), alice.hears()]).toEqual(['held with bob, held by them, to 10*0*0*9: no service', 'ring'])
    place.run(2000)
    expect([alice.hears(), alice.lamp('line')]).toEqual(['nothing', 'blink'])
    expectPeace(all)
  })

  test('sent to Carol while she rings for Alice: that call is called off', () => {
    const all = entered()
    const { alice, bob, carol, place } = all
    alice.key('dial')
    place.run(200)
    expect(carol.shows()).toBe('call from alice')
    alice.key('transfer')
    place.run(500)
    expect(carol.shows()).toBe('call from bob')
    carol.lift()
    place.run(500)
    expect([alice.shows(), bob.shows()]).toEqual(['ended: transferred', 'in-call with 10.0.0.3'])
    expectPeace(all)
  })

  test('taken back before anybody answered: Alice has Bob again, whatever becomes of his call', () => {
    const all = entered()
    const { alice, place } = all
    alice.key('transfer')
    place.run(200)
    alice.key('hold')
    place.run(200)
    expect([alice.shows(), alice.uaEvents.some((event) => event.kind === 'refused')]).toEqual([
      'in-call with bob, held by them',
      false,
    ])
    expectPeace(all)
  })
})

describe('to somebody asked first', () => {
  test('Bob and Carol have each other, by one call in the place of the other; Alice is free', () => {
    const all = two()
    const { alice, bob, carol, place } = all
    alice.key('transfer')
    alice.putDown()
    place.run(1000)
    expect([bob.shows(), carol.shows()]).toEqual([expect.stringMatching(/^in-call with \w+$/), 'in-call with bob'])
    expect([bob.hears(), carol.speaksTo()]).toEqual(['call:out:2', 'call:in:1'])
    expect(alice.calls()).toEqual(['received bob: transferred', 'received carol: transferred'])
    place.run(3000)
    expect([alice.shows(), alice.idle()]).toEqual(['idle', true])
    expectPeace(all)
  })

  test.each([1, 2, 3, 4, 5])('on a bad network (%i) nobody is left with nobody', (seed) => {
    const all = threeDesks(seed, ROUGH)
    const { alice, bob, carol, place } = all
    all.call(bob, '10*0*0*1#')
    place.run(5000)
    alice.lift()
    place.run(5000)
    alice.key('transfer')
    alice.press(CAROL)
    place.run(5000)
    carol.lift()
    place.run(5000)
    alice.key('transfer')
    alice.putDown()
    place.run(40_000)
    expect([alice.shows(), bob.shows(), carol.shows()]).toEqual([
      'idle',
      expect.stringMatching(/^in-call with/),
      'in-call with bob',
    ])
    expectPeace(all)
  })
})

describe('what the network may do to it', () => {
  /** Bob is on hold at Alice's, whom she has sent to 201; or to Carol, with whom she speaks. */
  function played(way: 'blind' | 'attended') {
    const alice = createDesk()
    registered(alice)
    const bob = caller(alice)
    alice.lift()
    bob.acknowledges()
    alice.key('transfer')
    bob.accepts('recvonly')
    alice.press('201')
    if (way === 'attended') {
      alice.key('dial')
      called(alice).answers()
    }
    alice.key('transfer')
    const told = (by: 'response' | 'notify', status: number, final: boolean) =>
      alice.sip({
        kind: 'refer-progress',
        id: alice.last('refer')!.id,
        by,
        status,
        reason: status === 0 ? '' : 'No',
        final,
        cause: undefined,
      })
    return { alice, bob, told }
  }
  const ended = (alice: ReturnType<typeof createDesk>) => alice.sent.flatMap((c) => (c.kind === 'end' ? [c.id] : []))

  test('names whom it is for: the number, or the call whose place is to be taken', () => {
    expect(played('blind').alice.last('refer')).toMatchObject({
      session: 'in:1',
      referTo: 'sip:201@example.com',
      replaces: undefined,
    })
    expect(played('attended').alice.last('refer')).toMatchObject({ session: 'in:1', replaces: 'out:1' })
  })

  test('done by the word of the one sent on, before his subscription ends', () => {
    const { alice, told } = played('attended')
    told('response', 202, false)
    told('notify', 100, false)
    expect(ended(alice)).toEqual([])
    told('notify', 200, false)
    expect(ended(alice)).toEqual(['out:1', 'in:1'])
    expect(alice.shows()).toBe('ended: transferred')
  })

  test('his phone cannot be sent on: both are here as before, each a key away', () => {
    const { alice, told } = played('attended')
    called(alice).accepts('recvonly')
    told('response', 501, true)
    expect([alice.shows(), beside(alice)]).toEqual(['held with Bob, to 201: 501 No', '201'])
    alice.key('swap')
    called(alice).accepts('sendrecv')
    expect([alice.shows(), beside(alice)]).toEqual(['in-call with 201', 'bob'])
  })

  test('he hangs up as soon as he was asked to: he has gone there', () => {
    const { alice, bob, told } = played('blind')
    told('response', 202, false)
    bob.hangsUp()
    expect([alice.shows(), alice.calls()]).toEqual(['ended: transferred', ['received Bob: transferred']])
  })

  test('he was asked, and no word comes', () => {
    const { alice, told } = played('blind')
    told('response', 202, false)
    told('notify', 0, true)
    expect(alice.shows()).toBe('held with Bob, to 201: nothing was heard of it')
  })

  test('asked once, whatever is pressed meanwhile; again after it came to nothing', () => {
    const { alice, told } = played('attended')
    const asked = () => alice.sent.filter((c) => c.kind === 'refer').length
    alice.key('transfer')
    expect(asked()).toBe(1)
    told('response', 603, true)
    alice.key('swap')
    alice.key('transfer')
    expect(asked()).toBe(2)
  })

  test('an emergency call stays here', () => {
    const alice = createDesk()
    registered(alice)
    alice.lift()
    alice.press('112#')
    called(alice).answers()
    alice.key('transfer')
    alice.press('201')
    alice.key('transfer')
    expect(alice.last('refer')).toBeUndefined()
    expect([alice.shows(), beside(alice)]).toEqual(['dialling 201', '112'])
  })
})
