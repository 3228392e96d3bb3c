// Two phones: digits by every method and on every clock of events, sound from other ports than it is received on, and a peer that
// falls silent.
import { expect, test } from 'vitest'
import { twoConsolePhones } from '../testing/console-phone.ts'
import { lossyWire } from '../testing/lossy-wire.ts'

const DIGITS = '1590*#AD'

const [alice, bob] = twoConsolePhones(45_200)

async function talk(ours: object, theirs: object = ours) {
  await alice.account('alice', ours)
  await bob.account('bob', theirs)
  return alice.talk(bob, `sip:bob@127.0.0.1:${bob.port}`)
}

test.each([
  ['PCMU', 'rfc4733', 'rtp'],
  ['L16/16000', 'rfc4733', 'rtp'],
  ['SPEEX/32000', 'rfc4733', 'rtp'],
  ['OPUS', 'rfc4733', 'rtp'],
  ['PCMU', 'info', 'info'],
  ['PCMU', 'info-dtmf', 'info'],
] as const)('digits through %s by %s', { timeout: 20_000 }, async (codec, method, by) => {
  const { call, incoming } = await talk({ codecs: [codec] })
  await alice.do({ do: 'wait', ms: 300 })
  const from = bob.out.length
  await alice.do({ do: 'dtmf', call, digits: DIGITS, durationMs: 120, method })
  await alice.wait('dtmf-sent', { call })
  await alice.do({ do: 'wait', ms: 400 })
  const heard = bob.out.slice(from).filter((line) => line.event === 'dtmf')
  expect(heard.map((line) => line.digit).join('')).toBe(DIGITS)
  expect(heard.every((line) => line.by === by)).toBe(true)
  // A plain digit (application/dtmf) has no duration.
  if (method !== 'info-dtmf')
    for (const { durationMs } of heard) {
      expect(durationMs).toBeGreaterThan(95)
      expect(durationMs).toBeLessThan(145)
    }
  await alice.over(bob, { call, incoming })
})

test('sound leaves by other ports than it comes to, and goes both ways', { timeout: 20_000 }, async () => {
  const { call, incoming } = await talk(
    { codecs: ['PCMU'], asymmetricRtp: true },
    { codecs: ['PCMU'], asymmetricRtp: false },
  )
  await alice.do({ do: 'wait', ms: 800 })
  const { stats: theirs } = await bob.do({ do: 'stats', call: incoming })
  const { stats: ours } = await alice.do({ do: 'stats', call })
  expect(theirs.source.port).not.toBe(theirs.signalled.port)
  expect(ours.source.port).toBe(ours.signalled.port)
  for (const { receivedPackets, lostPackets } of [ours, theirs]) {
    expect(receivedPackets).toBeGreaterThan(20)
    expect(lostPackets).toBe(0)
  }
  await alice.over(bob, { call, incoming })
})

test('a peer that falls silent is told, and ends the call where that is wanted', { timeout: 30_000 }, async () => {
  let cut = false
  await alice.account('alice', { codecs: ['PCMU'], asymmetricRtp: false })
  await bob.account('bob', { codecs: ['PCMU'], asymmetricRtp: false, silenceEndsS: 7 })
  const wire = await lossyWire(bob.port, () => cut)
  const { call, incoming } = await alice.talk(bob, `sip:bob@127.0.0.1:${wire.port}`)
  await bob.wait('silence', { call: incoming, forMs: 0 })
  cut = true
  const began = performance.now()
  await bob.do({ do: 'wait', event: 'silence', match: { call: incoming }, timeoutMs: 8000 })
  expect(performance.now() - began).toBeGreaterThan(4500)
  await alice.wait('call-state', { call, state: 'disconnected' })
  expect(performance.now() - began).toBeGreaterThan(6500)
  expect(performance.now() - began).toBeLessThan(9500)
  wire.close()
})
