// Alice, Bob and Carol, each with a whole desk phone, who call each other by address: no server between them.
import { expect } from 'vitest'
import type { ROUGH } from './fake-network.ts'
import { Street, settingsOf } from './street.ts'

export const ALICE = '10*0*0*1#'
export const CAROL = '10*0*0*3#'

export function threeDesks(seed = 1, conditions?: typeof ROUGH) {
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
export function talking() {
  const all = threeDesks()
  all.call(all.bob, ALICE)
  all.alice.lift()
  all.place.run(200)
  return all
}
/** And Carol calls her. */
export function waiting() {
  const all = talking()
  all.call(all.carol, ALICE)
  return all
}
/** Alice has taken her: Bob is on hold. */
export function two() {
  const all = waiting()
  all.alice.key('answer')
  all.place.run(200)
  return all
}
export type All = ReturnType<typeof threeDesks>
export function expectPeace({ place }: All) {
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
export const beside = (desk: All['alice']) => desk.view().beside?.peer.number
