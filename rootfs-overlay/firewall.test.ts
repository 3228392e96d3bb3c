// The packet filter, judged by the kernel: a phone and a stranger in network namespaces of their own.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const scratch = mkdtempSync(join(tmpdir(), 'offhook-firewall-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** What a stranger gets through a phone with these rules. Namespaces are root's. */
function through(rules: string): Readonly<Record<string, boolean | number>> {
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const command = [...root, 'unshare', '--mount', '--net', 'python3', join(import.meta.dirname, 'testing/firewall.py')]
  const { stdout, stderr, error } = spawnSync(command[0]!, [...command.slice(1), rules], {
    encoding: 'utf8',
    timeout: 50_000,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })
  if (error) throw error
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

test('a stranger reaches the phone and nothing beside it', { timeout: 60_000 }, () => {
  const { 'of 5000 at once': flooded, ...seen } = through(join(import.meta.dirname, 'etc/nftables.conf'))
  expect(seen).toEqual({
    sip: true,
    'sip over TCP': true,
    'sip over IPv6': true,
    'sip over TCP over IPv6': true,
    rtp: true,
    'a datagram in parts': true,
    'a datagram in parts over IPv6': true,
    ping: true,
    'ping over IPv6': true,
    'another program': false,
    'another program over IPv6': false,
    'another program over TCP': false,
    // Time and names are asked for by the system; programs tell a wrong answer themselves.
    'another program, as a time server': true,
    'another program, as any other': false,
  })
  expect(flooded).toBeGreaterThanOrEqual(1600)
  expect(flooded).toBeLessThan(4500)
})

test('without rules all of it gets through: the test can fail', { timeout: 60_000 }, () => {
  const none = join(scratch, 'none')
  writeFileSync(none, '')
  const { 'of 5000 at once': flooded, ...seen } = through(none)
  expect(Object.values(seen)).not.toContain(false)
  expect(flooded).toBeGreaterThan(4500)
})
