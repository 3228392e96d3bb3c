// A second call to ask somebody, and three together, as their user tells it.
import { describe, expect, test } from 'vitest'
import { ROUGH } from '../testing/fake-network.ts'
import { ALICE, beside, CAROL, expectPeace, talking, threeDesks, two } from '../testing/three-desks.ts'

describe('asking a third one', () => {
  test('Bob on hold, dial tone, Carol called; End brings Bob back', () => {
    const all = talking()
    const { alice, place } = all
    alice.key('new-call')
    place.run(200)
    expect([alice.shows(), alice.hears(), beside(alice), all.bob.shows()]).toEqual([
      'dialling',
      'dial',
      'bob',
      'in-call with 10*0*0*1, held by them',
    ])
    alice.press(CAROL)
    place.run(200)
    expect([alice.shows(), alice.hears(), beside(alice)]).toEqual(['calling 10*0*0*3, rings', 'ringback', 'bob'])
    all.carol.lift()
    place.run(200)
    expect(alice.shows()).toBe('in-call with 10*0*0*3')
    alice.key('end')
    place.run(200)
    expect([alice.shows(), alice.hears()]).toEqual(['in-call with bob', 'call:in:1'])
    expect(alice.calls()).toEqual(['placed 10*0*0*3: call ended'])
    expectPeace(all)
  })

  test('thought better of it: End at the dial tone, and while it rings', () => {
    const all = talking()
    all.alice.key('new-call')
    all.alice.key('end')
    all.place.run(200)
    expect(all.alice.shows()).toBe('in-call with bob')
    all.alice.key('new-call')
    all.alice.press(CAROL)
    all.place.run(200)
    all.alice.key('end')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), all.carol.shows()]).toEqual([
      'in-call with bob',
      'call:in:1',
      'ended: missed',
    ])
    expectPeace(all)
  })

  test('Carol is busy: busy tone, then Bob on hold', () => {
    const all = talking()
    all.carol.lift()
    all.alice.key('hold')
    all.place.run(200)
    all.alice.press(CAROL)
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears()]).toEqual(['ended: busy', 'busy'])
    all.place.run(3000)
    expect([all.alice.shows(), all.alice.hears()]).toEqual(['held with bob', 'nothing'])
    expectPeace(all)
  })
})

describe('three together', () => {
  function three() {
    const all = two()
    all.alice.key('conference')
    all.place.run(200)
    return all
  }

  test('everybody hears everybody', () => {
    const all = three()
    const { alice, bob, carol } = all
    expect([alice.shows(), alice.hears(), alice.speaksTo()]).toEqual([
      'conference with carol and bob',
      'call:in:1 and call:in:2',
      'call:in:1 and call:in:2',
    ])
    expect(alice.bridged()).toEqual(['call:in:1>call:in:2', 'call:in:2>call:in:1'])
    expect([bob.shows(), carol.shows()]).toEqual(['in-call with 10*0*0*1', 'in-call with 10*0*0*1'])
    expectPeace(all)
  })

  test('muted: the others hear each other, not Alice', () => {
    const all = three()
    all.alice.key('mute')
    expect([all.alice.speaksTo(), all.alice.bridged().length, all.alice.lamp('mute')]).toEqual([
      'nobody (muted)',
      2,
      'on',
    ])
    expectPeace(all)
  })

  test('muted before, muted in it, and still muted when the other two are two', () => {
    const all = two()
    all.alice.key('mute')
    all.alice.key('conference')
    all.place.run(200)
    expect(all.alice.speaksTo()).toBe('nobody (muted)')
    all.carol.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.alice.speaksTo()]).toEqual(['in-call with bob, muted', 'nobody (muted)'])
    expectPeace(all)
  })

  test('held: nobody hears anybody, and together again', () => {
    const all = three()
    all.alice.key('hold')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.hears(), all.alice.bridged(), all.alice.lamp('line')]).toEqual([
      'held conference with carol and bob',
      'nothing',
      [],
      'blink',
    ])
    all.alice.key('hold')
    all.place.run(200)
    expect([all.alice.hears(), all.alice.bridged().length]).toEqual(['call:in:1 and call:in:2', 2])
    expectPeace(all)
  })

  test('parted: Carol goes on, Bob is on hold', () => {
    const all = three()
    all.alice.key('conference')
    all.place.run(200)
    expect([all.alice.shows(), all.alice.bridged(), all.bob.shows(), all.carol.shows()]).toEqual([
      'in-call with carol',
      [],
      'in-call with 10*0*0*1, held by them',
      'in-call with 10*0*0*1',
    ])
    expectPeace(all)
  })

  test.each(['bob', 'carol'] as const)('%s leaves: the other two go on as before', (who) => {
    const all = three()
    all[who].putDown()
    all.place.run(200)
    const [name, port] = who === 'bob' ? ['carol', 'call:in:2'] : ['bob', 'call:in:1']
    expect([all.alice.shows(), all.alice.hears(), all.alice.bridged()]).toEqual([`in-call with ${name}`, port, []])
    expectPeace(all)
  })

  test('Alice leaves: it is over for all', () => {
    const all = three()
    all.alice.putDown()
    all.place.run(200)
    expect([all.alice.shows(), all.bob.shows(), all.carol.shows()]).toEqual([
      'ended: call ended',
      'ended: other side hung up',
      'ended: other side hung up',
    ])
    expectPeace(all)
  })
})

test('on a bad network everything ends well, for many seeds', () => {
  for (let seed = 1; seed <= 15; seed++) {
    const all = threeDesks(seed, ROUGH)
    const { alice, bob, carol, place, call } = all
    call(bob, ALICE)
    place.run(seed * 150)
    alice.lift()
    place.run(seed * 100)
    call(carol, ALICE)
    place.run(seed * 100)
    alice.key('answer')
    place.run(seed * 40)
    alice.key(seed % 2 === 0 ? 'swap' : 'conference')
    place.run(seed * 100)
    alice.key(seed % 3 === 0 ? 'hold' : 'end')
    place.run(40_000)
    expectPeace(all)
  }
})
