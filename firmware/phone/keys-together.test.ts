// Keys that watch another phone, as the users of three phones see it, and what the network may do to that.
import { expect, test } from 'vitest'
import { ROUGH } from '../testing/fake-network.ts'
import { Street, settingsOf } from '../testing/street.ts'
import { type All, expectPeace } from '../testing/three-desks.ts'

const BOB = { label: 'Bob', kind: 'blf', target: 'sip:bob@10.0.0.2', account: 'a', digit: '3' } as const

/** Alice has a key for Bob, whose phone lets itself be watched. */
function setOut(seed = 1, conditions?: typeof ROUGH) {
  const place = new Street(seed, conditions)
  const desk = (name: string, host: string, more = {}) => {
    const settings = settingsOf(`sip:${name}@${host}`)
    const accounts = settings.accounts.map((one) => ({
      ...one,
      config: { ...one.config, watchers: 'accept' as const },
    }))
    return place.desk(host, { ...settings, accounts, ...more })
  }
  const bob = desk('bob', '10.0.0.2')
  const carol = desk('carol', '10.0.0.3')
  const alice = desk('alice', '10.0.0.1', { keys: [BOB] })
  const call = (who: typeof bob, number: string) => {
    who.lift()
    who.press(number)
  }
  const all: All = { place, alice, bob, carol, call }
  const lamp = () => `${alice.lamp('key1')} ${alice.view().keys[0]?.busy}`
  /** Nobody watches any more, so that what is left over is a leak. */
  const peace = () => {
    alice.settings({ ...settingsOf('sip:alice@10.0.0.1'), keys: [] })
    place.run(70_000)
    expectPeace(all)
  }
  return { ...all, lamp, peace }
}

test('the lamp tells of Bob: free, calling, rung, talking, free again', () => {
  const { place, bob, carol, call, lamp, peace } = setOut()
  expect(lamp()).toBe('blink unknown')
  place.run(500)
  expect(lamp()).toBe('off idle')
  call(carol, '10*0*0*2#')
  place.run(500)
  expect(lamp()).toBe('flash ringing')
  bob.lift()
  place.run(500)
  expect(lamp()).toBe('wink busy')
  carol.putDown()
  place.run(500)
  bob.putDown()
  call(bob, '10*0*0*3#')
  place.run(500)
  expect(lamp()).toBe('wink calling')
  peace()
})

test('it rings at Bob, and Alice takes the call by the key: Carol talks to her, Bob is left in peace', () => {
  const { place, alice, bob, carol, call, lamp, peace } = setOut()
  place.run(500)
  call(carol, '10*0*0*2#')
  place.run(500)
  alice.does({ kind: 'key', at: 0 })
  place.run(1000)
  expect([alice.shows(), carol.shows(), bob.shows()]).toEqual([
    'in-call with carol',
    'in-call with alice',
    'ended: answered elsewhere',
  ])
  place.run(4000)
  expect([bob.shows(), bob.view().missed, lamp()]).toEqual(['idle', 0, 'off idle'])
  peace()
})

test('in a call the key sends the caller to Bob', () => {
  const { place, alice, bob, carol, call, peace } = setOut()
  place.run(500)
  call(carol, '10*0*0*1#')
  place.run(500)
  alice.lift()
  place.run(500)
  alice.does({ kind: 'key', at: 0 })
  place.run(500)
  expect(bob.shows()).toBe('call from carol')
  bob.lift()
  place.run(500)
  expect([alice.shows(), bob.shows(), carol.shows()]).toEqual([
    'ended: transferred',
    'in-call with carol',
    expect.stringContaining('in-call with'),
  ])
  peace()
})

// Whatever is lost on the way, in the end the lamp says what Bob is at.
test.each(Array.from({ length: 24 }, (_, seed) => seed + 1))(
  'with loss, reordering and duplication, seed %i',
  (seed) => {
    const { place, alice, bob, carol, call, lamp } = setOut(seed, ROUGH)
    place.run(40_000)
    expect(lamp()).toBe('off idle')
    call(carol, '10*0*0*2#')
    place.run(20_000)
    expect([lamp(), bob.shows()]).toEqual(['flash ringing', 'call from carol'])
    if (seed % 2 === 0) bob.lift()
    else alice.does({ kind: 'key', at: 0 })
    place.run(40_000)
    expect(carol.shows()).toBe(`in-call with ${seed % 2 === 0 ? '10*0*0*2' : 'alice'}`)
    expect(lamp()).toBe(seed % 2 === 0 ? 'wink busy' : 'off idle')
    carol.putDown()
    alice.putDown()
    bob.putDown()
    place.run(40_000)
    expect([lamp(), alice.media.faults, bob.media.faults, carol.media.faults]).toEqual(['off idle', [], [], []])
  },
)
