// The examples of docs/core.md and docs/api.md, each run as it stands against a scripted peer in the place of their server.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import manifest from '../../../package.json' with { type: 'json' }
import type { SipRequest } from '../../sip/message/message.ts'
import { sourceOf } from '../../testing/compiled.ts'
import { audioSdp } from '../../testing/core.ts'
import { codeIn, root } from '../../testing/docs.ts'
import { type LoopbackPeer, openPeer } from '../../testing/loopback-peer.ts'
import { Engine } from '../core/index.ts'
import { Endpoint } from '../facade/index.ts'

mkdirSync(join(root, 'build'), { recursive: true })
const folder = mkdtempSync(join(root, 'build/examples-'))
const [beginning, ...tour] = codeIn('core.md')
const ofFacade = codeIn('api.md')
let peer: LoopbackPeer
let printed: string[] = []

/** The block as a module: the package is its sources, the server our peer, addresses and files are of this test. */
function moduleOf(name: string, code: string): string {
  const text = code
    .replace(/from '(offhook[^']*)'/g, (_, from: string) => {
      const built = manifest.exports[from.replace('offhook', '.') as '.']
      return `from '${sourceOf(built)}'`
    })
    .replaceAll('example.com', `127.0.0.1:${peer.port}`)
    .replaceAll('192.0.2.10', '127.0.0.1')
    .replaceAll('/tmp/', `${folder}/`)
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, text)
  return file
}

const contactOf = (request: SipRequest) => `Contact: ${request.header('Contact')}`
const ours = () => `Contact: <sip:bob@127.0.0.1:${peer.port}>`

beforeAll(async () => {
  peer = await openPeer()
  peer.on('REGISTER', (request) => ({ status: 200, headers: [contactOf(request)] }))
  peer.on('PUBLISH', (request) => ({ status: 200, headers: [`SIP-ETag: ${request.cseq.number}`, 'Expires: 600'] }))
  peer.on('MESSAGE', () => ({ status: 202 }))
  peer.on('OPTIONS', () => ({ status: 200 }))
  peer.on('BYE', () => ({ status: 200 }))
  peer.on('INVITE', () => [
    { status: 180, headers: [ours()] },
    { status: 200, headers: [ours()], body: `${audioSdp(40_900).toString()}` },
  ])
  peer.on('SUBSCRIBE', (request) => {
    const isEnd = request.header('Expires') === '0'
    const notify = ['Event: presence', `Subscription-State: ${isEnd ? 'terminated' : 'active;expires=300'}`]
    setTimeout(() =>
      peer.ask(request, 'NOTIFY', [...notify, 'Content-Type: application/pidf+xml'], isEnd ? '' : '<x/>'),
    )
    return { status: 200, headers: [ours(), 'Expires: 300'] }
  })
  vi.spyOn(console, 'log').mockImplementation((...said) => void printed.push(said.join(' ')))
  const names = [...beginning!.code.matchAll(/^(?:const|import \{) ?(.*?) (?:=|\} from)/gm)].flatMap(([, all]) =>
    all!.split(', '),
  )
  const shared = moduleOf('beginning', `${beginning!.code}\nexport { ${names.join(', ')} }\n`)
  for (const [i, { code }] of tour.entries()) {
    // What a block imports itself it need not have of the beginning.
    const free = names.filter((name) => !new RegExp(`import .*\\b${name}\\b`).test(code))
    moduleOf(`core-${i}`, `import { ${free.join(', ')} } from '${shared}'\n${code}`)
  }
  for (const [i, { code }] of ofFacade.entries()) moduleOf(`facade-${i}`, code)
  await import(shared)
})
afterEach(() => {
  printed = []
  peer.requests.length = 0
  peer.responses.length = 0
})
afterAll(async () => {
  await Engine.shared().stop()
  peer.close()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

/** What has to be seen of each, at the peer or where it prints. */
const SEEN: Readonly<Record<string, () => unknown>> = {
  'core.md, Engine': () => {
    const { localUdpPort, codecs, rtpPortRange, events } = Engine.shared()
    expect(printed.at(-1)).toBe(`now at UDP port ${localUdpPort}`)
    expect({ codecs, rtpPortRange }).toEqual({ codecs: ['g722', 'g711'], rtpPortRange: [42_000, 42_100] })
    expect(events['ua-profile']).toEqual(['application/json'])
    // Of the other blocks what they print themselves is looked at.
    Engine.shared().traceSip = false
  },
  'core.md, sendMessage': async () => {
    expect(printed).toContain("bob's phone says 202 Scripted")
    await expect.poll(() => peer.of('MESSAGE').length).toBe(2)
    expect(Buffer.from(peer.of('MESSAGE')[0]!.body, 'latin1').toString()).toBe('Grüße')
  },
  'core.md, SipUri': () => {
    const address = 'sip:j%C3%BCrgen@example.net;transport=tcp'
    expect(printed).toEqual([`"Jürgen" <${address}> ${address}`, 'true true'])
  },
  'core.md, Credentials': () => expect(printed).toEqual([`sip:alice@127.0.0.1:${peer.port} desk false`]),
  'core.md, Route': () => {
    expect(printed.at(-1)).toBe('tls 200')
    expect(peer.of('OPTIONS')[0]?.uriText).toBe('sip:nobody@far.invalid')
  },
  'core.md, Registration': async () => {
    expect(printed.at(-1)).toMatch(/^<?sip:.*@127\.0\.0\.1.* for 600 s, of 1 contacts$/)
    await expect.poll(() => peer.of('REGISTER').map((request) => request.header('Expires'))).toEqual(['600', '0'])
    expect(peer.of('REGISTER')[0]?.header('X-Desk')).toBe('12')
  },
  'core.md, Publication': async () => {
    await expect.poll(() => peer.of('PUBLISH').map((request) => request.header('Expires'))).toEqual(['600', '600', '0'])
    const etags = peer.of('PUBLISH').map((request) => request.header('SIP-If-Match'))
    expect(etags.map((etag) => etag !== undefined)).toEqual([false, true, true])
  },
  'core.md, Subscription': async () => {
    expect(printed.at(-1)).toBe('ACTIVE application/pidf+xml <x/>')
    await expect.poll(() => peer.of('SUBSCRIBE').map((request) => request.header('Expires'))).toEqual(['300', '0'])
  },
  'core.md, Invitation': () => {
    expect(printed.filter((line) => line.includes('→'))).toEqual([
      'NULL → CALLING ',
      'CALLING → EARLY 180',
      'EARLY → CONNECTING 200',
      'CONNECTING → CONFIRMED ',
      'CONFIRMED → DISCONNECTING ',
      'DISCONNECTING → DISCONNECTED 200',
    ])
    expect(peer.requests.map(({ method }) => method)).toEqual(['INVITE', 'ACK', 'BYE'])
    expect(peer.of('INVITE')[0]?.header('Subject')).toBe('lunch')
  },
  'core.md, Invitation 2': async () => {
    const offer = ['Content-Type: application/sdp']
    peer.open(`sip:alice@127.0.0.1:${Engine.shared().localUdpPort}`, offer, audioSdp(40_900).toString())
    await expect.poll(() => peer.responses.map(({ status }) => status)).toEqual([180, 200])
    expect(peer.responses[1]?.body).toMatch(/^m=audio 4\d{4} RTP\/AVP 8\b/m)
  },
  'core.md, SdpAttribute': () => expect(printed).toEqual(['true sendonly']),
  'core.md, RtpTransport': () => {
    expect(printed[0]).toMatch(/^127\.0\.0\.1:42\d{3} INIT$/)
    expect(printed.slice(1)).toEqual(['LOCAL RTP/SAVP', 'INIT'])
  },
  'core.md, AudioTransport': () => expect(printed).toEqual(['G722 sendrecv #']),
  'core.md, RecordingWaveFile': () => expect(readFileSync(join(folder, 'heard.wav')).length).toBeGreaterThan(10_000),
  'api.md, The API for applications': async () => {
    await expect.poll(() => printed).toContain('confirmed')
    expect(peer.of('REGISTER')).toHaveLength(1)
    await Endpoint.instance().libDestroy()
    await expect.poll(() => peer.of('BYE')).toHaveLength(1)
  },
  'api.md, Documents': () =>
    expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')).EpConfig.uaConfig.maxCalls).toBe(61),
}

test('each block has something to be seen of it', () => {
  expect([...tour, ...ofFacade].map(({ name }) => name)).toEqual(Object.keys(SEEN))
})

test.each([...tour.map(({ name }, i) => [name, `core-${i}`]), ...ofFacade.map(({ name }, i) => [name, `facade-${i}`])])(
  '%s',
  async (name, file) => {
    await import(join(folder, `${file}.ts`))
    await SEEN[name!]!()
  },
)
