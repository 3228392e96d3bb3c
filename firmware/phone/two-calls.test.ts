// Two calls at one phone, as its user tells it.
import { describe, expect, test } from 'vitest'
import { createDesk } from '../testing/desk.ts'
import { caller, registered } from '../testing/played-engine.ts'
import { settingsOf } from '../testing/street.ts'
import { ALICE, beside, expectPeace, threeDesks, two, waiting } from '../testing/three-desks.ts'

describe('a call waits', () => {
  test('Alice hears it in her ear, sees who it is, and goes on talking', () => {
    const all = waiting()
    const { alice, carol } = all
    expect([alice.shows(), alice.hears(), alice.speaksTo()]).toEqual([
      'in-call with bob',
      'call:in:1 and call-waiting',
      'call:in:1',
    ])
    expect([alice.view().waiting?.peer.number, alice.lamp('line'), alice.lamp('ring')]).toEqual([
      'carol',
      'flash',
      'flash',
    ])
    expect(carol.shows()).toBe('calling 10*0*0*1, rings')
    alice.press('5')
    expect(alice.media.commands.findLast((c) => c.kind === 'send-dtmf')).toMatchObject({
      port: 'call:in:1',
      digits: '5',
    })
    expectPeace(all)
  })

  test('she takes it: Bob is on hold and hears nothing of it', () => {
    const all = two()
    const { alice, bob, carol } = all
    expect([alice.shows(), beside(alice), alice.hears()]).toEqual(['in-call with carol', 'bob', 'call:in:2'])
    expect([bob.shows(), carol.shows()]).toEqual(['in-call with 10*0*0*1, held by them', 'in-call with 10*0*0*1'])
    expect(alice.bridged()).toEqual([])
    expectPeace(all)
  })

  test('she refuses it: Carol hears that, Bob notices nothing', () => {
    const all = waiting()
    all.alice.key('reject')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), all.alice.view().waiting]).toEqual([
      'in-call with bob',
      'call:in:1',
      undefined,
    ])
    expect([all.carol.shows(), all.bob.shows()]).toEqual(['ended: declined', 'in-call with 10*0*0*1'])
    expect(all.alice.view().missed).toBe(0)
    expectPeace(all)
  })

  test('Carol gives up: missed, and the tone stops', () => {
    const all = waiting()
    all.carol.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), all.alice.view().missed]).toEqual([
      'in-call with bob',
      'call:in:1',
      1,
    ])
    expect(all.alice.calls()).toEqual(['missed carol: missed'])
    expectPeace(all)
  })

  test('Alice puts the handset down: Bob is gone, Carol rings the bell, lifting takes her', () => {
    const all = waiting()
    all.alice.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), all.bob.shows()]).toEqual([
      'call from carol',
      'ring',
      'ended: other side hung up',
    ])
    all.alice.lift()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears()]).toEqual(['in-call with carol', 'call:in:2'])
    expectPeace(all)
  })

  test('Bob hangs up: Carol is announced in the ear, no busy tone over her, no bell at the ear', () => {
    const all = waiting()
    all.bob.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears()]).toEqual(['call from carol', 'call-waiting'])
    all.alice.flash()
    all.place.run(200)
    expect(all.alice.shows()).toBe('in-call with carol')
    expectPeace(all)
  })

  test('not wanted by the settings: Carol hears busy, and stands in the log', () => {
    const all = threeDesks()
    all.alice.settings({ ...settingsOf('sip:alice@10.0.0.1'), callWaiting: false })
    all.call(all.bob, ALICE)
    all.alice.lift()
    all.place.run(200)
    all.call(all.carol, ALICE)
    expect([all.carol.shows(), all.alice.hears(), all.alice.calls()]).toEqual([
      'ended: busy',
      'call:in:1',
      ['missed carol: phone was in use'],
    ])
    expectPeace(all)
  })

  test('a number entered with the handset down is still there after a call nobody took', () => {
    const all = threeDesks()
    all.alice.press('0301')
    all.call(all.bob, ALICE)
    expect([all.alice.shows(), all.alice.hears()]).toEqual(['call from bob', 'ring'])
    all.bob.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.view().missed]).toEqual(['dialling 0301', 1])
    expectPeace(all)
  })
})

describe('two calls', () => {
  test('to and fro between them, by key and by hook', () => {
    const all = two()
    const { alice, bob, carol, place } = all
    for (const go of [() => alice.key('swap'), () => alice.flash(), () => alice.key('swap')]) {
      go()
      place.run(200)
    }
    expect([alice.shows(), beside(alice), alice.hears(), alice.speaksTo()]).toEqual([
      'in-call with bob',
      'carol',
      'call:in:1',
      'call:in:1',
    ])
    expect([bob.shows(), carol.shows()]).toEqual(['in-call with 10*0*0*1', 'in-call with 10*0*0*1, held by them'])
    expectPeace(all)
  })

  test('swapped faster than the network: the last wish is what everybody gets', () => {
    const all = two()
    for (let n = 0; n < 5; n++) all.alice.key('swap')
    all.place.run(2000)
    expect([all.alice.shows(), all.bob.shows(), all.carol.shows()]).toEqual([
      'in-call with bob',
      'in-call with 10*0*0*1',
      'in-call with 10*0*0*1, held by them',
    ])
    expectPeace(all)
  })

  test('End leaves the one she speaks to and brings back the other', () => {
    const all = two()
    all.alice.key('end')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), beside(all.alice)]).toEqual([
      'in-call with bob',
      'call:in:1',
      undefined,
    ])
    expect([all.bob.shows(), all.carol.shows()]).toEqual(['in-call with 10*0*0*1', 'ended: other side hung up'])
    expectPeace(all)
  })

  test('Carol hangs up: that is shown, then Bob on hold; he is not listened to before Alice says so', () => {
    const all = two()
    all.carol.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), beside(all.alice)]).toEqual([
      'ended: other side hung up',
      'busy',
      'bob',
    ])
    all.place.run(3000)
    expect([all.alice.shows(), all.alice.hears(), all.alice.lamp('line')]).toEqual([
      'held with bob',
      'nothing',
      'blink',
    ])
    all.alice.key('hold')
    all.place.run(200)
    expect(all.alice.shows()).toBe('in-call with bob')
    expectPeace(all)
  })

  test('the handset is put down: Carol is gone, Bob stays on hold with the lamp blinking, lifting brings him back', () => {
    const all = two()
    all.alice.putDown()
    all.place.run(4000)
    expect([all.alice.shows(), all.alice.lamp('line'), all.alice.idle()]).toEqual(['held with bob', 'blink', false])
    all.alice.lift()
    all.place.run(200)
    expect([all.alice.shows(), all.bob.shows()]).toEqual(['in-call with bob', 'in-call with 10*0*0*1'])
    expectPeace(all)
  })

  test('the one on hold hangs up: nothing is heard of it', () => {
    const all = two()
    all.bob.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), beside(all.alice)]).toEqual([
      'in-call with carol',
      'call:in:2',
      undefined,
    ])
    expectPeace(all)
  })

  test('mute stays with its call and its lamp', () => {
    const all = waiting()
    all.alice.key('mute')
    all.alice.key('answer')
    all.place.run(200)
    expect([all.alice.speaksTo(), all.alice.lamp('mute')]).toEqual(['call:in:2', 'off'])
    all.alice.key('swap')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.speaksTo(), all.alice.lamp('mute')]).toEqual([
      'in-call with bob, muted',
      'nobody (muted)',
      'on',
    ])
    expectPeace(all)
  })
})

describe('what the network may do to it', () => {
  /** Bob and Carol by hand: Alice has taken Carol, and Bob's phone has not answered her hold yet. */
  function played() {
    const alice = createDesk()
    registered(alice)
    const bob = caller(alice, 'in:1')
    alice.lift()
    bob.acknowledges()
    const carol = caller(alice, 'in:2')
    alice.key('answer')
    return { alice, bob, carol }
  }

  test('a hold that is refused still keeps the call aside: unheard until it is taken back', () => {
    const { alice, bob, carol } = played()
    bob.declines(488)
    carol.acknowledges()
    carol.hangsUp()
    alice.passes(3000)
    expect([alice.shows(), alice.hears(), alice.speaksTo()]).toEqual(['held with Bob', 'nothing', 'nobody'])
    alice.key('hold')
    expect([alice.shows(), alice.hears()]).toEqual(['in-call with Bob', 'call:in:1'])
  })

  test('swapped before the other side had acknowledged: it is told as soon as it has', () => {
    const { alice, bob, carol } = played()
    bob.accepts('recvonly')
    alice.key('swap')
    bob.accepts('sendrecv')
    const holds = () => alice.sent.filter((c) => c.kind === 'reinvite' && c.id === 'in:2').length
    expect([alice.shows(), holds()]).toEqual(['in-call with Bob', 0])
    carol.acknowledges()
    expect(holds()).toBe(1)
  })

  test('a call on hold in the cradle is told beside one that rings', () => {
    const { alice, bob, carol } = played()
    bob.accepts('recvonly')
    carol.acknowledges()
    alice.putDown()
    alice.passes(3000)
    const dave = caller(alice, 'in:3')
    expect([alice.shows(), alice.hears(), alice.view().beside?.call]).toEqual(['call from Bob', 'ring', 'in:1'])
    dave.refuses(487)
    expect([alice.shows(), alice.view().missed]).toEqual(['held with Bob', 1])
  })
})
