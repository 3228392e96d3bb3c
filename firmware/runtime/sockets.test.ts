// Where the kernel chooses: UDP and TCP are on one port, though it only knows of one of them what is free.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** In a network namespace of its own, where the kernel has four ports to choose from, of which TCP has three. */
const PROGRAM = `
  import { execFileSync } from 'node:child_process'
  import { once } from 'node:events'
  import { createServer } from 'node:net'
  import { openSockets } from '${new URL('sockets.ts', import.meta.url)}'
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  execFileSync('sh', ['-c', 'echo 40000 40003 > /proc/sys/net/ipv4/ip_local_port_range'])
  const taken = [40000, 40001, 40003].map((port) => createServer().listen(port, '127.0.0.1'))
  await Promise.all(taken.map((each) => once(each, 'listening')))
  const faults = []
  const user = { input() {}, log: ({ level, what }) => level === 'info' || faults.push(what), broken: (code) => faults.push(code) }
  const sockets = openSockets({ addresses: ['127.0.0.1'], port: 0, dscp: 0 }, user)
  await new Promise((resolve) => setTimeout(resolve, 50))
  console.log(JSON.stringify([sockets.up.map(({ local }) => local.port), faults]))
  process.exit()`

test('a port that is free for UDP and somebody’s for TCP is not chosen', async () => {
  const args = ['--user', '--map-root-user', '--net', process.execPath, '--input-type=module', '-e', PROGRAM]
  const { stdout } = await promisify(execFile)('unshare', args)
  expect(JSON.parse(stdout)).toEqual([[40_002, 40_002], []])
})
