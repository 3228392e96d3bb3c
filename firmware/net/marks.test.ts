// Marks of packets as the kernel has them: DSCP and the priority that Wi-Fi maps, of every kind of socket, in both families.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createMediaEngine } from '../../native/lib/media.ts'
import { createAuthority } from '../../provisioning/testing/certificates.ts'
import type { MediaEvent } from '../media/contract.ts'
import { freePort, takePorts } from '../testing/interop/ports.ts'
import { nativeNet } from './addon.ts'
import type { StreamOptions, StreamSocket } from './connections.ts'
import { openTcp } from './tcp.ts'
import { openTls } from './tls.ts'
import { loadTls } from './tls-files.ts'
import { openUdp } from './udp.ts'

const CS3 = 24
const EF = 46
const folder = mkdtempSync(join(tmpdir(), 'marks-'))
const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** `tos:0x60 class_id:0x4` of each socket at this port: class and priority. */
const marks = (kind: '-t' | '-u', port: number): string[] =>
  execFileSync('ss', [kind, '-naHO', '--tos', `( sport = :${port} or dport = :${port} )`], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('LISTEN'))
    .map((line) => /(?:tos|tclass):\S+ class_id:\S+/.exec(line)?.[0] ?? line)

async function connected(address: string, openOne: (options: StreamOptions) => StreamSocket): Promise<number> {
  const ports = [await freePort(1, address), await freePort(1, address)] as const
  const unmarked: string[] = []
  const up = ports.map(() => Promise.withResolvers<void>())
  const sockets = ports.map((port, i) =>
    openOne({
      ...{ address, port, dscp: CS3, prefix: 'in:', onUnmarked: (what) => unmarked.push(what) },
      onUp: () => up[i]?.resolve(),
      onData() {},
      onDown: (_flow, reason) => up[i]?.reject(new Error(reason)),
      onError: (code) => up[i]?.reject(new Error(code)),
    }),
  )
  for (const socket of sockets) open.push(() => socket.stop())
  await new Promise((resolve) => setTimeout(resolve, 50))
  sockets[0]?.connect('out:1', { address, port: ports[1] }, 'localhost')
  await Promise.all(up.map(({ promise }) => promise))
  expect(unmarked).toEqual([])
  return ports[1]
}

const [V4, V6] = ['tos:0x60 class_id:0x4', 'tclass:0x60 class_id:0x4']

test.each([
  ['127.0.0.1', V4],
  ['::1', V6],
])('TCP at %s: both ends', async (address, mark) => {
  const port = await connected(address, openTcp)
  expect(marks('-t', port)).toEqual([mark, mark])
})

test('TLS: both ends', async () => {
  const authority = createAuthority(folder, 'authority')
  const { cert: certificate, key } = authority.sign('localhost', { host: 'localhost' })
  const tls = loadTls({ ca: authority.ca, certificate, key })
  if (!tls.ok) throw new Error(tls.error)
  const port = await connected('127.0.0.1', (options) => openTls({ ...options, tls: tls.value }))
  expect(marks('-t', port)).toEqual([V4, V4])
})

test.each([
  ['127.0.0.1', V4],
  ['::1', V6],
])('UDP at %s', (address, mark) => {
  const none = () => {}
  const socket = openUdp({ address, port: 0, dscp: CS3, onDatagrams: none, onUnreachable: none, onError: none })
  open.push(() => socket.close())
  expect(socket.unmarked).toBe('')
  expect(marks('-u', socket.local.port)).toEqual([mark])
})

test.each([
  ['127.0.0.1', 'tos:0xb8 class_id:0x6'],
  ['::1', 'tclass:0xb8 class_id:0x6'],
])('RTP at %s: voice comes before signalling', async (address, mark) => {
  const ready = Promise.withResolvers<Extract<MediaEvent, { kind: 'pair-ready' }>>()
  const media = createMediaEngine((events) => {
    for (const event of events) if (event.kind === 'pair-ready') ready.resolve(event)
  })
  open.push(() => media.close())
  const min = takePorts(20)
  media.command({ kind: 'stock-pairs', address, min, max: min + 19, want: 1, dscp: EF })
  const { rtpPort, rtcpPort, unmarked } = await ready.promise
  expect(unmarked).toBeUndefined()
  expect([...marks('-u', rtpPort), ...marks('-u', rtcpPort)]).toEqual([mark, mark])
})

test('what the system refuses is said, and nothing is thrown', () => {
  expect(nativeNet().tuneSocket(-1, CS3, 1000)).toBe('socket EBADF')
  const file = openSync('/dev/null', 'r')
  open.push(() => closeSync(file))
  expect(nativeNet().tuneSocket(file, CS3, 1000)).toBe('socket ENOTSOCK')
})
