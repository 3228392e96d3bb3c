// SIP and audio over IPv6 beside IPv4: SIPp at ::1 calls the console and is called, over UDP and TCP; TLS between two consoles.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../../../provisioning/testing/certificates.ts'
import { type ConsoleProcess, startConsole } from '../console.ts'
import { freePort } from './ports.ts'
import { startSipp } from './sipp.ts'

let both: ConsoleProcess
let port: number
beforeAll(async () => {
  both = startConsole()
  const start = { do: 'start', address: '127.0.0.1', alsoAddress: '::1', autoAnswer: 200, trace: true }
  port = (await both.do(start)).port
  await both.do({ do: 'account', account: 'me', aor: `sip:alice@127.0.0.1:${port}` })
})
afterAll(() => both?.end())

const over = { event: 'call-state', state: 'disconnected' }
/** Of the messages since `from`, those that begin like this. */
const traced = (from: number, direction: string, start: string): string[] =>
  both.lines
    .slice(from)
    .filter((line) => line.event === 'trace' && line.direction === direction && line.message.startsWith(start))
    .map(({ message }) => message)

test.each(['udp', 'tcp'] as const)('SIPp at ::1 calls us over %s: answered with media at ::1', async (transport) => {
  const from = both.lines.length
  const { done } = await startSipp('uac', { target: `[::1]:${port}`, user: 'alice', transport, address: '::1' })
  const { code, log } = await done
  expect(code, log).toBe(0)
  const [ok = ''] = traced(from, 'sent', 'SIP/2.0 200')
  expect(ok).toMatch(/^Contact: <sip:[^>]*@\[::1\]:\d+/m)
  expect(ok).toContain('c=IN IP6 ::1\r\n')
  await both.heard({ ...over, cause: 'remote' }, from)
})

test.each(['udp', 'tcp'] as const)('we call SIPp at ::1 over %s, and hang up', async (transport) => {
  const from = both.lines.length
  const sipp = await startSipp('uas', { transport, address: '::1' })
  const { call } = await both.do({ do: 'call', to: `sip:sipp@[::1]:${sipp.port};transport=${transport}` })
  await both.heard({ event: 'call-state', call, state: 'confirmed' })
  await both.do({ do: 'hangup', call })
  await both.heard({ ...over, call }, from)
  const { code, log } = await sipp.done
  expect(code, log).toBe(0)
  const [invite = ''] = traced(from, 'sent', 'INVITE')
  expect(invite).toMatch(new RegExp(`^Via: SIP/2.0/${transport.toUpperCase()} \\[::1\\]:\\d+;rport;branch=`, 'm'))
  expect(invite).toContain('o=- ')
  expect(invite).toContain('c=IN IP6 ::1\r\n')
})

test('a call over IPv4 has media at its IPv4 address all the same', async () => {
  const from = both.lines.length
  const { done } = await startSipp('uac', { target: `127.0.0.1:${port}`, user: 'alice' })
  const { code, log } = await done
  expect(code, log).toBe(0)
  expect(traced(from, 'sent', 'SIP/2.0 200')[0]).toContain('c=IN IP4 127.0.0.1\r\n')
})

test('IPv6 goes and comes back: what is at the address that stays is not touched', async () => {
  const from = both.lines.length
  const { call } = await both.do({ do: 'call', to: `sip:alice@127.0.0.1:${port}` })
  await both.heard({ event: 'call-state', call, state: 'confirmed' })
  await both.do({ do: 'move', address: '127.0.0.1' })
  await both.heard({ event: 'address-changed', step: 'done' }, from)
  const at = both.lines.length
  await both.do({ do: 'move', address: '127.0.0.1', alsoAddress: '::1' })
  await both.heard({ event: 'address-changed', step: 'done' }, at)
  expect(traced(from, 'sent', 'INVITE')).toHaveLength(1)
  const { done } = await startSipp('uac', { target: `[::1]:${port}`, user: 'alice', address: '::1' })
  const { code, log } = await done
  expect(code, log).toBe(0)
  await both.do({ do: 'hangup', call })
  await both.heard({ ...over, call }, from)
})

test('TLS at ::1, proved by an address of the certificate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls6-'))
  const authority = createAuthority(folder, 'authority')
  const { cert: certificate, key } = authority.sign('six', { names: ['IP:0:0:0:0:0:0:0:1'] })
  const tls = { port: await freePort(1, '::1'), ca: authority.ca, certificate, key }
  const six = startConsole()
  const caller = startConsole()
  try {
    await six.do({ do: 'start', address: '::1', tls, autoAnswer: 200 })
    await six.do({ do: 'account', account: 'me', aor: `sips:bob@[::1]:${tls.port}` })
    await caller.do({ do: 'start', address: '::1', tls: { ca: authority.ca } })
    await caller.do({ do: 'account', account: 'me', aor: 'sip:alice@[::1]', transport: 'tls' })
    const { call } = await caller.do({ do: 'call', to: `sips:bob@[0:0::1]:${tls.port}` })
    await caller.heard({ event: 'call-state', call, state: 'confirmed' })
    await sleep(300)
    const { stats } = await caller.do({ do: 'stats', call })
    expect(stats.receivedPackets).toBeGreaterThan(5)
    await caller.do({ do: 'hangup', call })
    await six.heard({ ...over, cause: 'remote' })
  } finally {
    await Promise.all([six.end(), caller.end()])
    rmSync(folder, { recursive: true })
  }
}, 20_000)
