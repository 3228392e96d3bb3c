// The console with others: a second console, a script in Python, SIPp calling and called. Tones are measured where they are heard.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { toneIn, writeTone } from '../tone.ts'
import { startSipp } from './sipp.ts'

const folder = mkdtempSync(join(tmpdir(), 'console-calls-'))
const file = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A console that has started, and the address it is called at. */
async function started(user: string, start: object = {}): Promise<{ at: string; is: ConsoleProcess }> {
  const is = startConsole()
  const { port } = await is.do({ do: 'start', address: '127.0.0.1', ...start })
  const at = `sip:${user}@127.0.0.1:${port}`
  await is.do({ do: 'account', account: 'me', aor: at })
  return { at, is }
}
const disconnected = { event: 'call-state', state: 'disconnected' }
const confirmed = { event: 'call-state', state: 'confirmed' }

describe('two consoles', () => {
  let alice: ConsoleProcess
  let bob: ConsoleProcess
  let bobAt: string
  beforeAll(async () => {
    writeTone(file('speech.wav'), 1000, 30, 8000)
    alice = (await started('alice')).is
    const device = { kind: 'wav', in: file('speech.wav'), out: file('bob-hears.wav'), loop: true, rate: 8000 }
    const second = await started('bob', { device })
    bob = second.is
    bobAt = second.at
  })
  afterAll(() => Promise.all([alice?.end(), bob?.end()]))

  test('each hears the other: a tone one way, a device the other', async () => {
    const { call } = await alice.do({ do: 'call', to: bobAt })
    const { call: theirs } = await bob.heard({ event: 'incoming' })
    await bob.do({ do: 'answer', call: theirs })
    await alice.heard({ ...confirmed, call })
    await alice.do({ do: 'record', call, file: file('alice-hears.wav') })
    await alice.do({ do: 'tone', call, frequencies: [440], levelDb: -10 })
    await sleep(1200)
    const { stats } = await alice.do({ do: 'stats', call })
    expect(stats.receivedPackets).toBeGreaterThan(40)
    expect(stats.lostPackets).toBe(0)
    // On hold Bob is neither heard nor hears.
    const before = alice.lines.length
    await alice.do({ do: 'hold', call })
    await alice.heard({ event: 'modified', status: 200 }, before)
    await bob.heard({ event: 'media', status: 'remote-hold' })
    const held = bob.lines.length
    await alice.do({ do: 'reinvite', call, unhold: false })
    await alice.heard({ event: 'media', status: 'local-hold' }, before)
    await bob.heard({ event: 'media', status: 'remote-hold' }, held)
    await alice.do({ do: 'hangup', call, headers: { 'X-Why': 'done' } })
    await Promise.all([
      alice.heard({ ...disconnected, call, cause: 'local' }),
      bob.heard({ ...disconnected, call: theirs }),
    ])
    expect(toneIn(file('alice-hears.wav'), 1000).seconds).toBeGreaterThan(0.8)
  })

  test('UPDATE: the target alone while it rings, then with an offer, with no re-INVITE', async () => {
    const [from, theirsFrom] = [alice.lines.length, bob.lines.length]
    const { call } = await alice.do({ do: 'call', to: bobAt })
    const { call: theirs } = await bob.heard({ event: 'incoming' }, theirsFrom)
    await bob.do({ do: 'answer', call: theirs, code: 180 })
    await alice.heard({ event: 'call-state', call, state: 'early' }, from)
    await alice.do({ do: 'trace', on: true })
    await alice.do({ do: 'update', call, offer: false, headers: { 'X-Why': 'moved' } })
    await alice.heard({ event: 'modified', call, status: 200 }, from)
    await bob.do({ do: 'answer', call: theirs })
    await bob.heard({ ...confirmed, call: theirs }, theirsFrom)
    const before = bob.lines.length
    await bob.do({ do: 'update', call: theirs })
    await alice.heard({ event: 'sdp', call, stage: 'active' }, from)
    await bob.heard({ event: 'modified', call: theirs, status: 200 }, before)
    await alice.do({ do: 'trace', on: false })
    await alice.do({ do: 'hangup', call })
    await bob.heard({ ...disconnected, call: theirs }, before)
    const requests = alice.lines.slice(from).flatMap(({ event, direction, message }) => {
      const head = event === 'trace' ? /^(INVITE|UPDATE) .*[\s\S]*?\r\n\r\n(.?)/.exec(message) : null
      return head ? [`${direction} ${head[1]}${head[2] === '' ? '' : ' +'}`] : []
    })
    expect(requests).toEqual(['sent UPDATE', 'received UPDATE +'])
  })

  test('who is not answered in time calls off', async () => {
    const from = bob.lines.length
    const { call } = await alice.do({ do: 'call', to: bobAt, ringMs: 200, userData: 'x' })
    const { call: theirs } = await bob.heard({ event: 'incoming' }, from)
    await bob.do({ do: 'answer', call: theirs, code: 180 })
    await alice.heard({ event: 'ring-timeout', call, userData: 'x' })
    await alice.heard({ ...disconnected, call, status: 487, userData: 'x' })
    await bob.heard({ ...disconnected, call: theirs, cause: 'remote' })
  })

  test('an own refusal arrives as it was given', async () => {
    const from = bob.lines.length
    const { call } = await alice.do({ do: 'call', to: bobAt, sdp: 'none' })
    const { call: theirs } = await bob.heard({ event: 'incoming' }, from)
    await bob.do({ do: 'answer', call: theirs, code: 486, reason: 'Nope', headers: { 'X-Why': ['a', 'b'] } })
    await alice.heard({ ...disconnected, call, status: 486, reason: 'Nope' })
    expect(await alice.try({ do: 'answer', call, code: 200 })).toMatchObject({ error: { what: 'unknown call' } })
  })

  test('more calls than allowed are refused here', async () => {
    const few = await started('few', { maxCalls: 1 })
    await few.is.do({ do: 'call', to: bobAt })
    expect(await few.is.try({ do: 'call', to: bobAt })).toMatchObject({ error: { what: 'too many calls' } })
    expect(await few.is.do({ do: 'calls' })).toMatchObject({ count: 1, max: 1 })
    const [{ call }] = (await few.is.do({ do: 'hangup-all' })).calls.map((name: string) => ({ call: name }))
    await few.is.heard({ ...disconnected, call })
    expect(await few.is.end()).toBe(0)
  })

  test('the end of input hangs up: nobody is left in a call', async () => {
    const from = bob.lines.length
    const short = await started('short')
    await short.is.do({ do: 'call', to: bobAt })
    const { call: theirs } = await bob.heard({ event: 'incoming' }, from)
    await bob.do({ do: 'answer', call: theirs })
    await short.is.heard(confirmed)
    const began = performance.now()
    expect(await short.is.end()).toBe(0)
    expect(performance.now() - began).toBeLessThan(2500)
    await bob.heard({ ...disconnected, call: theirs, cause: 'remote' })
  })

  test('what was said into the call was heard at the other end', async () => {
    await bob.end()
    const tone = toneIn(file('bob-hears.wav'), 440)
    expect(tone.seconds).toBeGreaterThan(0.8)
    expect(tone.levelDb).toBeGreaterThan(-16)
    expect(tone.levelDb).toBeLessThan(-4)
  })
})

describe('others', () => {
  let peer: { at: string; is: ConsoleProcess }
  beforeAll(async () => {
    const device = { kind: 'wav', out: file('peer-hears.wav'), rate: 8000 }
    peer = await started('peer', { autoAnswer: 200, device })
  })

  test('a script in Python makes a call', async () => {
    const script = fileURLToPath(new URL('../../examples/call.py', import.meta.url))
    const main = fileURLToPath(new URL('../../console/main.ts', import.meta.url))
    const args = [script, '127.0.0.1', peer.at, process.execPath, main, '--json']
    const { stdout } = await promisify(execFile)('/usr/bin/python3', args)
    expect(stdout).toMatch(/^connected for \d{3,4} ms\ndisconnected\n$/)
    await peer.is.heard({ ...disconnected, cause: 'remote' })
  })

  test('SIPp calls it', async () => {
    const from = peer.is.lines.length
    const target = peer.at.replace('sip:peer@', '')
    const sipp = await startSipp('uac', { target, user: 'peer', holdMs: 300 })
    await peer.is.heard(confirmed, from)
    const { code, log } = await sipp.done
    expect(code, log).toBe(0)
    await peer.is.heard({ ...disconnected, cause: 'remote' }, from)
  })

  test('it calls SIPp, with the trace on', async () => {
    const from = peer.is.lines.length
    const sipp = await startSipp('uas', {})
    await peer.is.do({ do: 'trace', on: true })
    const { call } = await peer.is.do({ do: 'call', to: `sip:service@127.0.0.1:${sipp.port}` })
    await peer.is.heard({ ...confirmed, call })
    const { info } = await peer.is.do({ do: 'info', call })
    expect(info).toMatchObject({ role: 'uac', status: 200, remoteContact: `sip:127.0.0.1:${sipp.port};transport=UDP` })
    await peer.is.do({ do: 'hangup', call })
    const { code, log } = await sipp.done
    expect(code, log).toBe(0)
    await peer.is.heard({ ...disconnected, call })
    const sent = peer.is.lines.slice(from).filter(({ event, direction }) => event === 'trace' && direction === 'sent')
    expect(sent.map(({ message }) => message.split(' ')[0])).toEqual(['INVITE', 'ACK', 'BYE'])
    expect(sent.every(({ to }) => to === `127.0.0.1:${sipp.port}`)).toBe(true)
    await peer.is.end()
    expect(toneIn(file('peer-hears.wav'), 800).seconds).toBeGreaterThan(0.6)
  })
})
