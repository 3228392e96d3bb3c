// TLS on loopback: both ways, with openssl as the foreign peer; names, authorities, dates, refusals in words, floods of handshakes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createAuthority } from '../../provisioning/testing/certificates.ts'
import { freePort } from '../testing/interop/ports.ts'
import type { StreamSocket } from './connections.ts'
import { openTls, type TlsOptions } from './tls.ts'
import { loadTls, type TlsSettings } from './tls-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'tls-'))
const known = createAuthority(folder, 'known')
const stranger = createAuthority(folder, 'stranger')
const good = known.sign('good', { names: ['DNS:pbx.example.com', 'IP:127.0.0.1'] })
const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const HERE: TlsSettings = { ca: known.ca, certificate: good.cert, key: good.key }

async function start(settings: TlsSettings = HERE, more: Partial<TlsOptions> = {}) {
  const port = await freePort()
  const heard: string[] = []
  let look = () => {}
  const note = (line: string) => {
    heard.push(line)
    look()
  }
  const loaded = loadTls(settings)
  if (!loaded.ok) throw new Error(loaded.error)
  const tls: StreamSocket = openTls({
    address: '127.0.0.1',
    prefix: 'in:',
    port,
    tls: { ...settings, ...loaded.value },
    onUp: (flow) => note(`up ${flow}`),
    onData: (flow, data) => note(`data ${flow} ${data}`),
    onDown: (flow, reason) => note(`down ${flow} ${reason}`),
    onError: (code) => note(`error ${code}`),
    onRefused: (_from, reason) => note(`refused ${reason}`),
    ...more,
  })
  open.push(() => tls.stop())
  /** The first line that begins so, now or later. */
  const line = (text: string) =>
    new Promise<string>((done) => {
      look = () => {
        const found = heard.find((each) => each.startsWith(text))
        if (found !== undefined) done(found)
      }
      look()
    })
  return { tls, port, heard, line }
}

/** `openssl s_server` with a certificate; its words. */
async function server(certificate: { cert: string; key: string }, ...args: string[]) {
  const port = await freePort()
  const files = ['-cert', certificate.cert, '-key', certificate.key]
  const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...args], { stdio: 'pipe' })
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  child.stderr.on('data', (chunk) => (said += chunk))
  open.push(() => child.kill())
  while (!said.includes('ACCEPT')) await sleep(20)
  return { port, said: () => said, write: (text: string) => child.stdin.write(text) }
}

test('octets go both ways as they are, and a close is told', async () => {
  const [one, two] = [await start(), await start()]
  one.tls.connect('out:1', { address: '127.0.0.1', port: two.port }, 'pbx.example.com')
  await one.line('up out:1')
  await two.line('up in:1')
  const octets = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))
  one.tls.write('out:1', octets)
  expect(await two.line('data in:1')).toBe(`data in:1 ${octets}`)
  two.tls.write('in:1', 'back')
  await one.line('data out:1 back')
  two.tls.close('in:1')
  await one.line('down out:1 closed')
  expect([one.tls.size, two.tls.size]).toEqual([0, 0])
})

test('openssl as server hears our SNI and our data, and is heard', async () => {
  const peer = await server(good, '-servername', 'pbx.example.com', '-cert2', good.cert, '-key2', good.key, '-tls1_2')
  const us = await start()
  us.tls.connect('out:1', { address: '127.0.0.1', port: peer.port }, 'pbx.example.com')
  await us.line('up out:1')
  us.tls.write('out:1', 'OPTIONS of ours\r\n')
  peer.write('theirs\n')
  await us.line('data out:1 theirs')
  while (!peer.said().includes('OPTIONS of ours')) await sleep(20)
  expect(peer.said()).toContain('Hostname in TLS extension: "pbx.example.com"')
})

test('openssl as client', async () => {
  const us = await start()
  const args = ['s_client', '-connect', `127.0.0.1:${us.port}`, '-CAfile', known.ca, '-verify_return_error', '-quiet']
  const dial = () => {
    const child = spawn('openssl', [...args, '-verify_hostname', 'pbx.example.com'], { stdio: 'pipe' })
    open.push(() => child.kill())
    child.stdin.on('error', () => {})
    return child
  }
  let child = dial()
  // Whoever comes before we listen tries again.
  child.once('exit', () => (child = dial()))
  await us.line('up in:1')
  child.stdin.write('hello\n')
  await us.line('data in:1 hello')
})

const soon = 10
test.each([
  [
    'an authority we do not know',
    () => stranger.sign('s1', { host: 'pbx.example.com' }),
    {},
    /is not known by the certificates of this phone/,
  ],
  [
    'an expired one',
    () => known.sign('s2', { host: 'pbx.example.com', days: -1 }),
    {},
    /pbx\.example\.com has expired/,
  ],
  [
    'one that is not valid yet',
    () => known.sign('s3', { host: 'pbx.example.com', from: soon, days: 20 }),
    {},
    /not valid yet \(is the clock/,
  ],
  [
    'a clock that cannot be right',
    () => known.sign('s4', { host: 'pbx.example.com', from: soon, days: 20 }),
    { clockFloorMs: Date.now() + soon * 86_400_000 },
    /the clock of this phone says \d{4}-\d\d-\d\d, and it cannot be before/,
  ],
  [
    'another name, a wildcard among them',
    () => known.sign('s5', { names: ['DNS:*.example.com', 'URI:sip:example.org'] }),
    {},
    /is for \*\.example\.com, example\.org, not for pbx\.example\.com \(wildcards/,
  ],
] as const)('refused: %s', async (_what, certificate, more, words) => {
  const peer = await server(certificate())
  const us = await start(HERE, more)
  us.tls.connect('out:1', { address: '127.0.0.1', port: peer.port }, 'pbx.example.com')
  expect(await us.line('down out:1')).toMatch(words)
  expect(us.heard.some((line) => line.startsWith('up'))).toBe(false)
})

test('verify off takes anybody; serverName replaces the name asked for', async () => {
  const peer = await server(stranger.sign('any', { host: 'other.org' }))
  const careless = await start({ ...HERE, verify: false })
  careless.tls.connect('out:1', { address: '127.0.0.1', port: peer.port }, 'pbx.example.com')
  await careless.line('up out:1')
  const named = await start({ ...HERE, serverName: 'pbx.example.com' })
  const good = await start()
  named.tls.connect('out:1', { address: '127.0.0.1', port: good.port }, 'elsewhere.org')
  await named.line('up out:1')
})

test('an address asked for is proved by an address in the certificate', async () => {
  const us = await start()
  const them = await start()
  us.tls.connect('out:1', { address: '127.0.0.1', port: them.port }, '127.0.0.1')
  us.tls.connect('out:2', { address: '127.0.0.1', port: them.port }, '192.0.2.7')
  await us.line('up out:1')
  expect(await us.line('down out:2')).toContain('is for pbx.example.com, 127.0.0.1, not for 192.0.2.7')
})

test('mutual TLS: who has no certificate, or a stranger’s, is refused in words on both sides', async () => {
  const us = await start({ ...HERE, verifyClients: true })
  const to = { address: '127.0.0.1', port: us.port }
  const { cert, key } = stranger.sign('client')
  const nobody = await start({ ca: known.ca })
  const foreign = await start({ ca: known.ca, certificate: cert, key })
  const friend = await start()
  nobody.tls.connect('out:1', to, 'pbx.example.com')
  await us.line('refused')
  await nobody.line('down out:1')
  foreign.tls.connect('out:1', to, 'pbx.example.com')
  await foreign.line('down out:1')
  friend.tls.connect('out:1', to, 'pbx.example.com')
  await us.line('up in:1')
  expect(us.heard.filter((line) => !line.startsWith('up'))).toEqual([
    expect.stringContaining('refused'),
    expect.stringMatching(/refused .*not known by the certificates of this phone/),
  ])
})

test('no version, no cipher in common; no TLS there at all', async () => {
  const old = await server(good, '-tls1_2')
  const us = await start({ ...HERE, minVersion: '1.3' })
  us.tls.connect('out:1', { address: '127.0.0.1', port: old.port }, 'pbx.example.com')
  expect(await us.line('down out:1')).toContain('no version of TLS in common')
  const few = await server(good, '-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256')
  const other = await start({ ...HERE, ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' })
  other.tls.connect('out:1', { address: '127.0.0.1', port: few.port }, 'pbx.example.com')
  expect(await other.line('down out:1')).toContain('no cipher in common')
  const plain = createServer((socket) => socket.on('error', () => {}).end('SIP/2.0 400 Bad Request\r\n\r\n'))
  plain.listen(0, '127.0.0.1')
  await once(plain, 'listening')
  open.push(() => plain.close())
  const third = await start()
  third.tls.connect('out:1', { address: '127.0.0.1', port: (plain.address() as { port: number }).port }, 'a')
  expect(await third.line('down out:1')).toContain('no TLS is spoken there')
  third.tls.connect('out:2', { address: '127.0.0.1', port: await freePort() }, 'a')
  expect(await third.line('down out:2')).toBe('down out:2 ECONNREFUSED')
})

test('authorities of a folder are believed', async () => {
  const authorities = join(folder, 'authorities')
  mkdirSync(authorities)
  writeFileSync(join(authorities, 'one.crt'), readFileSync(stranger.ca))
  writeFileSync(join(authorities, 'notes.txt'), 'no certificate')
  const peer = await server(stranger.sign('of-folder', { host: 'pbx.example.com' }))
  const us = await start({ caDirectory: authorities })
  us.tls.connect('out:1', { address: '127.0.0.1', port: peer.port }, 'pbx.example.com')
  await us.line('up out:1')
})

test('files that are of no use are named, and what was expected; never what is in them', () => {
  const notes = join(folder, 'notes.txt')
  writeFileSync(notes, 'very secret')
  const empty = join(folder, 'empty')
  mkdirSync(empty)
  const fault = (settings: TlsSettings) => {
    const loaded = loadTls(settings)
    return loaded.ok ? '' : loaded.error
  }
  expect(fault({ ca: join(folder, 'none') })).toBe(`${folder}/none: expected certificates of authorities, got ENOENT`)
  expect(fault({ caDirectory: empty })).toBe(`${empty}: expected certificates in files *.pem or *.crt, got none`)
  expect(fault({ certificate: good.cert, key: notes })).toBe(
    `${notes}: expected a private key in PEM, got no such thing`,
  )
  expect(fault({ certificate: good.cert })).toBe('a certificate and its key go together: there is only the certificate')
  expect(fault({ certificate: good.cert, key: stranger.sign('k').key })).toBe('the key is not that of the certificate')
  expect(fault({ ciphers: 'NONSENSE' })).toBe('ciphers: expected a list that OpenSSL knows')
})

async function raw(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  open.push(() => socket.destroy())
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('half-open handshakes: few of one source, given up after 5 s, and a friend gets through meanwhile', async () => {
  const us = await start(HERE, { handshakes: { perSource: 2, all: 3 }, perSource: 20 })
  const idle = await Promise.all(Array.from({ length: 5 }, () => raw(us.port)))
  const closed = () => idle.filter((socket) => socket.destroyed || socket.readableEnded || socket.closed).length
  for (const socket of idle) socket.resume()
  while (closed() < 3) await sleep(20)
  expect(closed()).toBe(3)
  await us.line('refused no handshake in time')
  while (closed() < 5) await sleep(20)
  const friend = await start()
  friend.tls.connect('out:1', { address: '127.0.0.1', port: us.port }, 'pbx.example.com')
  await us.line('up in:1')
  expect(us.heard.filter((line) => line.startsWith('refused'))).toHaveLength(2)
}, 15_000)

test('octets that are no TLS end the connection', async () => {
  const us = await start()
  const socket = await raw(us.port)
  socket.write('INVITE sip:bob@example.com SIP/2.0\r\n\r\n')
  await us.line('refused no TLS is spoken there')
})

test('a peer that does not read is given up', async () => {
  const [us, them] = [await start(), await start()]
  us.tls.connect('out:1', { address: '127.0.0.1', port: them.port }, 'pbx.example.com')
  await us.line('up out:1')
  const chunk = 'x'.repeat(65_536)
  for (let i = 0; i < 100; i++) us.tls.write('out:1', chunk)
  expect(await us.line('down out:1')).toBe('down out:1 ENOBUFS')
})

test('without authorities of the user’s, those Node brings are believed, and nobody else', async () => {
  const us = await start({})
  const them = await start()
  us.tls.connect('out:1', { address: '127.0.0.1', port: them.port }, 'pbx.example.com')
  expect(await us.line('down out:1')).toContain('pbx.example.com is not known by the certificates of this phone')
})

test('a certificate is needed to be called, not to call', async () => {
  const us = await start({ ca: known.ca })
  const them = await start()
  await expect(raw(us.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  us.tls.connect('out:1', { address: '127.0.0.1', port: them.port }, 'pbx.example.com')
  await us.line('up out:1')
})
