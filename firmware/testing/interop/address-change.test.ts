// A phone whose address changes during a call, in a network namespace of its own: it finds out by itself, binds anew, and goes on
// talking with a console of ours and with baresip, who sit in another namespace.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { has, type Line } from '../console.ts'

const [HERE, THERE] = ['here', 'there']
const [BEFORE, AFTER, PEER] = ['10.77.0.2', '10.77.0.3', '10.77.0.1']
const here = (text: string) => fileURLToPath(new URL(text, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'roaming-'))
/** A user, mount and network namespace around both, so that it takes no rights and leaves nothing behind. */
const holder = spawn(
  'unshare',
  ['--user', '--map-root-user', '--net', '--mount', 'sh', '-c', 'mount -t tmpfs none /run && echo up && cat'],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
)
const within = (...args: string[]) => ['-t', `${holder.pid}`, '-U', '-n', '-m', '--preserve-credentials', ...args]
const ip = (...args: string[]) => execFileSync('nsenter', within('ip', ...args), { stdio: 'pipe' })
const inside = (where: string, ...args: string[]) => ip('-n', where, ...args)
const ends: (() => unknown)[] = []

beforeAll(async () => {
  await once(holder.stdout, 'data')
  ip('netns', 'add', HERE)
  ip('netns', 'add', THERE)
  ip('link', 'add', 'p0', 'netns', HERE, 'type', 'veth', 'peer', 'name', 'q0', 'netns', THERE)
  for (const [where, link] of [
    [HERE, 'p0'],
    [THERE, 'q0'],
  ] as const) {
    inside(where, 'link', 'set', 'lo', 'up')
    inside(where, 'link', 'set', link, 'up')
  }
  inside(THERE, 'addr', 'add', `${PEER}/24`, 'dev', 'q0')
})
afterAll(() => {
  holder.stdin.end()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Its UDP socket, as the system tells it. */
const listening = (where: string, port: number) =>
  execFileSync('nsenter', within('ip', 'netns', 'exec', where, 'ss', '-Hlun', `sport = :${port}`), { encoding: 'utf8' })

function give(address: string) {
  inside(HERE, 'addr', 'flush', 'dev', 'p0')
  inside(HERE, 'addr', 'add', `${address}/24`, 'dev', 'p0')
  inside(HERE, 'route', 'add', 'default', 'via', PEER)
}

/** A program in a namespace that says lines of JSON. */
function run(where: string, command: string, args: readonly string[]) {
  const child = spawn('nsenter', within('ip', 'netns', 'exec', where, command, ...args), {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  ends.push(async () => {
    child.stdin.end()
    const late = setTimeout(() => child.kill(), 4000)
    await exited
    clearTimeout(late)
  })
  const lines: Line[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) lines.push(JSON.parse(line))
  })
  const heard = async (pattern: object, from = 0, withinMs = 12_000): Promise<Line> => {
    for (let waited = 0; waited < withinMs; waited += 20) {
      const found = lines.slice(from).find((line) => has(line, pattern))
      if (found) return found
      await sleep(20)
    }
    throw new Error(`not said: ${JSON.stringify(pattern)}\n${lines.map((line) => JSON.stringify(line)).join('\n')}`)
  }
  return { lines, heard, say: (line: object) => void child.stdin.write(`${JSON.stringify(line)}\n`) }
}

function baresip() {
  const config = [
    ...[`sip_listen ${PEER}:5060`, `net_interface ${PEER}`, 'module_path /usr/lib/baresip/modules'],
    ...['audio_player aubridge,sink', 'audio_source aubridge,sink', 'ausrc_srate 8000', 'auplay_srate 8000'],
    ...['module g711.so', 'module aubridge.so', 'module_tmp account.so', 'module_app menu.so', 'module_app echo.so'],
  ]
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`)
  writeFileSync(join(folder, 'accounts'), `<sip:bob@${PEER}:5060>;regint=0;answermode=auto\n`)
  writeFileSync(join(folder, 'contacts'), '')
  run(THERE, 'baresip', ['-f', folder])
}

async function consolePeer() {
  const bob = run(THERE, process.execPath, [here('../../console/main.ts'), '--json'])
  const device = { kind: 'null', rate: 8000 }
  bob.say({ id: 1, do: 'start', address: PEER, port: 5060, autoAnswer: 200, join: false, device })
  await bob.heard({ id: 1, ok: true })
  bob.say({ id: 2, do: 'account', account: 'me', aor: `sip:bob@${PEER}` })
  await bob.heard({ id: 2, ok: true })
  return bob
}

/** The phone calls, its address changes, and sound goes on both ways; what the phone said. */
async function roam() {
  give(BEFORE)
  const phone = run(HERE, process.execPath, [here('roaming-phone.ts'), '5060', `sip:bob@${PEER}`])
  await phone.heard({ kind: 'call-state', state: 'confirmed' })
  await phone.heard({ kind: 'call-media', media: { status: 'active' } })
  await sleep(1200)
  const from = phone.lines.length
  give(AFTER)
  await phone.heard({ kind: 'address-changed', step: 'call', status: 200 }, from)
  await phone.heard({ kind: 'address-changed', step: 'done' }, from)
  return { phone, from }
}

test('the phone moves within a call with a console of ours, and both hear each other again', {
  timeout: 30_000,
}, async () => {
  const bob = await consolePeer()
  const { phone, from } = await roam()
  const steps = phone.lines.slice(from).filter(({ kind }) => kind === 'address-changed')
  expect(steps.map(({ step, address, status }) => [step, address, status])).toEqual([
    ['bound', AFTER, 200],
    ['call', AFTER, 200],
    ['done', AFTER, 200],
  ])
  const { call } = await bob.heard({ event: 'incoming' })
  const received = async (id: number) => {
    bob.say({ id, do: 'stats', call })
    return (await bob.heard({ id })).stats
  }
  const before = await received(10)
  await sleep(1000)
  const after = await received(11)
  expect(after.receivedPackets - before.receivedPackets).toBeGreaterThan(30)
  expect(after.remote.address).toBe(AFTER)
})

test('the phone moves within a call with baresip, which echoes', { timeout: 30_000 }, async () => {
  baresip()
  await expect.poll(() => listening(THERE, 5060), { timeout: 8000 }).not.toBe('')
  const { phone } = await roam()
  const at = phone.lines.length
  await sleep(1500)
  const [first, ...others] = phone.lines.slice(at).filter(({ kind }) => kind === 'call-stats')
  expect(others.at(-1).stats.receivedPackets - first.stats.receivedPackets).toBeGreaterThan(20)
})
