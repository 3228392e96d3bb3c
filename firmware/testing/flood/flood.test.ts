// Floods of rubbish at every open port of the phone while it talks: the call goes on without a lost packet, the process does
// not grow, and the phone is of use afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import type { StreamStats } from '../../media/contract.ts'
import { activity, callState } from '../../runtime/demo/witness.ts'
import { usedHeap } from '../heap.ts'
import { type PhoneInLab, startPhone } from '../interop/phone.ts'
import { freePort } from '../interop/ports.ts'
import { startSipp } from '../interop/sipp.ts'
import { type FloodKind, flood } from './flooder.ts'

/** Not where the phone's peers are: a flood is to cost its sender its share, and nobody else. */
const EVE = '127.0.0.66'
const SECONDS = Number(process.env.FLOOD_SECONDS ?? 0.8)
/** Process, its settling, and a busy machine. */
const PATIENCE_MS = 60_000 + 16_000 * SECONDS

const folder = mkdtempSync(join(tmpdir(), 'flood-'))
let listening = 0
let phone: PhoneInLab
let call = ''
let rtpPort = 0
let stats: StreamStats | undefined

beforeAll(async () => {
  const { cert: certificate, key } = createAuthority(folder, 'authority').sign('phone')
  listening = await freePort()
  phone = await startPhone(1000, {
    account: { network: { tls: { port: listening, certificate, key } } },
    witness(seen) {
      if (seen.of === 'ua' && seen.event.kind === 'call-stats') stats = seen.event.stats
      if (callState('confirmed')(seen) && seen.of === 'ua' && seen.event.kind === 'call-state') call = seen.event.call
      if (seen.of === 'sip' && seen.output.kind === 'send' && seen.output.data.startsWith('INVITE'))
        rtpPort = Number(/\r\nm=audio (\d+)/.exec(seen.output.data)?.[1])
    },
  })
}, 20_000)
afterAll(async () => {
  await phone?.stop()
  phone?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(): Promise<StreamStats> {
  stats = undefined
  phone.simulator.phone.command({ kind: 'query-call', call, ref: 1 })
  for (let tries = 0; stats === undefined; tries++) {
    if (tries === 100) throw new Error('no statistics')
    await sleep(10)
  }
  return stats
}
async function callEcho() {
  const up = phone.witness.next('answer', 8000, callState('confirmed'))
  await phone.lift()
  phone.dial(`${phone.lab.echo}#`)
  await up
  await sleep(500)
}
/** Puts the handset down, and takes and ends every call that then rings. */
async function clear() {
  phone.board.hangUp()
  for (let tries = 0; tries < 10; tries++) {
    await sleep(1200)
    if (phone.doing() === 'idle') return
    if (phone.doing() !== 'ringing') continue
    phone.board.lift()
    await sleep(300)
    phone.board.hangUp()
  }
  throw new Error(`calls without end: ${phone.board.screen().join(' / ')}`)
}
/** What is kept, and all that the process has of the system: V8 gives back late what a flood has left to be collected. */
const memoryMb = () => ({ kept: usedHeap() / 1e6, resident: process.memoryUsage.rss() / 1e6 })

const port = { tls: () => listening, sip: () => phone.lab.phone.sipPort, rtp: () => rtpPort, rtcp: () => rtpPort + 1 }
const FLOODS: readonly (readonly [keyof typeof port, FloodKind])[] = [
  ['sip', 'noise'],
  ['sip', 'damaged-sip'],
  ['sip', 'options'],
  ['sip', 'tcp-noise'],
  ['sip', 'tcp-endless'],
  ['sip', 'tcp-unread'],
  ['sip', 'tcp-idle'],
  // Handshakes that never end, and what is no handshake.
  ['tls', 'tcp-idle'],
  ['tls', 'tcp-noise'],
  ['rtp', 'noise'],
  ['rtp', 'rtp'],
  ['rtcp', 'noise'],
  ['rtcp', 'rtcp'],
]

test(
  'a call goes on through floods at its ports, and nothing grows',
  async () => {
    await callEcho()
    const run = (at: keyof typeof port, kind: FloodKind, seed: number) =>
      flood({ kind, from: EVE, port: port[at](), perSecond: 4000, seconds: SECONDS, seed, user: phone.lab.phone.user })
    // Once to fill what is kept for good: pages, counters, code.
    await Promise.all(FLOODS.map(([at, kind]) => run(at, kind, 1)))
    const before = memoryMb()
    for (const [at, kind] of FLOODS) {
      const was = await ask()
      const { sent } = await run(at, kind, 2)
      const is = await ask()
      expect(sent).toBeGreaterThan(1000 * SECONDS)
      expect(is.receivedPackets - was.receivedPackets, `${kind} at ${at}: received`).toBeGreaterThan(SECONDS * 45)
      expect(is.lostPackets + is.latePackets, `${kind} at ${at}: lost`).toBe(0)
    }
    const after = memoryMb()
    expect(after.kept - before.kept).toBeLessThan(3)
    expect(after.resident - before.resident).toBeLessThan(40)
    await clear()
  },
  PATIENCE_MS,
)

test(
  'INVITEs in a flood: one rings, the others are refused, and the phone can be used',
  async () => {
    const { sipPort, user } = phone.lab.phone
    const rings = phone.witness.next('ringing', 5000, activity('ringing'))
    const { sent, answers } = await flood({
      ...{ kind: 'invite', from: EVE, port: sipPort, perSecond: 500, seconds: 2, seed: 3, user },
    })
    await rings
    expect(phone.doing()).toBe('ringing')
    // One rings; a phone in a call has another one wait.
    expect(answers['180']).toBeGreaterThanOrEqual(1)
    expect(answers['180']).toBeLessThanOrEqual(2)
    // Whoever asks too often is told so without being heard.
    expect(answers['486']).toBeGreaterThan(10)
    expect(answers['503']).toBeGreaterThan(100)
    // INVITEs nobody acknowledges are answered again and again; yet little more is said than was asked.
    expect(Object.values(answers).reduce((sum, count) => sum + count)).toBeLessThan(2.5 * sent)
    // Others are answered as ever.
    const others = await startSipp('odd-requests', { target: `127.0.0.1:${sipPort}`, user })
    const { code, log } = await others.done
    expect(code, log).toBe(0)
    // Whoever lifts the handset to call somebody has eve in the ear; the next call is theirs.
    await clear()
    await callEcho()
    await phone.putDown()
  },
  PATIENCE_MS,
)
