// Two calls at one phone, as its user tells it: three desk phones with the real user agent and SIP engine each.
import { describe, expect, test } from 'vitest'
import { ROUGH } from '../testing/fake-network.ts'
import { Street, settingsOf } from '../testing/street.ts'

const ALICE = '10*0*0*1#'
const CAROL = '10*0*0*3#'

function street(seed = 1, conditions?: typeof ROUGH) {
  const place = new Street(seed, conditions)
  const desk = (name: string, host: string, more = {}) =>
    place.desk(host, { ...settingsOf(`sip:${name}@${host}`), ...more })
  const alice = desk('alice', '10.0.0.1')
  const bob = desk('bob', '10.0.0.2')
  const carol = desk('carol', '10.0.0.3')
  const call = (who: typeof bob, number: string) => {
    who.lift()
    who.press(number)
    place.run(200)
  }
  return { place, alice, bob, carol, call }
}
/** Bob has called Alice, they talk. */
function talking() {
  const all = street()
  all.call(all.bob, ALICE)
  all.alice.lift()
  all.place.run(200)
  return all
}
/** And Carol calls her. */
function waiting() {
  const all = talking()
  all.call(all.carol, ALICE)
  return all
}
/** Alice has taken her: Bob is on hold. */
function two() {
  const all = waiting()
  all.alice.key('answer')
  all.place.run(200)
  return all
}
type All = ReturnType<typeof street>
function expectPeace({ place }: All) {
  for (const { desk } of place.residents) {
    desk.putDown()
    for (let n = 0; n < 3; n++) desk.key('end')
  }
  place.run(200_000)
  for (const { desk, holds } of place.residents) {
    expect([desk.shows(), desk.hears(), desk.speaksTo(), desk.idle()]).toEqual(['idle', 'nothing', 'nobody', true])
    expect([...desk.media.ports.keys()]).toEqual(['handset'])
    expect(desk.media.faults).toEqual([])
    expect(holds()).toBe(0)
  }
}
const beside = (desk: All['alice']) => desk.view().beside?.peer.number

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
    const all = street()
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
    const all = street()
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
    const all = street(seed, ROUGH)
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
