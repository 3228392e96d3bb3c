// Two desk phones calling each other through the real user agent and SIP engine.
import { describe, expect, test } from 'vitest'
import { PERFECT, ROUGH } from '../testing/fake-network.ts'
import { Street, settingsOf } from '../testing/street.ts'

/** Alice is 100, Bob is 101; each one's domain is the other's address, so no server is needed between them. */
function street(seed = 1, conditions = PERFECT) {
  const place = new Street(seed, conditions)
  const alice = place.desk('10.0.0.1', settingsOf('sip:100@10.0.0.2'))
  const bob = place.desk('10.0.0.2', settingsOf('sip:101@10.0.0.1'))
  return { street: place, alice, bob }
}

function expectPeace(place: Street) {
  place.run(200_000)
  for (const { desk, holds } of place.residents) {
    expect([desk.shows(), desk.hears(), desk.speaksTo(), desk.idle()]).toEqual(['idle', 'nothing', 'nobody', true])
    expect([...desk.media.ports.keys()]).toEqual(['handset'])
    expect(desk.media.faults).toEqual([])
    expect(holds()).toBe(0)
  }
}

describe('on a good network', () => {
  test('Alice dials, Bob lifts, they talk, Bob puts the handset down, Alice hears busy', () => {
    const { street: place, alice, bob } = street()
    alice.lift()
    alice.press('101#')
    place.run(1000)
    expect([alice.shows(), alice.hears()]).toEqual(['calling 101, rings', 'ringback'])
    expect([bob.shows(), bob.hears()]).toEqual(['call from 100', 'ring'])
    bob.lift()
    place.run(1000)
    expect([alice.shows(), alice.speaksTo(), alice.hears()]).toEqual(['in-call with 101', 'call:out:1', 'call:out:1'])
    expect([bob.shows(), bob.speaksTo(), bob.hears()]).toEqual(['in-call with 100', 'call:in:1', 'call:in:1'])
    bob.putDown()
    place.run(1000)
    expect([alice.shows(), alice.hears()]).toEqual(['ended: other side hung up', 'busy'])
    alice.putDown()
    expectPeace(place)
    expect(place.wire.map((line) => line.replace(/ sip:.*/, ''))).toEqual([
      'INVITE',
      'SIP/2.0 180 Ringing',
      'SIP/2.0 200 OK',
      'ACK',
      'BYE',
      'SIP/2.0 200 OK',
    ])
  })

  test('each holds the other, in both orders', () => {
    const { street: place, alice, bob } = street()
    alice.press('101')
    alice.lift()
    place.run(100)
    bob.lift()
    place.run(100)
    alice.key('hold')
    place.run(100)
    expect([alice.shows(), bob.shows()]).toEqual(['held with 101', 'in-call with 100, held by them'])
    bob.key('hold')
    place.run(100)
    expect([alice.shows(), bob.shows()]).toEqual(['held with 101, held by them', 'held with 100, held by them'])
    alice.key('hold')
    place.run(100)
    expect([alice.shows(), bob.shows()]).toEqual(['in-call with 101, held by them', 'held with 100'])
    bob.key('hold')
    place.run(100)
    expect([alice.shows(), bob.shows()]).toEqual(['in-call with 101', 'in-call with 100'])
    expect([...alice.media.ports.values()].map((p) => p.stream?.direction)).toEqual([undefined, 'sendrecv'])
    alice.putDown()
    bob.putDown()
    expectPeace(place)
  })

  test('both press hold in the same moment', () => {
    const { street: place, alice, bob } = street()
    alice.lift()
    alice.press('101#')
    place.run(100)
    bob.lift()
    place.run(100)
    alice.key('hold')
    bob.key('hold')
    place.run(10_000)
    expect([alice.shows(), bob.shows()]).toEqual(['held with 101, held by them', 'held with 100, held by them'])
    alice.key('end')
    bob.key('end')
    alice.putDown()
    bob.putDown()
    expectPeace(place)
  })

  test.each([0, 1, 10, 11, 20, 21, 25])('Bob lifts and Alice gives up %i ms later', (delay) => {
    const { street: place, alice, bob } = street()
    alice.lift()
    alice.press('101#')
    place.run(500)
    bob.lift()
    place.run(delay)
    alice.putDown()
    place.run(2000)
    bob.putDown()
    expectPeace(place)
  })

  test.each([0, 1, 10, 11, 20, 25])('Alice holds and Bob hangs up %i ms later', (delay) => {
    const { street: place, alice, bob } = street()
    alice.lift()
    alice.press('101#')
    place.run(100)
    bob.lift()
    place.run(100)
    alice.key('hold')
    place.run(delay)
    bob.putDown()
    place.run(2000)
    expect([alice.shows(), alice.hears()]).toEqual(['ended: other side hung up', 'busy'])
    alice.putDown()
    expectPeace(place)
  })

  test('Bob refuses; Bob has lifted his handset', () => {
    const { street: place, alice, bob } = street()
    alice.lift()
    alice.press('101#')
    place.run(100)
    bob.key('end')
    place.run(100)
    expect([alice.shows(), alice.hears()]).toEqual(['ended: declined', 'congestion'])
    alice.key('end')
    bob.lift()
    alice.press('101#')
    place.run(100)
    expect([alice.shows(), alice.hears()]).toEqual(['ended: busy', 'busy'])
    bob.putDown()
    alice.putDown()
    expectPeace(place)
  })
})

describe('registration, as the user reads it', () => {
  const line = (place: Street, registrar: string) => {
    const desk = place.desk('10.0.0.1', settingsOf('sip:100@pbx.example.com', registrar))
    place.run(40_000)
    return desk.view().lines[0]!.reason
  }
  const refusing = (place: Street, status: string) =>
    place.peer('10.0.0.9', ({ from, to, data }) => {
      const fields = data.split('\r\n').filter((field) => /^(via|from|to|call-id|cseq):/i.test(field))
      const answer = `SIP/2.0 ${status}\r\n${fields.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`
      place.network.send({ from: to, to: from, data: answer }, place.now)
    })

  test('the registrar refuses', () => {
    for (const [status, words] of [
      ['403 Forbidden', 'wrong password'],
      ['404 Not Found', 'unknown user'],
      ['500 Broken', '10.0.0.9 has a problem: 500 Broken'],
    ] as const) {
      const place = new Street()
      refusing(place, status)
      expect(line(place, 'sip:10.0.0.9')).toBe(words)
    }
  })
  test('nobody answers', () => {
    const place = new Street()
    place.peer('10.0.0.9', () => {})
    expect(line(place, 'sip:10.0.0.9')).toBe('no answer from 10.0.0.9')
  })
  test('nobody is there', () => {
    expect(line(new Street(), 'sip:10.0.0.9')).toBe('network unreachable')
  })
  test('the name does not resolve', () => {
    expect(line(new Street(), 'sip:pbx.example.com')).toBe('cannot find pbx.example.com')
  })
})

test('on a bad network everything ends well, for many seeds', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const { street: place, alice, bob } = street(seed, ROUGH)
    alice.lift()
    alice.press('101#')
    place.run(seed * 200)
    bob.lift()
    place.run(seed * 100)
    alice.key('hold')
    place.run(seed * 50)
    alice.key('hold')
    bob.key('mute')
    place.run(seed * 50)
    if (seed % 2 === 0) alice.putDown()
    else bob.putDown()
    place.run(40_000)
    alice.putDown()
    bob.putDown()
    // A hold that the network kept pending leaves the call held in the cradle: the key ends it.
    alice.key('end')
    bob.key('end')
    expectPeace(place)
  }
})
