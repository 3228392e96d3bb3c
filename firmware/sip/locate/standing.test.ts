// Servers that failed: how long they are tried last, and in what order the others come.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ms } from '../../base/time.ts'
import type { Server } from './server.ts'
import { Standing } from './standing.ts'

const server = (host: number, rank = 0): Server => ({
  ...{ protocol: 'UDP', address: `10.0.0.${host}`, port: 5060, name: 'example.com', rank },
})
const [A, B, C] = [server(1, 0), server(2, 1), server(3, 1)]
const NOBODY = () => {}
const hosts = (servers: readonly Server[]) => servers.map(({ address }) => address.slice(-1)).join('')

test('the longer the more often in a row, forgotten with the first answer, ten minutes at most', () => {
  const standing = new Standing({ downMs: 30_000 }, NOBODY)
  let now = ms(0)
  const lengths: number[] = []
  for (let i = 0; i < 8; i++) {
    standing.failed(A, 0, now)
    const until = standing.downUntil(A, now)!
    lengths.push(until - now)
    now = until
    expect(standing.downUntil(A, now)).toBeUndefined()
  }
  expect(lengths).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
  standing.answered(A, now)
  standing.failed(A, 0, now)
  expect(standing.downUntil(A, now)).toBe(now + 30_000)
})

test('requests that fail together are one failure', () => {
  const standing = new Standing({ downMs: 30_000 }, NOBODY)
  for (const at of [0, 100, 200]) standing.failed(A, 0, ms(at))
  expect(standing.downUntil(A, ms(300))).toBe(30_200)
})

test('Retry-After counts also when it answers meanwhile, ten minutes at most', () => {
  const standing = new Standing({ downMs: 30_000 }, NOBODY)
  standing.failed(A, 120_000, ms(0))
  standing.answered(A, ms(60_000))
  expect(standing.downUntil(A, ms(119_999))).toBe(120_000)
  standing.answered(A, ms(120_000))
  standing.failed(B, 86_400_000, ms(0))
  expect(standing.downUntil(B, ms(1))).toBe(600_000)
})

test.each<[string, Server | undefined, 'all' | 'rank', Server[], string]>([
  ['as they come', undefined, 'all', [], '123'],
  ['the one in use before all', C, 'all', [], '312'],
  ['the one in use before its like', C, 'rank', [], '132'],
  ['what failed last', undefined, 'all', [A], '231'],
  ['the one in use has failed', C, 'all', [C], '123'],
  ['all have failed: as they come', C, 'rank', [A, B, C], '132'],
])('%s', (_what, first, within, failed, expected) => {
  const standing = new Standing({ downMs: 30_000 }, NOBODY)
  for (const each of failed) standing.failed(each, 0, ms(0))
  expect(hosts(standing.inOrder([A, B, C], first, within, ms(1)))).toBe(expected)
  expect(hosts(standing.inOrder([A, B, C], first, within, ms(30_000)))).toBe(
    hosts(new Standing({ downMs: 1 }, NOBODY).inOrder([A, B, C], first, within, ms(0))),
  )
})

test('whatever failed: each server once', () => {
  const action = fc.record({ host: fc.nat(5), failed: fc.boolean(), after: fc.nat(40_000) })
  fc.assert(
    fc.property(fc.array(action), fc.option(fc.nat(5), { nil: undefined }), (actions, first) => {
      const standing = new Standing({ downMs: 30_000 }, NOBODY)
      const servers = [0, 1, 2, 3, 4, 5].map((host) => server(host, host >> 1))
      let now = 0
      for (const { host, failed, after } of actions) {
        now += after
        if (failed) standing.failed(servers[host]!, 0, ms(now))
        else standing.answered(servers[host]!, ms(now))
      }
      const order = standing.inOrder(servers, first === undefined ? undefined : servers[first], 'all', ms(now))
      expect(hosts(order).split('').sort().join('')).toBe('012345')
      const down = order.map((each) => standing.downUntil(each, ms(now)) !== undefined)
      expect(down).toEqual([...down].sort((a, b) => Number(a) - Number(b)))
    }),
  )
})
