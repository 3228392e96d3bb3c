// The stack comes up when it can: a port that is taken and a network that is away are waited for, and the user is told both.
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { readDesired } from '../../provisioning/schema/desired.ts'
import { plainFormats } from '../../provisioning/schema/formats.ts'
import type { MediaCommand } from '../media/contract.ts'
import { freePort } from '../testing/interop/ports.ts'
import { createClock } from './clock.ts'
import { createHub } from './hub.ts'
import { createStack, type Stack } from './stack.ts'

function configuration(registrar: string, sipPort: number, network = {}) {
  const accounts = [{ id: 'main', aor: 'sip:100@127.0.0.1', registrar }]
  const config = { accounts, handset: { kind: 'null' }, network: { sipPort, ...network } }
  const read = readDesired(JSON.stringify({ contract: 1, version: 1, config }), plainFormats)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value.config
}

let stack: Stack | undefined
afterEach(() => stack?.stop())

/** Resolves with `up`, or with the reason of `down`, whichever is said next. */
function world() {
  const hub = createHub(createClock(), () => {})
  const heard: string[] = []
  const media: MediaCommand[] = []
  let tell: () => void = () => {}
  const say = (text: string) => {
    heard.push(text)
    tell()
  }
  const made = createStack(hub, 'test', {
    ...{ ua() {}, log() {}, up: () => say('up'), down: say },
    media: (command) => media.push(command),
  })
  stack = made
  const next = async () => {
    if (heard.length === 0) await new Promise<void>((resolve) => (tell = resolve))
    return heard.shift()
  }
  return { stack: made, next, media }
}

test('a port that is taken is said so and waited for', { timeout: 10_000 }, async () => {
  const taken = createSocket('udp4')
  const port = await new Promise<number>((resolve) => taken.bind(0, '127.0.0.1', () => resolve(taken.address().port)))
  const { stack, next } = world()
  stack.use(configuration('sip:127.0.0.1:9', port))
  expect(await next()).toBe(`127.0.0.1:${port} EADDRINUSE`)
  await new Promise<void>((resolve) => taken.close(() => resolve()))
  const free = performance.now()
  expect(await next()).toBe('up')
  expect(performance.now() - free, 'ms').toBeLessThan(1000)
  // The same again: what stands makes way.
  stack.use(configuration('sip:127.0.0.1:9', port))
  expect(await next()).toBe('up')
})

test('a registrar without an address is said so', { timeout: 20_000 }, async () => {
  const { stack, next } = world()
  stack.use(configuration('sip:no-such-host.invalid', 21_999))
  expect(await next()).toMatch(/^no A record for no-such-host\.invalid: no /)
})

test('changes that overtake each other never find their own port taken', { timeout: 10_000 }, async () => {
  const { stack, next } = world()
  const port = await freePort()
  for (let round = 0; round < 20; round++) {
    stack.use(configuration('sip:127.0.0.1:9', port))
    expect(await next()).toBe('up')
    stack.use(configuration('sip:127.0.0.1:9', port))
    // The second comes while the first takes down what stood.
    for (let turn = 0; turn < round % 4; turn++) await new Promise((resolve) => setImmediate(resolve))
    stack.use(configuration('sip:127.0.0.1:9', port))
    expect(await next()).toBe('up')
  }
})

test('RTP ports that change leave what stands as it is, and hold when it is built anew', {
  timeout: 10_000,
}, async () => {
  const { stack, next, media } = world()
  const port = await freePort()
  const ranges = () => media.flatMap((each) => (each.kind === 'stock-pairs' ? [each.min] : []))
  const at = (min: number, more = {}) =>
    configuration('sip:127.0.0.1:9', port, { rtpPorts: { min, max: min + 39 }, ...more })
  // Sockets are ordered with the first command, whatever it is.
  const begin = () => stack.command({ kind: 'set-registration', account: 'main', on: true })
  stack.use(at(23_000))
  expect(await next()).toBe('up')
  begin()
  await expect.poll(ranges).toContain(23_000)
  media.length = 0
  stack.keep(at(23_000))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(ranges()).toEqual([])
  stack.keep(at(23_100))
  await expect.poll(() => ranges().at(-1)).toBe(23_100)
  // While another one comes up.
  media.length = 0
  stack.use(at(23_200))
  stack.keep(at(23_300))
  expect(await next()).toBe('up')
  begin()
  await expect.poll(() => ranges().at(-1)).toBe(23_300)
})

test('a network that is away is not asked for again and again, and used as soon as it is there', {
  timeout: 20_000,
}, async () => {
  const here = (file: string) => new URL(file, import.meta.url).href
  // In a network namespace of its own, which has no network.
  const program = `
    import { execFileSync } from 'node:child_process'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { createClock } from '${here('clock.ts')}'
    import { createHub } from '${here('hub.ts')}'
    import { createStack } from '${here('stack.ts')}'
    const ip = (line) => execFileSync('ip', line.split(' '))
    const down = []
    let isUp = () => {}
    const up = new Promise((resolve) => (isUp = resolve))
    const hub = createHub(createClock(), () => {})
    const stack = createStack(hub, 'test', { ua() {}, media() {}, log() {}, up: isUp, down: (why) => down.push(why) })
    stack.use(${JSON.stringify(configuration('sip:192.0.2.1', 5060))})
    await sleep(1000)
    const before = [...down]
    ip('link add d0 type veth peer d1')
    ip('link set d1 up')
    ip('link set d0 up')
    const from = performance.now()
    ip('addr add 192.0.2.10/24 dev d0')
    const address = await up
    console.log(JSON.stringify({ before, address, ms: performance.now() - from }))
    await stack.stop()
    process.exit()`
  const args = ['--user', '--map-root-user', '--net', process.execPath, '--input-type=module', '-e', program]
  const { stdout } = await promisify(execFile)('unshare', args)
  const { before, address, ms } = JSON.parse(stdout)
  expect({ before, address }).toEqual({ before: ['ENETUNREACH'], address: '192.0.2.10' })
  expect(ms).toBeLessThan(500)
})
