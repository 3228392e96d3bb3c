// Passwords that are asked for: typed at a terminal, which does not show them.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../../runtime/lab-client.ts'
import { type Keyboard, Terminal, UnseenLine } from './terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'offhook-person-'))
let lab: Lab
beforeAll(async () => {
  const started = await startLab({ folder, speak: '', record: '', mouth: '' })
  if (!started.ok) throw new Error(started.error)
  lab = started.value
}, 20_000)
afterAll(async () => {
  await lab?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test.each([
  [' pass w\r', ' pass w\n'],
  ['pasz\x7fs\b\bss\r', 'pass\n'],
  ['grün😀\x7f\r', 'grün\n'],
  ['wrong\x15right\n', 'right\n'],
  ['a\x1b\tb\r', 'ab\n'],
  ['typed\x04', '\n'],
  ['\r', '\n'],
])('%j unseen is the line %j', (typed, line) => {
  const unseen = new UnseenLine()
  expect([...typed].map((key) => unseen.key(key)).filter((each) => each !== undefined)).toEqual([line])
})

test('a terminal hands on what is shown as it comes, and unseen lines whole', async () => {
  const raw: boolean[] = []
  const said: string[] = []
  let interrupts = 0
  const keyboard: Keyboard = {
    setRawMode: (on) => raw.push(on),
    async *[Symbol.asyncIterator]() {
      yield Buffer.from('user\n')
      yield Buffer.from([0xc3])
      yield Buffer.from([0xbc, 0x03])
      yield Buffer.from('x\rrest')
      yield Buffer.from('H\n')
    },
  }
  const terminal = new Terminal(
    keyboard,
    (text) => said.push(text),
    () => interrupts++,
  )
  const got: string[] = []
  for await (const chunk of terminal) {
    got.push(Buffer.from(chunk).toString())
    terminal.hide(got.length === 1)
  }
  expect(got).toEqual(['user\n', 'üx\n', 'H\n'])
  expect([raw, said, interrupts]).toEqual([[true, false], ['\n'], 1])
})

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** The console at a terminal of its own, as `script` makes one. */
function atTerminal(...args: readonly string[]) {
  const all = [process.execPath, MAIN, '--null-audio', '--bound-addr', '127.0.0.1', '--local-port', '0', ...args]
  const child = spawn('script', ['-qfec', all.map((arg) => `'${arg}'`).join(' '), '/dev/null'])
  let shown = ''
  child.stdout.on('data', (data) => {
    shown += data
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return {
    shown: () => shown,
    type: (text: string) => void child.stdin.write(text),
    says: (part: string) => expect.poll(() => shown, { timeout: 10_000 }).toContain(part),
    ended,
  }
}

test('who has no password is asked for it, again when it is refused, and it is not shown', {
  timeout: 60_000,
}, async () => {
  const { domain, guest } = lab.ready
  const { type, says, shown, ended } = atTerminal('--id', `sip:${guest.user}@${domain}`, '--registrar', `sip:${domain}`)
  await says('who it is (REGISTER); user name:')
  type(`${guest.user}\r`)
  await says('password:')
  type('not it\r')
  await says('what was said before is refused; user name:')
  type(`${guest.user}\r`)
  await expect.poll(() => shown().split('password:').length).toBe(3)
  type(`${guest.password}\r`)
  await says('registered 200')
  type('echo seen\r')
  await says('seen\r\nseen')
  expect(shown()).not.toContain('not it')
  expect(shown()).not.toContain(guest.password)
  type('q\r')
  expect(await ended).toBe(0)
})

test('an empty line gives it up', { timeout: 60_000 }, async () => {
  const { domain, guest } = lab.ready
  const { type, says, ended } = atTerminal('--id', `sip:${guest.user}@${domain}`, '--registrar', `sip:${domain}`)
  await says('user name:')
  type('\r')
  await says('unregistered 401')
  type('q\r')
  expect(await ended).toBe(0)
})
