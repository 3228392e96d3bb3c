// Encrypted calls with baresip, called and calling: tones heard at both ends, and what becomes of a peer that will not.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { toneIn, writeTone } from '../tone.ts'
import { type Baresip, startBaresip } from './baresip.ts'

const [OURS, THEIRS] = [1000, 440]
const TALK_MS = 1500
/** Of a tone, to have been heard: noise of a wrong key has none. */
const ENOUGH_S = 0.5
const folder = mkdtempSync(join(tmpdir(), 'srtp-'))
const file = (name: string) => join(folder, name)

let console: ConsoleProcess
let at: string
let peer: Baresip | undefined

beforeAll(async () => {
  writeTone(file('ours.wav'), OURS, 30, 8000)
  writeTone(file('theirs.wav'), THEIRS, 30, 8000)
  console = startConsole()
  const device = { kind: 'wav', in: file('ours.wav'), out: file('heard.wav'), loop: true, rate: 8000 }
  const { port } = await console.do({ do: 'start', address: '127.0.0.1', device, trace: true, codecs: ['PCMU'] })
  at = `sip:me@127.0.0.1:${port}`
}, 20_000)
afterEach(async () => {
  await peer?.stop()
  peer = undefined
})
afterAll(async () => {
  await console?.end()
  rmSync(folder, { recursive: true, force: true })
})

const account = (more: object) => console.do({ do: 'account', account: 'me', aor: at, ...more })
const answers = (encrypts?: 'srtp' | 'srtp-mand') =>
  startBaresip({ speaks: file('theirs.wav'), user: 'peer', answer: 'auto', ...(encrypts ? { encrypts } : {}) })

/** Talks, and measures both directions; the packets of neither were plain. */
async function talk(call: string, suite: string, name: string) {
  await console.do({ do: 'record', call, file: file(name) })
  await sleep(TALK_MS)
  const { stats } = await console.do({ do: 'stats', call })
  expect(stats).toMatchObject({ srtp: suite, replayedPackets: 0, lostPackets: 0 })
  // baresip opens its way through NATs with a plain packet, and uses new keys before its answer with them is here.
  expect(stats.forgedPackets).toBeLessThan(10)
  expect(stats.receivedPackets).toBeGreaterThan(40)
}

async function hangUp(call: string, name: string) {
  const from = console.lines.length
  await console.do({ do: 'hangup', call })
  await console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
  await peer!.event('CALL_CLOSED')
  expect(toneIn(file(name), THEIRS).seconds).toBeGreaterThan(ENOUGH_S)
  expect(toneIn(peer!.heard(), OURS).seconds).toBeGreaterThan(ENOUGH_S)
}

const SUITES = ['AES_CM_128_HMAC_SHA1_80', 'AES_CM_128_HMAC_SHA1_32', 'AEAD_AES_128_GCM', 'AEAD_AES_256_GCM']

describe('we call', () => {
  test.each(SUITES)('under %s', async (suite) => {
    await account({ srtp: 'mandatory', srtpSuites: [suite] })
    peer = await answers('srtp-mand')
    const from = console.lines.length
    const { call } = await console.do({ do: 'call', to: peer.uri })
    await console.heard({ event: 'media', call, srtp: suite }, from)
    await console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
    await talk(call, suite, `${suite}.wav`)
    await hangUp(call, `${suite}.wav`)
  })

  test('optional: encrypted with who can, plain with who cannot', async () => {
    await account({ srtp: 'optional', srtpSuites: ['AES_CM_128_HMAC_SHA1_80'] })
    for (const [encrypts, suite] of [
      ['srtp', 'AES_CM_128_HMAC_SHA1_80'],
      [undefined, ''],
    ] as const) {
      peer = await answers(encrypts)
      const from = console.lines.length
      const { call } = await console.do({ do: 'call', to: peer.uri })
      await console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
      await talk(call, suite, `optional${suite}.wav`)
      await hangUp(call, `optional${suite}.wav`)
      await peer.stop()
    }
  })

  test('mandatory: one who cannot is no call', async () => {
    await account({ srtp: 'mandatory' })
    peer = await answers()
    const from = console.lines.length
    const { call } = await console.do({ do: 'call', to: peer.uri })
    const end = await console.heard({ event: 'call-state', call, state: 'disconnected' }, from)
    expect(end.status).toBe(488)
  })
})

describe('we are called', () => {
  test.each(['srtp', 'srtp-mand'] as const)('by %s', async (encrypts) => {
    await account({ srtp: 'mandatory', srtpSuites: SUITES })
    peer = await answers(encrypts)
    const from = console.lines.length
    await peer.dial(at)
    const { call } = await console.heard({ event: 'incoming' }, from)
    await console.do({ do: 'answer', call })
    await console.heard({ event: 'call-state', call, state: 'confirmed' }, from)
    await talk(call, 'AES_CM_128_HMAC_SHA1_80', `${encrypts}.wav`)
    await hangUp(call, `${encrypts}.wav`)
  })

  test('plain, where nothing less than SRTP is taken: refused', async () => {
    await account({ srtp: 'mandatory' })
    peer = await answers()
    await peer.dial(at)
    await peer.event('CALL_CLOSED')
    expect(peer.log()).toContain('488')
  })
})

test('no key was ever said', () => {
  const said = console.lines.map((line) => JSON.stringify(line))
  expect(said.some((line) => line.includes('a=crypto:'))).toBe(true)
  expect(said.filter((line) => /inline:(?!\*\*\*)/.test(line))).toEqual([])
})
