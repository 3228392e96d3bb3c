// Encrypted calls with baresip, called and calling: tones heard at both ends, and what becomes of a peer that will not.
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { toneIn } from '../tone.ts'
import { OURS, THEIRS, toneConsole } from './tone-console.ts'

const TALK_MS = 1500
/** Of a tone, to have been heard: noise of a wrong key has none. */
const ENOUGH_S = 0.5
const us = toneConsole('srtp')
const { file } = us

const account = (more: object) => us.console.do({ do: 'account', account: 'me', aor: us.at, ...more })
const answers = (encrypts?: 'srtp' | 'srtp-mand') => us.meet(encrypts ? { encrypts } : {})

/** Talks, and measures both directions; the packets of neither were plain. */
async function talk(call: string, suite: string, name: string) {
  await us.console.do({ do: 'record', call, file: file(name) })
  await sleep(TALK_MS)
  const { stats } = await us.console.do({ do: 'stats', call })
  expect(stats).toMatchObject({ srtp: suite, replayedPackets: 0, lostPackets: 0 })
  // baresip opens its way through NATs with a plain packet, and uses new keys before its answer with them is here.
  expect(stats.forgedPackets).toBeLessThan(10)
  expect(stats.receivedPackets).toBeGreaterThan(40)
}

async function hangUp(call: string, name: string) {
  const from = us.console.lines.length
  await us.console.do({ do: 'hangup', call })
  await us.console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
  await us.peer.event('CALL_CLOSED')
  expect(toneIn(file(name), THEIRS).seconds).toBeGreaterThan(ENOUGH_S)
  expect(toneIn(us.peer.heard(), OURS).seconds).toBeGreaterThan(ENOUGH_S)
}

const SUITES = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM']

describe('we call', () => {
  test.each(SUITES)('under %s', async (suite) => {
    await account({ srtp: 'mandatory', srtpSuites: [suite] })
    const peer = await answers('srtp-mand')
    const from = us.console.lines.length
    const { call } = await us.console.do({ do: 'call', to: peer.uri })
    await us.console.heard({ event: 'media', call, srtp: suite }, from)
    await us.console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
    await talk(call, suite, `${suite}.wav`)
    await hangUp(call, `${suite}.wav`)
  })

  test('optional: encrypted with who can, plain with who cannot', async () => {
    await account({ srtp: 'optional', srtpSuites: ['AES_CM_128_HMAC_SHA1_80'] })
    for (const [encrypts, suite] of [
      ['srtp', 'AES_CM_128_HMAC_SHA1_80'],
      [undefined, ''],
    ] as const) {
      const peer = await answers(encrypts)
      const from = us.console.lines.length
      const { call } = await us.console.do({ do: 'call', to: peer.uri })
      await us.console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
      await talk(call, suite, `optional${suite}.wav`)
      await hangUp(call, `optional${suite}.wav`)
      await peer.stop()
    }
  })

  test('mandatory: one who cannot is no call', async () => {
    await account({ srtp: 'mandatory' })
    const peer = await answers()
    const from = us.console.lines.length
    const { call } = await us.console.do({ do: 'call', to: peer.uri })
    const end = await us.console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
    expect(end.status).toBe(488)
  })
})

describe('we are called', () => {
  test.each(['srtp', 'srtp-mand'] as const)('by %s', async (encrypts) => {
    await account({ srtp: 'mandatory', srtpSuites: SUITES })
    const peer = await answers(encrypts)
    const from = us.console.lines.length
    await peer.dial(us.at)
    const { call } = await us.console.heard({ event: 'incoming' }, from)
    await us.console.do({ do: 'answer', call })
    await us.console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
    await talk(call, 'AES_CM_128_HMAC_SHA1_80', `${encrypts}.wav`)
    await hangUp(call, `${encrypts}.wav`)
  })

  test('plain, where nothing less than SRTP is taken: refused', async () => {
    await account({ srtp: 'mandatory' })
    const peer = await answers()
    await peer.dial(us.at)
    await peer.event('CALL_CLOSED')
    await expect.poll(peer.log).toContain('488')
  })
})

test('no key was ever said', () => {
  const said = us.console.lines.map((line) => JSON.stringify(line))
  expect(said.some((line) => line.includes('a=crypto:'))).toBe(true)
  expect(said.filter((line) => /inline:(?!\*\*\*)/.test(line))).toEqual([])
})
