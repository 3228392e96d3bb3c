// Ports of tests: free for both protocols, in a row, never given twice, whatever other processes ask for at the same time.
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freePort, onFreePorts, rtpRanges, takePorts } from './ports.ts'

test('ports in a row, the first of them even, none of them twice, none the kernel would choose', () => {
  const given = Array.from({ length: 300 }, (_, n) => [takePorts((n % 5) + 1), (n % 5) + 1] as const)
  const all = given.flatMap(([first, count]) => Array.from({ length: count }, (_, n) => first + n))
  expect(new Set(all).size).toBe(all.length)
  expect(given.every(([first]) => first % 2 === 0)).toBe(true)
  expect(all.every((port) => port >= 24_000 && port < 32_768)).toBe(true)
  expect(() => takePorts(251)).toThrow('251 ports: expected 250 or fewer')
})

test('six ranges in turn', () => {
  const next = rtpRanges()
  const given = Array.from({ length: 12 }, next)
  expect(given.slice(6)).toEqual(given.slice(0, 6))
  expect(given.slice(0, 6).map(([min, max]) => [min - given[0]![0], max - min])).toEqual(
    [0, 40, 80, 120, 160, 200].map((from) => [from, 39]),
  )
})

test('what is taken for UDP or for TCP is passed over, wherever it is in the row', async () => {
  let row = takePorts(6)
  // With room behind it in its slice.
  while ((row - 24_000) % 250 > 200) row = takePorts(6)
  const udp = createSocket('udp4')
  const tcp = createServer()
  // The next rows of four are the ten ports behind: each has one of the two.
  await Promise.all([
    once(udp.bind(row + 6, '127.0.0.1'), 'listening'),
    once(tcp.listen(row + 13, '127.0.0.1'), 'listening'),
  ])
  try {
    expect(await freePort(4)).toBe(row + 14)
  } finally {
    udp.close()
    tcp.close()
  }
})

test('processes that ask at the same time are given different ones', async () => {
  const script = `import { takePorts } from ${JSON.stringify(new URL('ports.ts', import.meta.url).href)}
    console.log(takePorts(100))
    setTimeout(() => {}, 500)`
  const ask = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const answers = await Promise.all(Array.from({ length: 6 }, ask))
  const slices = answers.map(({ stdout }) => Math.floor((Number(stdout) - 24_000) / 250))
  expect(new Set([...slices, Math.floor((takePorts(2) - 24_000) / 250)]).size).toBe(7)
})

test('who finds his port taken is started again with another one, twice; any other failure is told at once', async () => {
  const tried: number[] = []
  const start = (fails: readonly string[]) => async (port: number) => {
    tried.push(port)
    const reason = fails[tried.length - 1]
    if (reason !== undefined) throw new Error(reason)
    return port
  }
  const taken = 'cannot bind: Address already in use'
  expect(await onFreePorts(2, start([taken, taken]))).toBe(tried[2])
  expect(new Set(tried).size).toBe(3)
  tried.length = 0
  await expect(onFreePorts(1, start([taken, taken, taken]))).rejects.toThrow(taken)
  expect(tried.length).toBe(3)
  tried.length = 0
  await expect(onFreePorts(1, start(['no such file']))).rejects.toThrow('no such file')
  expect(tried.length).toBe(1)
})
