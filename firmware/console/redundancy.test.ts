// Digits between two phones over a wire that loses three of ten of their packets: with redundancy agreed on all of them arrive,
// once and in order; with a peer that does not know it they go alone.
import { expect, test } from 'vitest'
import { seededRng, unit } from '../base/rng.ts'
import { twoConsolePhones } from '../testing/console-phone.ts'
import { type LossyWire, lossyWire } from '../testing/lossy-wire.ts'

const DIGITS = '1234567890*#ABCD5555'
/** Ours for events at 8 kHz, and for redundancy over them. */
const [EVENTS, REDUNDANT] = [101, 125]

const [alice, bob] = twoConsolePhones(45_000)

/** Alice dials all digits once the call stands; what Bob heard of them, and his statistics. */
async function dial(wire: LossyWire) {
  const { call, incoming } = await alice.talk(bob, `sip:bob@127.0.0.1:${wire.port}`)
  await alice.do({ do: 'wait', ms: 200 })
  const heardFrom = bob.out.length
  // The last digits have none after them that could bring them again.
  await alice.do({ do: 'dtmf', call, digits: `${DIGITS},`, durationMs: 60 })
  await alice.wait('dtmf-sent', { call })
  const digits = bob.out.slice(heardFrom).filter((line) => line.event === 'dtmf')
  const { stats } = await bob.do({ do: 'stats', call: incoming })
  await alice.over(bob, { call, incoming })
  return { heard: digits.map((line) => line.digit).join(''), stats }
}

/** Three of ten of what carries events; of the last digit none, as nothing comes after it. */
const losing = (seed: number) => {
  const rng = seededRng(seed)
  const events = new Set<number>()
  return ({ payloadType, timestamp }: { payloadType: number; timestamp: number }) => {
    if (payloadType !== EVENTS && payloadType !== REDUNDANT) return false
    events.add(timestamp)
    return events.size < DIGITS.length && unit(rng) < 0.3
  }
}
/** Every packet of the second, third and ninth digit: what redundancy alone can mend. */
const losingWhole = () => {
  const events: number[] = []
  return ({ payloadType, timestamp }: { payloadType: number; timestamp: number }) => {
    if (payloadType !== EVENTS && payloadType !== REDUNDANT) return false
    if (events.at(-1) !== timestamp) events.push(timestamp)
    return [1, 2, 8].includes(events.length - 1)
  }
}

test.each([
  ['three of ten packets lost', losing(7), 'off'],
  ['three of ten packets lost, encrypted', losing(8), 'mandatory'],
  ['three digits lost whole', losingWhole(), 'off'],
] as const)('%s: all digits, once and in order', { timeout: 30_000 }, async (_, loses, srtp) => {
  await alice.account('alice', { codecs: ['PCMU'], dtmfRedundancy: true, srtp })
  await bob.account('bob', { codecs: ['PCMU'], dtmfRedundancy: true, srtp })
  const wire = await lossyWire(bob.port, loses)
  const { heard, stats } = await dial(wire)
  wire.close()
  expect(heard).toBe(DIGITS)
  expect(wire.seen.get(REDUNDANT)).toBeGreaterThan(4 * (DIGITS.length - 2))
  expect(wire.lost).toBeGreaterThan(10)
  expect(stats.lostPackets).toBe(wire.lost)
  expect(stats.malformedPackets).toBe(0)
})

test.each([
  [true, false],
  [false, true],
])('plain events where one side does not know it: alice %s, bob %s', { timeout: 30_000 }, async (ours, theirs) => {
  await alice.account('alice', { codecs: ['PCMU'], dtmfRedundancy: ours, srtp: 'off' })
  await bob.account('bob', { codecs: ['PCMU'], dtmfRedundancy: theirs, srtp: 'off' })
  const wire = await lossyWire(bob.port, losingWhole())
  const { heard } = await dial(wire)
  wire.close()
  expect(heard).toBe([...DIGITS].filter((_, i) => ![1, 2, 8].includes(i)).join(''))
  expect(wire.seen.get(REDUNDANT)).toBeUndefined()
  expect(wire.seen.get(EVENTS)).toBeGreaterThan(90)
})
