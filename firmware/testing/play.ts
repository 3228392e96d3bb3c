// A play: two or more phones and what they do. Its ladder is checked on a perfect network, its end on a hundred bad ones.
import { expect, test } from 'vitest'
import type { Protocol, SipConfig } from '../sip/core/contract.ts'
import { ROUGH } from './fake-network.ts'
import { flaws, ladder } from './ladder.ts'
import type { Phone } from './phone.ts'
import { Stage } from './stage.ts'

export interface Cast {
  readonly stage: Stage
  readonly alice: Phone
  readonly bob: Phone
}

const SEEDS = 100
/** When whoever is still in a call hangs up, milliseconds. */
const CURTAIN = 70_000
const END = 600_000

/** `protocols` both have; what is lost, doubled and reordered are datagrams, streams are split and merged. */
export function play(
  name: string,
  act: (cast: Cast) => void,
  wire: string,
  check?: (cast: Cast) => void,
  protocols: readonly Protocol[] = ['UDP'],
  config: Partial<SipConfig> = {},
): void {
  const setOut = (stage: Stage): Cast => ({
    stage,
    alice: stage.phone('alice', '10.0.0.1', config, protocols),
    bob: stage.phone('bob', '10.0.0.2', config, protocols),
  })
  test(name, () => {
    const cast = setOut(new Stage())
    act(cast)
    cast.stage.run(END)
    expect(cast.stage.wire).toEqual(ladder(wire))
    check?.(cast)
    expect(flaws(cast.stage)).toEqual([])
  })
  test(`${name} (loss, duplication, reordering)`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const cast = setOut(new Stage(seed, ROUGH))
      act(cast)
      cast.stage.later(CURTAIN, () => {
        for (const phone of cast.stage.phones) for (const id of phone.live) phone.end(id)
      })
      cast.stage.run(END)
      expect(flaws(cast.stage)).toEqual([])
    }
  })
}
