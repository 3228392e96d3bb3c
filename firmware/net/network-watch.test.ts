// Changes of the network are told within 100 ms, also after more of them than the kernel's buffer holds; each in a
// network namespace of its own, which takes no rights and leaves nothing behind.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const SOON_MS = 100

/** Runs `script` there, with `looks` counted, `ip`, `batch` (which blocks the event loop) and `next` (ms until the next look). */
async function within(script: string, before = ''): Promise<unknown> {
  const program = `
    import { execFileSync } from 'node:child_process'
    import { readFileSync } from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { watchAddresses, watchNetwork } from '${new URL('network-watch.ts', import.meta.url)}'
    const ip = (...args) => execFileSync('ip', args)
    const batch = (lines) => execFileSync('ip', ['-batch', '-'], { input: lines.join('\\n') })
    let looks = 0
    let tell = () => {}
    const untold = []
    ${before}
    const watch = watchNetwork(() => (looks++, tell()), (code) => untold.push(code))
    const next = (change) => {
      change()
      const from = performance.now()
      return new Promise((done) => {
        const late = setTimeout(() => done(Infinity), 5000)
        tell = () => (clearTimeout(late), done(performance.now() - from))
      })
    }
    const answer = await (async () => { ${script} })()
    watch.close()
    console.log(JSON.stringify(answer))`
  const args = ['--user', '--map-root-user', '--net', process.execPath, '--input-type=module', '-e', program]
  const { stdout } = await run('unshare', args)
  return JSON.parse(stdout)
}

test('links, addresses and routes that come and go are told soon, once a swarm, and rest is silent', {
  timeout: 20_000,
}, async () => {
  const told = await within(`
    const steps = [
      'link add d0 type veth peer d1', 'link set d1 up', 'link set d0 up', 'addr add 10.9.0.2/24 dev d0', 'route add default via 10.9.0.1',
      'addr add 2001:db8:9::2/64 dev d0 nodad', 'route del default', 'addr del 10.9.0.2/24 dev d0', 'link set d0 down',
    ]
    const waited = []
    for (const step of steps) {
      waited.push([step, await next(() => ip(...step.split(' ')))])
      await sleep(300)
    }
    ip('link', 'set', 'd1', 'down')
    await sleep(500)
    const before = looks
    await sleep(1500)
    return { waited, rest: looks - before, untold }`)
  const { waited, rest, untold } = told as { waited: [string, number][]; rest: number; untold: string[] }
  expect(waited).toHaveLength(9)
  for (const [step, ms] of waited) expect(ms, step).toBeLessThan(SOON_MS)
  expect([rest, untold]).toEqual([0, []])
})

test('more changes than the kernel keeps are one look, and what comes after them is told again', {
  timeout: 20_000,
}, async () => {
  const told = await within(`
    ip('link', 'add', 'd0', 'type', 'veth', 'peer', 'd1')
    ip('link', 'set', 'd1', 'up')
    ip('link', 'set', 'd0', 'up')
    await sleep(2500)
    const many = []
    for (let n = 0; n < 3000; n++) many.push('addr add 10.' + (n >> 8) + '.' + (n & 255) + '.1/32 dev d0')
    const swarm = await next(() => batch(many))
    const lost = readFileSync('/proc/self/net/netlink', 'utf8').split('\\n').slice(1)
      .reduce((sum, line) => sum + Number(line.trim().split(/\\s+/)[8] ?? 0), 0)
    await sleep(300)
    return { swarm, lost, after: await next(() => ip('addr', 'add', '10.200.0.1/32', 'dev', 'd0')), untold }`)
  const { swarm, lost, after, untold } = told as { swarm: number; lost: number; after: number; untold: string[] }
  expect(lost, 'messages the kernel dropped').toBeGreaterThan(0)
  expect(swarm).toBeLessThan(SOON_MS)
  expect(after).toBeLessThan(SOON_MS)
  expect(untold).toEqual([])
})

test('where the kernel cannot be asked, that is said once, and it is looked each second', {
  timeout: 20_000,
}, async () => {
  // No descriptor is left: the addon is loaded first, as that takes some of its own.
  const told = await within(
    `await sleep(2500)
    return { looks, untold }`,
    `const { nativeNet } = await import('${new URL('addon.ts', import.meta.url)}')
    nativeNet()
    const { openSync, closeSync } = await import('node:fs')
    const taken = []
    try { for (;;) taken.push(openSync('/dev/null')) } catch {}
    queueMicrotask(() => { for (const fd of taken) closeSync(fd) })`,
  )
  expect(told).toEqual({ looks: 2, untold: ['EMFILE'] })
})

test('other addresses are told; links, routes and the loopback’s are not', { timeout: 20_000 }, async () => {
  const told = await within(`
    const steps = [
      'addr add 10.8.0.1/8 dev lo', 'link set lo up', 'link add d0 type veth peer d1', 'link set d1 up', 'addr add 10.9.0.2/24 dev d0',
      'link set d0 up', 'route add default via 10.9.0.1', 'addr add 10.9.0.3/24 dev d0', 'addr del 10.9.0.3/24 dev d0',
    ]
    let changes = 0
    const addresses = watchAddresses(() => changes++)
    const counted = []
    // Link-local addresses of IPv6 come by themselves, when they like.
    execFileSync('sysctl', ['-qw', 'net.ipv6.conf.default.disable_ipv6=1'])
    for (const step of steps) {
      ip(...step.split(' '))
      await sleep(300)
      counted.push([step, changes])
      changes = 0
    }
    addresses.close()
    ip('addr', 'add', '10.9.0.4/24', 'dev', 'd0')
    await sleep(300)
    return [...counted.filter(([, times]) => times > 0), changes]`)
  const changing = ['link set d0 up', 'addr add 10.9.0.3/24 dev d0', 'addr del 10.9.0.3/24 dev d0']
  expect(told).toEqual([...changing.map((step) => [step, 1]), 0])
})
